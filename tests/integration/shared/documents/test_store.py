"""The same promises on a local folder and on object storage."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from shared.contracts.values import DocumentRef
from shared.documents.store import (
    BadDocumentKey,
    BadStoreUrl,
    DocumentChanged,
    DocumentMissing,
    DocumentStore,
    StoreUnavailable,
)
from tests.integration.shared.documents.moto import moto_server, new_bucket
from tests.integration.shared.documents.object_storage import ObjectStorage

KEY = "documents/ab/abc.pdf"


@pytest.fixture
async def storage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ObjectStorage]:
    async with ObjectStorage().running() as storage:
        monkeypatch.setenv("AWS_ENDPOINT_URL", storage.url)
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_REGION", "ca-central-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        yield storage


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as address:
        yield address


@pytest.fixture(params=["file", "memory", "s3"])
def store(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    storage: ObjectStorage,
    moto: str,
    monkeypatch: pytest.MonkeyPatch,
) -> DocumentStore:
    urls = {"file": f"file://{tmp_path}/store", "memory": "memory:///"}
    if request.param == "s3":
        monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
        return DocumentStore(f"s3://{new_bucket(moto)}/prefix")
    return DocumentStore(urls[request.param])


async def test_what_was_put_is_found_and_read_back(store: DocumentStore) -> None:
    reference = await store.put(KEY, b"content")

    assert reference == DocumentRef(key=KEY, sha256=hashlib.sha256(b"content").hexdigest(), size=7)
    assert await store.find(KEY) == reference
    assert await store.get(reference) == b"content"


async def test_a_document_is_never_replaced(store: DocumentStore) -> None:
    first = await store.put(KEY, b"first")

    assert await store.put(KEY, b"second") == first
    assert await store.get(first) == b"first"


async def test_what_was_taken_out_is_gone_and_may_be_put_anew(store: DocumentStore) -> None:
    first = await store.put(KEY, b"first")

    for _ in range(2):
        await store.remove(KEY)

    assert await store.find(KEY) is None
    second = await store.put(KEY, b"second")
    assert second != first
    assert await store.get(second) == b"second"


async def test_what_is_kept_is_listed_by_its_first_part_and_read_by_its_key(store: DocumentStore) -> None:
    for key in ("listed/ab/2.pdf", "listed/ab/1.pdf", "other/1.pdf"):
        await store.put(key, key.encode())

    assert await store.keys("listed") == ["listed/ab/1.pdf", "listed/ab/2.pdf"]
    assert await store.keys("none") == []
    assert await store.read("other/1.pdf") == b"other/1.pdf"
    with pytest.raises(DocumentMissing):
        await store.read("none/1.pdf")


async def test_of_many_who_put_at_once_one_wins_and_all_get_its_reference(store: DocumentStore) -> None:
    contents = [b"x" * 10_000 + str(number).encode() for number in range(32)]

    references = await asyncio.gather(*(store.put(KEY, content) for content in contents))

    assert len(set(references)) == 1
    assert await store.get(references[0]) in contents


async def test_nothing_under_the_key(store: DocumentStore) -> None:
    assert await store.find(KEY) is None
    with pytest.raises(DocumentMissing, match=KEY):
        await store.get(DocumentRef(key=KEY, sha256="0" * 64, size=1))


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"size": 8}])
async def test_bytes_that_are_not_those_of_the_reference(
    store: DocumentStore, change: dict[str, str | int]
) -> None:
    reference = await store.put(KEY, b"content")

    with pytest.raises(DocumentChanged, match=KEY):
        await store.get(reference.model_copy(update=change))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../outside",
        "documents/../../outside",
        "documents/./x",
        "documents//x",
        "documents/",
        ".staging",
        "documents/.abc.pdf.1",
        "documents\\x",
        "documents/a b",
        "documents/é",
        "documents/%2e%2e/x",
        "documents/x\n",
        "documents/x\0",
        "a" * 201,
        "/".join("a" * 9),
    ],
)
async def test_a_key_that_could_leave_the_store_or_mean_two_things(store: DocumentStore, key: str) -> None:
    for call in (
        store.put(key, b""),
        store.find(key),
        store.remove(key),
        store.get(DocumentRef(key=key, sha256="0" * 64, size=0)),
    ):
        with pytest.raises(BadDocumentKey):
            await call


async def test_a_store_that_answers_is_reachable(store: DocumentStore) -> None:
    assert await store.reachable()


async def test_object_storage_that_refuses(storage: ObjectStorage) -> None:
    store = DocumentStore("s3://bucket")
    reference = await store.put(KEY, b"content")
    storage.broken = True

    for call in (store.put(KEY, b"content"), store.find(KEY), store.get(reference)):
        with pytest.raises(StoreUnavailable, match=KEY):
            await call
    assert not await store.reachable()


async def test_a_folder_that_went_away(tmp_path: Path) -> None:
    root = tmp_path / "store"
    store = DocumentStore(root.as_uri())
    root.rmdir()
    root.write_text("a file in its place")

    with pytest.raises(StoreUnavailable, match=KEY):
        await store.put(KEY, b"content")
    assert not await store.reachable()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file://relative/folder", "absolute"),
        ("file:///", "absolute"),
        ("file:documents", "absolute"),
        ("nonsense://x", "recogni"),
        ("documents", "relative"),
    ],
)
def test_a_url_that_names_no_store(url: str, why: str) -> None:
    with pytest.raises(BadStoreUrl, match=why):
        DocumentStore(url)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadStoreUrl):
        DocumentStore(f"file://{tmp_path}/file/store")


async def test_a_folder_with_spaces_and_accents(tmp_path: Path) -> None:
    root = tmp_path / "mes pièces"
    await DocumentStore(root.as_uri()).put(KEY, b"content")

    assert (root / KEY).read_bytes() == b"content"
