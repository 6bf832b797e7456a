"""The port through which a use case gets its transaction."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

U_co = TypeVar("U_co", covariant=True)


class StorageUnavailable(Exception):
    """The database can't be used for the moment: busy, lost, or it took too long. Trying again may help."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database is unavailable: {reason}")
        self.reason = reason


class TransactionConflict(Exception):
    """The transaction lost against another one and was rolled back: doing it again is safe."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the transaction was rolled back: {reason}")
        self.reason = reason


class Transactions(Protocol[U_co]):
    """Opens transactions. Everything that happens inside one is committed together, or not at all."""

    def writing(self) -> AbstractAsyncContextManager[U_co]:
        """A transaction that commits when the block ends well and rolls back otherwise.

        Raises:
            StorageUnavailable: no connection, or it was lost, or a time limit was reached.
            TransactionConflict: a deadlock or a serialisation failure.
            Invalid: a reference that was there a moment ago is gone.
        """

    def reading(self) -> AbstractAsyncContextManager[U_co]:
        """A read-only transaction: everything read inside is of one moment.

        Raises:
            StorageUnavailable: as above.
        """

    def glancing(self) -> AbstractAsyncContextManager[U_co]:
        """For what one statement answers, which is of one moment by itself: no transaction, so no trips to open one.

        Raises:
            StorageUnavailable: as above.
        """
