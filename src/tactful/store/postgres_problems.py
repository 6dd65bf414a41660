"""What to say when PostgreSQL refuses something: one sentence without a value in it, and whether to try again."""

from __future__ import annotations

import psycopg
from psycopg.errors import (
    AdminShutdown,
    CannotConnectNow,
    ConnectionException,
    CrashShutdown,
    DataError,
    DeadlockDetected,
    DiskFull,
    ForeignKeyViolation,
    IdleInTransactionSessionTimeout,
    InsufficientPrivilege,
    InsufficientResources,
    LockNotAvailable,
    NotNullViolation,
    OperatorIntervention,
    OutOfMemory,
    ReadOnlySqlTransaction,
    SerializationFailure,
    TooManyConnections,
    UndefinedColumn,
    UndefinedTable,
)

from tactful.model.problems import StoreProblem

UNDONE = "nothing of this step was kept"
BEGINNING = "{place} is just starting or stopping: try again in a moment."
UNREACHED = (
    ("database system", BEGINNING),
    ("terminating connection", BEGINNING),
    ("password", "The password for {place} is wrong or missing."),
    ("authentication", "{place} does not let this user in: look at its name, its password and pg_hba.conf."),
    ("no pg_hba.conf entry", "{place} does not let this user in from here: look at pg_hba.conf."),
    ("database", "There is no database {place}: create it first."),
    ("role", "There is no such user at {place}: create it, or name another in the address."),
    ("too many", "{place} has no connection left: close some, or raise its max_connections."),
    ("remaining connection slots", "{place} has no connection left: close some, or raise its max_connections."),
)


class Again(StoreProblem):
    """Nothing was kept, and the same verb may work when it is said once more."""


def unreached(error: psycopg.Error, place: str) -> StoreProblem:
    """Why there is no connection."""
    said = str(error).rpartition("FATAL:")[2] if "FATAL:" in str(error) else ""
    for word, sentence in UNREACHED:
        if word in said:
            return StoreProblem(sentence.format(place=place))
    return StoreProblem(f"{place} cannot be reached: see that the server runs and that the address is right.")


def problem(error: psycopg.Error, place: str, *, lost: bool, committing: bool) -> StoreProblem:
    """What went wrong with a statement."""
    if lost or isinstance(error, (ConnectionException, AdminShutdown, CrashShutdown, CannotConnectNow)):
        if committing:
            return StoreProblem(
                f"The connection to {place} was lost while a step was being kept, so that nobody knows whether it was: "
                "say it again, it is not kept twice."
            )
        return Again(f"The connection to {place} was lost; {UNDONE}. Try again.")
    match error:
        case SerializationFailure() | DeadlockDetected():
            return Again(f"Others were writing to {place} at the same time, again and again; {UNDONE}. Try again.")
        case IdleInTransactionSessionTimeout():
            return Again(f"A step on {place} stood still for too long; {UNDONE}. Try again.")
        case LockNotAvailable():
            return StoreProblem(
                f"Another process is writing to {place} and was not done after 2 seconds; {UNDONE}. "
                "Try again when it is done."
            )
        case ForeignKeyViolation() | NotNullViolation():
            return StoreProblem(f"A record speaks of a person, run or chunk that {place} does not hold; {UNDONE}.")
        case DiskFull():
            return StoreProblem(f"There is no room left on the disk for {place}; {UNDONE}. Make room and try again.")
        case OutOfMemory() | TooManyConnections() | InsufficientResources():
            return StoreProblem(f"{place} has no room, memory or connection left; {UNDONE}. Look at the server.")
        case InsufficientPrivilege() | ReadOnlySqlTransaction():
            return StoreProblem(f"{place} may not be written to by this user; {UNDONE}. Give it the right to.")
        case UndefinedTable() | UndefinedColumn():
            return StoreProblem(f"{place} lacks a table or column of its version: put back a backup.")
        case OperatorIntervention():
            return StoreProblem(f"Somebody stopped a step on {place}; {UNDONE}.")
        case DataError():
            return StoreProblem(f"A text or number is of a kind that {place} cannot keep; {UNDONE}.")
    return StoreProblem(f"{place} refused a step ({error.sqlstate or type(error).__name__}); {UNDONE}.")
