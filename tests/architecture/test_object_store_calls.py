"""A process that made asynchronous calls of obstore may be aborted while it ends (SIGABRT, about one in forty on a
busy machine): its threads call back into Python while Python goes. So its calls run in threads of ours.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASYNCHRONOUS = re.compile(r"\bobstore\.\w+_async\b|\.\w+_async\(")


def test_no_asynchronous_call_of_obstore() -> None:
    sources = [path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")]
    using = [path for path in sources if "obstore" in path.read_text(encoding="utf-8")]
    assert using, "nobody uses obstore any more: this test has nothing to look at"
    found = [path.name for path in using if ASYNCHRONOUS.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_such_a_call_would_be_found() -> None:
    assert ASYNCHRONOUS.search("await obstore.get_async(store, key)")
    assert ASYNCHRONOUS.search("await store.put_async(key, content)")
