"""What a database error means to a use case."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from services.invoice_service.application.ports.transactions import StorageUnavailable, TransactionConflict
from services.invoice_service.domain.errors import FieldError, Invalid
from services.invoice_service.storage.unit_of_work import CommitUnknown
from shared.postgres.pool import PoolBusy

_UNAVAILABLE = (
    PoolBusy,
    CommitUnknown,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shut down, starting up, statement time limit
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, in the middle of a fail-over
    ConnectionError,
    socket.gaierror,
    TimeoutError,
)
_UNFIT_TEXT = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)


@contextmanager
def translated() -> Iterator[None]:
    """Turn database errors into those that the ports declare; a defect of ours stays what it is."""
    try:
        yield
    except _UNAVAILABLE as error:
        raise StorageUnavailable(f"{type(error).__name__}: {error}") from error
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
        raise TransactionConflict(str(error)) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise _unknown_reference(error) from error
    except _UNFIT_TEXT as error:
        raise Invalid("invalid") from error
    except asyncpg.InterfaceError as error:
        # The class also stands for misuse, which is a defect and not an outage.
        if "clos" not in str(error):
            raise
        raise StorageUnavailable(str(error)) from error


def _unknown_reference(error: asyncpg.ForeignKeyViolationError) -> Invalid:
    """What was referred to went away between the check and the write. Constraints are named table_field."""
    field = str(error.constraint_name or "").removeprefix(f"{error.table_name}_")
    return Invalid("unknown_reference", errors=(FieldError(field, "unknown_reference"),))
