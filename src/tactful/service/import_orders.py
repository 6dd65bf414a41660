"""Import order lines: read, account, keep each once, fold what we now know of each person."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tactful.model.kept import Appended, Document, ImportedFile, PersonRow
from tactful.model.problems import Problem, Problems, suggestion
from tactful.profile.columns import Mapping, load_columns, recognise
from tactful.profile.document import FOLD, decode_document, encode_document
from tactful.profile.fold import fold
from tactful.profile.orders import NotGoods, Shape, codes_shape, count_codes, load_not_goods
from tactful.service import catalogue as catalogues
from tactful.service.orders_file import FIELDS, Accounts, OrderFile, Refused, events, prepare
from tactful.service.packs import packaged
from tactful.service.ports import Store
from tactful.service.project import table_text
from tactful.service.shop import Shop

if TYPE_CHECKING:
    import polars as pl

_FOLD_CHUNK = 500


class Recognised(msgspec.Struct, frozen=True):
    """What was understood of a file, to be shown before anything is written. `goods` is the pattern to be used."""

    columns: dict[str, str]
    form: str
    unused: tuple[str, ...]
    goods: str
    shape: Shape | None


class Noted(msgspec.Struct, frozen=True):
    """What the store remembers of an order file: its accounts, and the digest of the catalogue after it."""

    accounts: Accounts
    catalogue: bytes


class OrderImport(msgspec.Struct, frozen=True):
    """What became of an import."""

    file: str
    source: str
    recognised: Recognised
    zone: str
    zoned: bool
    accounts: Accounts
    refused: tuple[Refused, ...]
    added: int
    repeated: int
    differing: int
    read_before: bool
    people_folded: int


def recognise_orders(frame: pl.DataFrame, given: dict[str, str], shop: Shop, file: str) -> Recognised:
    """Which column is what. `given` maps our names to columns and wins. Raises Problems where that leaves a doubt."""
    found: Mapping = recognise(frame.columns, load_columns(packaged("profile", "tables/columns.yaml"), "columns.yaml"))
    columns = {**found.found, **given}
    problems = [
        Problem(file, 1, f"--map {name}={column}: no such column.{suggestion(column, frame.columns)}")
        for name, column in given.items()
        if column not in frame.columns
    ]
    problems += [
        Problem(file, 1, f"--map {name}=…: unknown name.{suggestion(name, FIELDS)}")
        for name in given
        if name not in FIELDS
    ]
    problems += [
        Problem(file, 1, f"--map {name}={column}: this column is {other} already; say --map {other}=COLUMN as well.")
        for name, column in given.items()
        for other, taken in columns.items()
        if name in FIELDS and other != name and taken == column
    ]
    for role, choices in found.unresolved.items():
        if role not in columns:
            problems.append(Problem(file, 1, f"{role} may be {' or '.join(choices)}: add --map {role}=COLUMN."))
    for role in found.missing:
        if role not in columns and role not in found.unresolved:
            problems.append(Problem(file, 1, f"no column for {role}: add --map {role}=COLUMN."))
    if problems:
        raise Problems(problems)
    codes = count_codes(str(code) for code in frame[columns["product"]].drop_nulls().to_list())
    shape = None if shop.goods else codes_shape(codes)
    goods = shop.goods or (f"^{shape.pattern}" if shape else "")
    unused = tuple(column for column in frame.columns if column not in columns.values())
    return Recognised(columns, found.form, unused, goods, shape)


def not_goods_of(folder: Path) -> NotGoods:
    """The table of postage, fees and the like that holds in a shop's folder."""
    return load_not_goods(table_text(folder, "profile/tables/not_goods.yaml"), "tables/not_goods.yaml")


def prepare_orders(
    frame: pl.DataFrame,
    recognised: Recognised,
    shop: Shop,
    not_goods: NotGoods,
    now: int,
    file: str,
    zone: str = "",
    time_format: str = "",
) -> OrderFile:
    """Account for every line; nothing is written. `not_goods` is the table of postage, fees and the like."""
    return prepare(
        frame, recognised.columns, zone or shop.zone, recognised.goods, not_goods.codes, now, file, time_format
    )


def import_orders(
    store: Store,
    prepared: OrderFile,
    recognised: Recognised,
    path: Path,
    source: str,
    now: int,
    moved: Callable[[int], None] = lambda steps: None,
) -> OrderImport:
    """Keep every line once and fold. A crash loses nothing: run it again. `moved` is told of lines as they are done."""
    digest = hashlib.sha256(path.read_bytes()).digest()
    before = store.imported(digest) is not None
    total = _append(store, prepared, source, now, moved)
    folded = fold_all(store)
    digest_of_catalogue = _keep_catalogue(store, prepared)
    accounts = prepared.accounts
    if accounts.last_at:
        store.hear(source, accounts.last_at, now, f"the newest line of {path.name}")
    store.note_import(
        ImportedFile(digest, path.name, msgspec.msgpack.encode(Noted(accounts, digest_of_catalogue)), now)
    )
    return OrderImport(
        file=path.name,
        source=source,
        recognised=recognised,
        zone=prepared.zone,
        zoned=prepared.zoned,
        accounts=accounts,
        refused=prepared.refused,
        added=total.added,
        repeated=total.repeated,
        differing=total.differing,
        read_before=before,
        people_folded=folded,
    )


def _append(store: Store, prepared: OrderFile, source: str, now: int, moved: Callable[[int], None]) -> Appended:
    total = Appended()
    for chunk in events(prepared, source):
        done = store.append(chunk, now)
        total = Appended(
            *(a + b for a, b in zip(msgspec.structs.astuple(total), msgspec.structs.astuple(done), strict=True))
        )
        moved(len(chunk))
    return total


def fold_all(store: Store) -> int:
    """Fold what came in since the last time into each person's document; how many people were touched.

    The document is a cache: a reader folds the tail itself, so nothing waits for this and nothing is lost without it.
    """
    waiting: list[Document] = []
    touched = 0
    for row in store.read_documents(FOLD):
        if not row.tail:
            continue
        waiting.append(folded(row))
        touched += 1
        if len(waiting) == _FOLD_CHUNK:
            store.save_documents(waiting)
            waiting = []
    store.save_documents(waiting)
    return touched


def folded(row: PersonRow) -> Document:
    """A person's document with the tail folded in, ready to be kept."""
    known = decode_document(row.doc) if row.doc is not None else None
    return Document(row.person_id, FOLD, row.last_pos, encode_document(fold(known, row.tail)), row.stamp)


def kept_catalogue(store: Store) -> catalogues.Catalogue:
    """What the shop sells, as order files and the sales of every channel show it."""
    return catalogues.merged(_of_files(store), catalogues.Catalogue(tuple(store.articles())))


def _of_files(store: Store) -> catalogues.Catalogue:
    for file in reversed(store.imports()):
        try:
            noted = msgspec.msgpack.decode(file.counts, type=Noted)
        except msgspec.ValidationError:
            continue
        body = store.artefact(noted.catalogue)
        if body is not None:
            return msgspec.msgpack.decode(body, type=catalogues.Catalogue)
    return catalogues.Catalogue()


def _keep_catalogue(store: Store, prepared: OrderFile) -> bytes:
    import polars as pl

    assert isinstance(prepared.frame, pl.DataFrame)
    joined = catalogues.merged(_of_files(store), catalogues.of_lines(prepared.frame))
    return store.keep_artefact(catalogues.KIND, msgspec.msgpack.encode(joined, order="deterministic"))
