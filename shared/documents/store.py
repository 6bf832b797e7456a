"""The document store: bytes under a key, put once, never replaced; taken out by who knows that nobody refers to them.

A local folder, S3, Google Cloud Storage or Azure, by URL (obstore). Documents are named by `DocumentRef`:
what is read back must have the size and the SHA-256 that the reference says.
"""

import asyncio
import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from shared.contracts.values import DocumentRef
from shared.documents import folder

if TYPE_CHECKING:
    from obstore.store import RetryConfig

# What fails is tried again through the bus, for hours; obstore's own patience would hold a worker for long.
# (No client options here: they would put those of the environment out of force.)
_RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": dt.timedelta(seconds=10)}
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,199}){0,7}")
_PROBE = "probe"


class DocumentMissing(LookupError):
    """The store has no document under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"no document {key!r} in the store")
        self.key = key


class DocumentChanged(Exception):
    """The stored bytes are not those that the reference names."""

    def __init__(self, key: str) -> None:
        super().__init__(f"document {key!r} is not what its reference says")
        self.key = key


class BadDocumentKey(ValueError):
    """Not a key: it could leave the store, or mean two things on two stores."""

    def __init__(self, key: str) -> None:
        super().__init__(f"{key!r} is no document key: letters, digits, '.', '_', '-' between slashes")
        self.key = key


class BadStoreUrl(ValueError):
    """The store's URL can't be used."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"the document store can't be at {url!r}: {why}")
        self.url = url
        self.why = why


class StoreUnavailable(Exception):
    """The store did not do it now (down, full, forbidden): the same call may succeed later."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"the document store failed on {key!r}: {why}")
        self.key = key
        self.why = why


class DocumentStore:
    """Documents of one installation; safe to share between processes and machines.

    Keys are lower or upper case letters, digits, `.`, `_`, `-`, in up to eight parts between slashes; no part
    begins with a dot. Every method raises `BadDocumentKey` for another key and `StoreUnavailable` when
    the store can't be used now.
    """

    def __init__(self, url: str) -> None:
        """Open the store at `url`: `file:///folder`, `s3://bucket/prefix`, `gs://…`, `az://…`, `memory:///`.

        Raises:
            BadStoreUrl: it names no store, or the folder can't be made.
        """
        parts = urlsplit(url)
        self._folder: Path | None = None
        try:
            if parts.scheme == "file":
                self._folder = _folder_of(url)
                self._store: ObjectStore = LocalStore(prefix=self._folder, mkdir=True)
            elif parts.scheme == "memory":
                self._store = from_url(url)
            else:
                self._store = from_url(url, retry_config=_RETRIES)
        except (BaseError, OSError, ValueError) as error:
            if isinstance(error, BadStoreUrl):
                raise
            raise BadStoreUrl(url, _why(error)) from error

    async def put(self, key: str, content: bytes) -> DocumentRef:
        """Keep `content` under `key`; when the key is taken, what is there stays and is what is returned.

        On return the document outlives a power failure.
        """
        _check(key)
        try:
            if self._folder is not None:
                created = await asyncio.to_thread(folder.put_if_absent, self._folder, key, content)
            else:
                created = await self._create(key, content)
        except (BaseError, OSError) as error:
            raise StoreUnavailable(key, _why(error)) from error
        return _reference(key, content if created else await self._read(key))

    async def get(self, document: DocumentRef) -> bytes:
        """The bytes of a document.

        Raises:
            DocumentMissing: nothing is under its key.
            DocumentChanged: what is there is something else.
        """
        _check(document.key)
        content = await self._read(document.key)
        if _reference(document.key, content) != document:
            raise DocumentChanged(document.key)
        return content

    async def read(self, key: str) -> bytes:
        """What is under a key, whatever it is.

        Raises:
            DocumentMissing: nothing is.
        """
        _check(key)
        return await self._read(key)

    async def keys(self, prefix: str) -> list[str]:
        """The keys of what is kept under a first part of keys."""
        _check(prefix)
        try:
            return await asyncio.to_thread(self._listed, prefix)
        except (BaseError, OSError) as error:
            raise StoreUnavailable(prefix, _why(error)) from error

    def _listed(self, prefix: str) -> list[str]:
        found = (one["path"] for page in obstore.list(self._store, prefix) for one in page)
        # What is being put has a name that is no key.
        return sorted(path for path in found if _KEY.fullmatch(path))

    async def find(self, key: str) -> DocumentRef | None:
        """The reference of what is kept under `key`, if anything is; it too outlives a power failure."""
        _check(key)
        try:
            content = await self._read(key)
        except DocumentMissing:
            return None
        if self._folder is not None:
            try:
                await asyncio.to_thread(folder.sync_folders, self._folder, key)
            except OSError as error:
                raise StoreUnavailable(key, _why(error)) from error
        return _reference(key, content)

    async def remove(self, key: str) -> None:
        """Take out what is under `key`; nothing there is as good."""
        _check(key)
        try:
            if self._folder is not None:
                await asyncio.to_thread((self._folder / key).unlink, missing_ok=True)
            else:
                await asyncio.to_thread(obstore.delete, self._store, key)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise StoreUnavailable(key, _why(error)) from error

    async def reachable(self) -> bool:
        """Whether the store answers (a readiness check)."""
        try:
            await self._read(_PROBE)
        except DocumentMissing:
            return self._folder is None or self._folder.is_dir()
        except StoreUnavailable:
            return False
        return True

    async def _create(self, key: str, content: bytes) -> bool:
        try:
            await asyncio.to_thread(obstore.put, self._store, key, content, mode="create")
        except AlreadyExistsError:
            return False
        return True

    async def _read(self, key: str) -> bytes:
        try:
            return await asyncio.to_thread(self._fetch, key)
        except FileNotFoundError:
            raise DocumentMissing(key) from None
        except (BaseError, OSError) as error:
            raise StoreUnavailable(key, _why(error)) from error

    def _fetch(self, key: str) -> bytes:
        # In a thread of ours: obstore's own calls back into Python, and a process that ends meanwhile is aborted.
        return bytes(obstore.get(self._store, key).bytes())


def _check(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise BadDocumentKey(key)


def _why(error: Exception) -> str:
    """The first line: object stores add pages of detail."""
    return (str(error).splitlines() or [type(error).__name__])[0]


def _folder_of(url: str) -> Path:
    parts = urlsplit(url)
    folder_path = Path(unquote(parts.path))
    if parts.netloc not in ("", "localhost") or not folder_path.is_absolute() or folder_path == Path("/"):
        raise BadStoreUrl(url, "a folder is written file:///absolute/path")
    return folder_path


def _reference(key: str, content: bytes) -> DocumentRef:
    return DocumentRef(key=key, sha256=hashlib.sha256(content).hexdigest(), size=len(content))
