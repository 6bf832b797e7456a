"""Old and new processes run side by side while a release is brought in: what the older ones write must still fit.

They write some tables whole, from JSON: a column that they don't know is null there, whatever its default says.
"""

import re
from collections.abc import Iterator, Sequence

from shared.postgres.migration_files import MigrationFile, migration_files
from tests.architecture.house import ROOT

FOLDER = ROOT / "services/invoice_service/storage/migrations"
_WRITTEN_WHOLE = re.compile(r"populate_record\(\s*null::(\w+)", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*")
_ALTERED = re.compile(
    r"\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?(?:public\.)?(?P<table>\w+)\s+(?P<changes>[^;]*);",
    re.IGNORECASE,
)
# Each change up to the next comma that begins another one: `numeric(17, 2)` has commas, too.
_CHANGES = re.compile(r",\s*(?=(?:add|alter|drop|rename|set|validate|enable|disable)\b)", re.IGNORECASE)
_REQUIRED = re.compile(
    r"^add\s+(?!constraint\b).*\bnot\s+null\b|^alter\s.*\bset\s+not\s+null\b", re.IGNORECASE | re.DOTALL
)


def written_whole(files: Sequence[MigrationFile]) -> set[str]:
    """The tables that functions fill from JSON, row by row."""
    return {name.lower() for file in files for name in _WRITTEN_WHOLE.findall(file.text)}


def required_later(files: Sequence[MigrationFile]) -> Iterator[str]:
    """Where a table that is written whole gets a column that must not be null."""
    tables = written_whole(files)
    for file in files:
        for altered in _ALTERED.finditer(_COMMENT.sub("", file.text)):
            if altered["table"].lower() in tables:
                for change in _CHANGES.split(altered["changes"].strip()):
                    if _REQUIRED.search(change):
                        yield f"{file.name}: {altered['table']}: {' '.join(change.split())}"


def test_the_tables_that_are_written_whole_are_known() -> None:
    assert written_whole(migration_files(FOLDER)) >= {
        "invoices",
        "invoice_lines",
        "invoice_taxes",
        "invoice_documents",
    }


def test_no_migration_makes_a_column_required_that_an_older_process_leaves_out() -> None:
    assert list(required_later(migration_files(FOLDER))) == []


def test_such_a_column_would_be_found() -> None:
    function = MigrationFile("0001_f.sql", "insert into t select * from jsonb_populate_record(null::t, p) r;")
    for text, count in (
        ("alter table t add column a text not null default '';", 1),
        ("ALTER TABLE public.t\n  ADD a numeric(17, 2),\n  ADD COLUMN b int NOT NULL DEFAULT 0;", 1),
        ("alter table t alter column a set not null;", 1),
        ("alter table t add column a text; -- not null", 0),
        ("alter table t add constraint a_is check (a is not null) not valid;", 0),
        ("alter table other add column a text not null default '';", 0),
    ):
        assert len(list(required_later([function, MigrationFile("0002_c.sql", text)]))) == count, text
