"""Permissions of other tools: every row accounted for, every doubt read carefully, nothing kept twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.bootstrap import store_at
from tactful.model.problems import Problems
from tactful.model.records import DAY, Permission
from tactful.permission.standing import permission_for
from tactful.service.import_permissions import PermissionImport, first_heard, import_permissions
from tactful.service.permissions_file import PROMOTING, PermissionFile, check_words, read_permissions
from tactful.service.ports import Store

NOW = 1_323_500_000_000_000  # 2011-12-10
HEADER = "external_id,email,email_subscribe,email_opted_in_at,email_unsubscribed_at"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = store_at(tmp_path)
    yield opened
    opened.close()


def frame_of(*lines: str, header: str = HEADER) -> pl.DataFrame:
    return pl.read_csv("\n".join((header, *lines)).encode(), infer_schema=False)


def read(*lines: str, tool: str = "braze", header: str = HEADER, heard_at: int = NOW, **given: str) -> PermissionFile:
    return read_permissions(frame_of(*lines, header=header), tool, given, (), heard_at, "users.csv")


def keep(
    store: Store, tmp_path: Path, file: PermissionFile, now: int = NOW, name: str = "users.csv"
) -> PermissionImport:
    path = tmp_path / name
    if not path.exists():
        path.write_text(f"the bytes of {name}")
    return import_permissions(store, file, path, now)


def standing(store: Store, customer: str, purpose: str, now: int = NOW, kind: str = "customer") -> str | None:
    person = store.find(kind, customer)
    assert person is not None
    return permission_for(store.permissions(person), (), purpose, "email", "contact.email", now, "uk").state


def test_a_no_counts_for_everything_that_promotes_and_a_yes_for_what_was_named(store: Store, tmp_path: Path) -> None:
    file = read("1,,opted_in,2011-01-05T10:00:00Z,", "2,,subscribed,,", "3,,unsubscribed,,2011-02-05T10:00:00Z")
    done = keep(store, tmp_path, file)
    assert (done.people, done.people_created) == (3, 3)
    assert [standing(store, "1", purpose) for purpose in ("market", "recommend", "winback", "research")] == [
        "given", "given", "never_asked", "never_asked",
    ]  # fmt: skip
    assert {standing(store, "2", purpose) for purpose in PROMOTING} == {"never_asked"}
    assert {standing(store, "3", purpose) for purpose in PROMOTING} == {"withdrawn"}
    assert standing(store, "3", "order") == "never_asked"


def test_the_same_file_again_adds_nothing(store: Store, tmp_path: Path) -> None:
    lines = ("1,,opted_in,2011-01-05T10:00:00Z,", "2,,subscribed,,", "3,,unsubscribed,,", "4,,opted_in,,")
    first = keep(store, tmp_path, read(*lines))
    assert first.added == 2 + 2 + 5 + 2
    assert not first.read_before
    path = tmp_path / "users.csv"
    heard = first_heard(store, path)
    assert heard == NOW
    again = keep(store, tmp_path, read(*lines, heard_at=heard), NOW + DAY)
    assert (again.added, again.read_before) == (0, True)


def test_the_next_export_repeats_no_refusal_that_still_stands(store: Store, tmp_path: Path) -> None:
    keep(store, tmp_path, read("3,,unsubscribed,,"))
    assert keep(store, tmp_path, read("3,,unsubscribed,,", heard_at=NOW + DAY), name="next.csv").added == 0


def test_an_export_after_her_yes_that_still_says_no_is_a_no(store: Store, tmp_path: Path) -> None:
    keep(store, tmp_path, read("3,,unsubscribed,,"))
    person = store.find("customer", "3")
    assert person is not None
    at = NOW + DAY
    yes = Permission("market", "email", "*", "given", "consent", "plainly", at, at, "page")
    store.record_permissions([(person, yes)])
    assert standing(store, "3", "market", at) == "given"
    keep(store, tmp_path, read("3,,unsubscribed,,", heard_at=at + DAY), name="next.csv")
    assert standing(store, "3", "market", at + DAY) == "withdrawn"


def test_a_file_read_again_after_her_yes_does_not_take_it_back(store: Store, tmp_path: Path) -> None:
    keep(store, tmp_path, read("3,,unsubscribed,,"))
    person = store.find("customer", "3")
    assert person is not None
    at = NOW + DAY
    yes = Permission("market", "email", "*", "given", "consent", "plainly", at, at, "page")
    store.record_permissions([(person, yes)])
    heard = first_heard(store, tmp_path / "users.csv")
    assert heard is not None
    assert keep(store, tmp_path, read("3,,unsubscribed,,", heard_at=heard), at + DAY).added == 0
    assert standing(store, "3", "market", at + DAY) == "given"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_of_rows_that_contradict_each_other_the_strictest_stands(
    store: Store, tmp_path: Path, order: tuple[int, ...]
) -> None:
    lines = ("1,,opted_in,2011-06-05T10:00:00Z,", "1,,unsubscribed,,2011-01-01T10:00:00Z", "1.0,,subscribed,,")
    file = read(*(lines[n] for n in order))
    assert file.contradictory == 1
    assert {each.permission.state for each in file.statements} == {"withdrawn"}
    keep(store, tmp_path, file)
    assert standing(store, "1", "market") == "withdrawn"


def test_a_yes_beside_a_state_that_nobody_chose_is_no_yes() -> None:
    file = read("1,,opted_in,2011-06-05T10:00:00Z,", "1,,subscribed,,")
    assert {each.permission.state for each in file.statements} == {"never_asked"}


def test_times_that_cannot_be_believed_lift_nothing(store: Store, tmp_path: Path) -> None:
    keep(store, tmp_path, read("1,,unsubscribed,,2011-01-01T10:00:00Z"))
    file = read(
        "1,,opted_in,2999-01-01T10:00:00Z,",
        "2,,opted_in,05/01/2011,",
        "3,,unsubscribed,,2999-01-01",
        heard_at=NOW + DAY,
    )
    assert file.times_unknown == 3
    keep(store, tmp_path, file, name="next.csv")
    assert standing(store, "1", "market", NOW + DAY) == "withdrawn"
    assert standing(store, "3", "market", NOW + DAY) == "withdrawn"
    assert {each.permission.occurred_at for each in file.statements if each.person[1] != "3"} == {0}


def test_one_unknown_state_and_nothing_is_understood() -> None:
    with pytest.raises(Problems) as found:
        read("1,,opted_in,,", "2,,subscibed,,", "3,,unsubscribd,,")
    assert [problem.line for problem in found.value.problems] == [3, 4]
    assert "Did you mean subscribed?" in str(found.value.problems[0])
    assert "Did you mean unsubscribed?" in str(found.value.problems[1])


def test_rows_without_a_person_or_a_state_are_counted_and_the_others_kept() -> None:
    file = read(",,unsubscribed,,", "2,,,,", "3,,unsubscribed,,", ",a@x.example,unsubscribed,,")
    assert file.unnamed == (2,)
    assert file.silent == 1
    assert sum(each.rows for each in file.states) + file.silent + len(file.unnamed) == file.lines
    assert {each.person for each in file.statements} == {("customer", "3"), ("email", "a@x.example")}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("1,,,,", "no row says whether she agreed: email_subscribe are empty."),
        (",,opted_in,,", "no row says who is meant: external_id and email are empty."),
    ],
)
def test_a_file_of_which_nothing_is_left_is_a_problem(line: str, sentence: str) -> None:
    with pytest.raises(Problems, match="no row says") as found:
        read(line)
    assert found.value.problems[0].message == sentence


def test_columns_are_mapped_and_never_guessed() -> None:
    header = "No,Status,When"
    with pytest.raises(Problems) as found:
        read("1,unsubscribed,2011-01-01", header=header)
    assert [problem.message for problem in found.value.problems] == [
        "no column says whether she agreed: add --map state=COLUMN.",
        "no column says who is meant: add --map person=COLUMN.",
    ]
    file = read("1,unsubscribed,2011-01-01", header=header, person="No", state="Status", time="When")
    assert file.columns.person == (("No", "customer"),)
    assert {(each.person, each.permission.state, each.timed) for each in file.statements} == {
        (("customer", "1"), "withdrawn", True)
    }
    with pytest.raises(Problems, match="Did you mean person"):
        read("1,unsubscribed,2011-01-01", header=header, persn="No")
    with pytest.raises(Problems, match="Did you mean Status"):
        read("1,unsubscribed,2011-01-01", header=header, state="status")


def test_an_address_tool_can_be_told_the_customer_number() -> None:
    header = "Email Address,CUSTNO,UNSUB_TIME"
    line = "Ana@X.example,17850.0,2011-01-01 10:00:00"
    assert {each.person for each in read(line, tool="mailchimp", header=header).statements} == {
        ("email", "ana@x.example")
    }
    told = read(line, tool="mailchimp", header=header, person="CUSTNO")
    assert {(each.person, each.permission.state) for each in told.statements} == {(("customer", "17850"), "withdrawn")}


def test_a_suppressed_address_is_a_no_whatever_its_state_says() -> None:
    header = "Email,Email Marketing Consent,Email Suppressions"
    file = read("a@x.example,SUBSCRIBED,[HARD_BOUNCE]", "b@x.example,,[]", tool="klaviyo", header=header)
    assert {each.permission.state for each in file.statements} == {"withdrawn"}
    assert file.silent == 1


def test_our_own_file_says_each_purpose_itself() -> None:
    header = "customer,purpose,channel,state,occurred_at"
    file = read("1,market,sms,withdrawn,2011-01-01", tool="csv", header=header)
    assert [(each.permission.purpose, each.permission.channel) for each in file.statements] == [("market", "sms")]
    history = read(
        "1,market,sms,given,2010-01-01", "1,market,sms,withdrawn,2011-01-01", "1,market,sms,given,2011-02-01",
        tool="csv", header=header,
    )  # fmt: skip
    assert len(history.statements) == 3
    assert history.contradictory == 1
    with pytest.raises(Problems, match="`channel: ` is not allowed"):
        read("1,market,given", tool="csv", header="customer,purpose,state")


def test_a_list_of_people_who_said_stop_is_an_end_of_all(store: Store, tmp_path: Path) -> None:
    keep(store, tmp_path, read("1,withdrawn", tool="csv", header="customer,state"))
    assert {standing(store, "1", purpose) for purpose in PROMOTING} == {"withdrawn"}
    person = store.find("customer", "1")
    assert person is not None
    assert {each.channel for each in store.permissions(person)} == {"*"}


def test_a_crash_keeps_refusals_first_and_the_next_run_the_rest(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tactful.service.import_permissions._PEOPLE", 2)
    file = read("1,,opted_in,,", "2,,opted_in,,", "3,,unsubscribed,,", "4,,unsubscribed,,")
    path = tmp_path / "users.csv"
    path.write_text("users")

    def stop(people: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_permissions(store, file, path, NOW, stop)
    assert store.find("customer", "1") is None
    assert standing(store, "3", "market") == standing(store, "4", "market") == "withdrawn"
    assert first_heard(store, path) is None
    later = read("1,,opted_in,,", "2,,opted_in,,", "3,,unsubscribed,,", "4,,unsubscribed,,", heard_at=NOW + DAY)
    assert keep(store, tmp_path, later, NOW + DAY).added == 4


def test_parquet_types_are_read_as_what_they_mean() -> None:
    frame = frame_of("1,,unsubscribed,,2011-02-05T10:00:00").with_columns(
        pl.lit(17850.0).alias("external_id"),
        pl.col("email_unsubscribed_at").str.to_datetime().dt.replace_time_zone("Europe/Paris"),
        pl.Series("tags", [["a"]]),
    )
    file = read_permissions(frame, "braze", {}, (), NOW, "users.parquet")
    assert {(each.person[1], each.permission.occurred_at) for each in file.statements} == {
        ("17850", 1_296_896_400_000_000)
    }


def test_unknown_words_are_said_at_once() -> None:
    with pytest.raises(Problems) as found:
        check_words("brase", ["markt"], "users.csv")
    assert [problem.message for problem in found.value.problems] == [
        "--from brase: no such tool is known. Did you mean braze?",
        "--purpose markt: no such purpose. Did you mean market?",
    ]
    with pytest.raises(Problems, match="our own file says it in each row"):
        check_words("csv", ["market"], "users.csv")


STATES = st.sampled_from(["opted_in", "subscribed", "unsubscribed"])
TIMES = st.sampled_from(["", "2011-01-01", "2011-06-01", "2999-01-01", "soon"])
ROWS = st.lists(st.tuples(st.sampled_from("12"), STATES, TIMES, TIMES), min_size=1, max_size=6)


@given(ROWS)
def test_nobody_who_says_no_in_a_file_is_read_as_a_yes(rows: list[tuple[str, ...]]) -> None:
    file = read(*(f"{person},,{state},{given_at},{ended_at}" for person, state, given_at, ended_at in rows))
    for person in {row[0] for row in rows}:
        hers = [each.permission for each in file.statements if each.person[1] == person]
        state = permission_for(hers, (), "market", "email", "contact.email", NOW, "uk").state
        said = {row[1] for row in rows if row[0] == person}
        assert state == ("withdrawn" if "unsubscribed" in said else "never_asked" if "subscribed" in said else "given")
