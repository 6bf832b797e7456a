"""The document store: bytes under a key, put once, never replaced.

A local folder, S3, Google Cloud Storage or Azure, by URL (obstore). Documents are named by `DocumentRef`:
what is read back must have the size and the SHA-256 that the reference says.
"""

import asyncio
import hashlib
import os
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

from shared.contracts.values import DocumentRef


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


class DocumentStore:
    """Documents of one installation; safe to share between processes and machines."""

    def __init__(self, url: str) -> None:
        """Open the store at `url`: `file:///folder`, `s3://bucket/prefix`, `gs://…`, `az://…`."""
        parts = urlsplit(url)
        self._folder: Path | None = None
        if parts.scheme == "file":
            self._folder = Path(parts.path)
            self._store: ObjectStore = LocalStore(prefix=self._folder, mkdir=True)
        else:
            self._store = from_url(url)

    async def put(self, key: str, content: bytes) -> DocumentRef:
        """Keep `content` under `key`; when the key is taken, what is there stays and is what is returned."""
        try:
            await obstore.put_async(self._store, key, content, mode="create")
        except AlreadyExistsError:
            kept = await self._read(key)
            return _reference(key, kept)
        if self._folder is not None:
            # LocalStore never syncs; the row that will name this document must not outlive it.
            await asyncio.to_thread(_sync, self._folder / key)
        return _reference(key, content)

    async def get(self, document: DocumentRef) -> bytes:
        """The bytes of a document.

        Raises:
            DocumentMissing: nothing is under its key.
            DocumentChanged: what is there is something else.
        """
        content = await self._read(document.key)
        if _reference(document.key, content) != document:
            raise DocumentChanged(document.key)
        return content

    async def find(self, key: str) -> DocumentRef | None:
        """The reference of what is kept under `key`, if anything is."""
        try:
            return _reference(key, await self._read(key))
        except DocumentMissing:
            return None

    async def _read(self, key: str) -> bytes:
        try:
            return bytes(await (await obstore.get_async(self._store, key)).bytes_async())
        except FileNotFoundError:
            raise DocumentMissing(key) from None


def _reference(key: str, content: bytes) -> DocumentRef:
    return DocumentRef(key=key, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def _sync(path: Path) -> None:
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
