"""The tables of the store, as numbered steps: a store of version n is brought forward by the steps after n.

Rules for every step: STRICT tables, whole numbers only, keys and payloads as BLOB, no nullable sort key. A step that
was released is never edited; a change is a new step. The tables carry the names of their final design, and what is not
here yet has its place:

- payload columns called `body` become `sealed` (encrypted under the person's key, with `person_key` beside them);
- `identifier.label` is the plain value until then, and is sealed with the rest;
- `event.pos` is taken from `meta.next_pos`, so that none is ever given twice, also not after an erasure;
- `event.txid` is 0 here: one writer at a time commits in the order of `pos`; a store with many writers needs both;
- `gate` holds one person each until households share one; `log` gets its chain with sealing;
- `contact.lease_until` and `deadline` are used when something is sent by ourselves.

Version 2 adds the policies that were published and the one in force. `publication.policy` is the digest of the rules,
`texts` the artefact that they are loaded from; `active` has one row, or none where nothing was ever published.

Version 3 is the door. `person.root` is the person that somebody is part of today (herself, unless merged): logs, keys
and events never move. `person.stamp` goes up whenever the people that she is made up of change: a document folded
before that is not kept. `merge` says why two became one, and which contact was the last one by then; a contact made
while two were one stays with both when they are parted, and the copy says `shadow_of` which it is. `counted` are the
caps that places were last taken under. `apart` who is not to be joined again (lower id first), `review` what waits
for somebody to look. `identifier.shared` is 1 once several people turned out to use it. `set_aside` is what could not
be taken, `left_out` counts what was not kept, `refold` names people whose document has to be folded anew, and
`follower` how far one who follows the events has come.

Version 7 adds `article`, what the shop sells as the sales of every channel show it.
"""

from __future__ import annotations

VERSION_1 = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE gate (
        gate_id INTEGER PRIMARY KEY, version INTEGER NOT NULL DEFAULT 0, last_at INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    """CREATE TABLE person (
        person_id INTEGER PRIMARY KEY, gate_id INTEGER NOT NULL REFERENCES gate,
        state TEXT NOT NULL DEFAULT 'live' CHECK (state IN ('live', 'merged', 'restricted', 'erased')),
        merged_into INTEGER REFERENCES person, seq INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX person_gate ON person (gate_id)",
    """CREATE TABLE identifier (
        kind TEXT NOT NULL, blind BLOB NOT NULL, person_id INTEGER NOT NULL REFERENCES person,
        norm_version INTEGER NOT NULL, label BLOB NOT NULL, PRIMARY KEY (kind, blind)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX identifier_person ON identifier (person_id)",
    """CREATE TABLE seen (
        message_key BLOB PRIMARY KEY, day INTEGER NOT NULL, pos INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE event (
        pos INTEGER PRIMARY KEY, txid INTEGER NOT NULL DEFAULT 0, day INTEGER NOT NULL,
        person_id INTEGER REFERENCES person, source TEXT NOT NULL, kind TEXT NOT NULL,
        occurred_at INTEGER NOT NULL, received_at INTEGER NOT NULL, key BLOB NOT NULL, body BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX event_person ON event (person_id, pos)",
    """CREATE TABLE log (
        person_id INTEGER NOT NULL REFERENCES person, seq INTEGER NOT NULL, kind TEXT NOT NULL,
        at INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (person_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE hers (
        person_id INTEGER PRIMARY KEY REFERENCES person, seq INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE doc (
        person_id INTEGER PRIMARY KEY REFERENCES person, upto_txid INTEGER NOT NULL DEFAULT 0,
        upto_pos INTEGER NOT NULL, fold INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE contact (
        contact_id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,
        gate_id INTEGER NOT NULL REFERENCES gate, channel TEXT NOT NULL, class TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('reserved', 'handing', 'handed', 'failed', 'unknown')),
        at INTEGER NOT NULL, lease_until INTEGER NOT NULL DEFAULT 0, deadline INTEGER NOT NULL DEFAULT 0,
        decision_id TEXT NOT NULL, UNIQUE (person_id, at, channel, class, decision_id)
    ) STRICT""",
    "CREATE INDEX contact_gate ON contact (gate_id, at)",
    """CREATE TABLE run (
        run_id TEXT PRIMARY KEY, kind TEXT NOT NULL, campaign TEXT NOT NULL, header BLOB NOT NULL,
        begun_at INTEGER NOT NULL, finished_at INTEGER, summary BLOB
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX run_campaign ON run (campaign, begun_at)",
    """CREATE TABLE run_chunk (
        run_id TEXT NOT NULL REFERENCES run, n INTEGER NOT NULL, PRIMARY KEY (run_id, n)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE decision_ref (
        decision_no INTEGER PRIMARY KEY, decision_id TEXT NOT NULL UNIQUE,
        person_id INTEGER NOT NULL REFERENCES person, run_id TEXT NOT NULL, chunk INTEGER NOT NULL,
        at INTEGER NOT NULL, candidate TEXT NOT NULL, verdict TEXT NOT NULL, stage TEXT NOT NULL,
        inputs BLOB NOT NULL, record BLOB NOT NULL, output BLOB NOT NULL, digest BLOB NOT NULL,
        FOREIGN KEY (run_id, chunk) REFERENCES run_chunk
    ) STRICT""",
    "CREATE INDEX decision_run ON decision_ref (run_id, chunk, decision_no)",
    "CREATE INDEX decision_person ON decision_ref (person_id, at)",
    """CREATE TABLE snapshot (
        person_id INTEGER NOT NULL REFERENCES person, digest BLOB NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (person_id, digest)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE artefact (
        digest BLOB PRIMARY KEY, kind TEXT NOT NULL, body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE source_heard (
        source TEXT PRIMARY KEY, heard_at INTEGER NOT NULL, as_of INTEGER NOT NULL, note TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE import_file (
        digest BLOB PRIMARY KEY, name BLOB NOT NULL, counts BLOB NOT NULL, at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)

VERSION_2 = (
    """CREATE TABLE publication (
        number INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('publish', 'rollback')),
        policy TEXT NOT NULL, name BLOB NOT NULL, author BLOB NOT NULL, at INTEGER NOT NULL, note BLOB NOT NULL,
        texts BLOB NOT NULL REFERENCES artefact
    ) STRICT""",
    """CREATE TABLE active (
        one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL REFERENCES publication,
        policy TEXT NOT NULL, epoch INTEGER NOT NULL
    ) STRICT""",
)

VERSION_3 = (
    "ALTER TABLE person ADD COLUMN root INTEGER NOT NULL DEFAULT 0",
    "UPDATE person SET root = person_id",
    "CREATE INDEX person_root ON person (root, person_id)",
    "ALTER TABLE person ADD COLUMN stamp INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE contact ADD COLUMN shadow_of INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE identifier ADD COLUMN shared INTEGER NOT NULL DEFAULT 0 CHECK (shared IN (0, 1))",
    "ALTER TABLE event ADD COLUMN point TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE merge (
        merge_id INTEGER PRIMARY KEY, loser INTEGER NOT NULL REFERENCES person,
        winner INTEGER NOT NULL REFERENCES person, at INTEGER NOT NULL,
        how TEXT NOT NULL CHECK (how IN ('rule', 'staff', 'list')), evidence BLOB NOT NULL,
        contacts_upto INTEGER NOT NULL, undone_at INTEGER NOT NULL DEFAULT 0, undone_why BLOB NOT NULL DEFAULT x''
    ) STRICT""",
    "CREATE INDEX merge_loser ON merge (loser)",
    "CREATE INDEX merge_winner ON merge (winner)",
    """CREATE TABLE apart (
        low INTEGER NOT NULL REFERENCES person, high INTEGER NOT NULL REFERENCES person, at INTEGER NOT NULL,
        why BLOB NOT NULL, PRIMARY KEY (low, high), CHECK (low < high)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE review (
        review_id INTEGER PRIMARY KEY, kind TEXT NOT NULL, people BLOB NOT NULL, reason BLOB NOT NULL,
        at INTEGER NOT NULL, settled_at INTEGER NOT NULL DEFAULT 0, answer BLOB NOT NULL DEFAULT x'',
        UNIQUE (kind, people)
    ) STRICT""",
    """CREATE TABLE api_key (
        key_id TEXT PRIMARY KEY, digest BLOB NOT NULL, source TEXT NOT NULL, point TEXT NOT NULL,
        scopes TEXT NOT NULL, public INTEGER NOT NULL CHECK (public IN (0, 1)), origins BLOB NOT NULL,
        made_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, revoked_at INTEGER NOT NULL DEFAULT 0,
        note BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE set_aside (
        digest BLOB PRIMARY KEY, source TEXT NOT NULL, at INTEGER NOT NULL, reason BLOB NOT NULL, body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX set_aside_at ON set_aside (at)",
    """CREATE TABLE left_out (
        day INTEGER NOT NULL, source TEXT NOT NULL, what BLOB NOT NULL, n INTEGER NOT NULL,
        PRIMARY KEY (day, source, what)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE refold (person_id INTEGER PRIMARY KEY REFERENCES person) STRICT",
    "CREATE TABLE counted (one INTEGER PRIMARY KEY CHECK (one = 1), caps BLOB NOT NULL) STRICT",
    "CREATE TABLE follower (name TEXT PRIMARY KEY, txid INTEGER NOT NULL, pos INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)

VERSION_7 = (
    """CREATE TABLE article (
        code BLOB PRIMARY KEY, name BLOB NOT NULL, price INTEGER NOT NULL, first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL, sold INTEGER NOT NULL, goods INTEGER NOT NULL CHECK (goods IN (0, 1))
    ) STRICT, WITHOUT ROWID""",
)

STEPS: tuple[tuple[str, ...], ...] = (VERSION_1, VERSION_2, VERSION_3, VERSION_7)
NEWEST = len(STEPS)
