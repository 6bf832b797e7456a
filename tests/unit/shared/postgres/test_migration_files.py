import pytest

from shared.postgres.migration_files import MigrationFile, MigrationNotRepeatable

OUTSIDE = "-- outside a transaction\n"


def test_only_the_first_line_leads_outside() -> None:
    assert MigrationFile("a.sql", f"{OUTSIDE}select 1;").outside
    assert not MigrationFile("a.sql", f"select 1;\n{OUTSIDE}").outside
    assert not MigrationFile("a.sql", "").outside


def test_a_statement_ends_with_its_line() -> None:
    text = f"{OUTSIDE}-- why; because;\nupdate t set a = ';'\n  where b;\n\n  -- more;\nselect 2;  \n"
    assert MigrationFile("a.sql", text).statements() == ["update t set a = ';'\n  where b", "select 2"]


@pytest.mark.parametrize(
    "statement",
    [
        "create index concurrently i on t (n)",
        "CREATE UNIQUE INDEX\n CONCURRENTLY i on t (n)",
        "drop index concurrently i",
    ],
)
def test_what_can_t_be_run_again_is_refused_before_any_of_it_runs(statement: str) -> None:
    with pytest.raises(MigrationNotRepeatable, match=r"0099\.sql"):
        MigrationFile("0099.sql", f"{OUTSIDE}select 1;\n{statement};").statements()
