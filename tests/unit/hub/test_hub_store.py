"""The store: its recipe, guards, migrations, and what it refuses."""

from pathlib import Path

import pysqlite3
import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError

from hub.store.engine import OLDEST_SQLITE, Store, refuse_old_sqlite
from hub.store.faults import StoreFailed, StoreRefused
from hub.store.sql import run
from hub.store.tables import metadata

ADD_SITE = "INSERT INTO site (id, town, name, created_ms) VALUES (?, 'Musterstadt', 'Rathaus', 0)"


def add_site(store: Store, ident: str) -> None:
    store.write_now(lambda c: c.exec_driver_sql(ADD_SITE, (ident,)))


def sites(store: Store) -> list[str]:
    return store.read_now(lambda c: list(c.exec_driver_sql("SELECT id FROM site ORDER BY id").scalars()))


def schema(connection: Connection) -> dict[str, list[str]]:
    rows = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name != 'alembic_version'"
    )
    return {name: _parts(" ".join(sql.split())) for name, sql in rows}


def _parts(sql: str) -> list[str]:
    """What is declared, whatever the order of the constraints."""
    head, _, rest = sql.partition(" (")
    body, _, tail = rest.rpartition(")")
    return [head, *sorted(part.strip() for part in body.split(", ")), tail]


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("busy_timeout", 2000),
        ("mmap_size", 0),
        ("recursive_triggers", 1),
        ("application_id", 0x4B494F53),
    ],
)
def test_writer_follows_the_recipe(store: Store, pragma: str, value: object) -> None:
    assert store.write_now(lambda c: c.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()) == value


def test_readers_cannot_write(store: Store) -> None:
    with pytest.raises(OperationalError, match="readonly"):
        store.read_now(lambda c: c.exec_driver_sql(ADD_SITE, ("x",)))


def test_every_table_is_strict_and_starts_its_key_with_the_site(store: Store) -> None:
    for table in metadata.sorted_tables:
        assert table.dialect_options["sqlite"]["strict"], table.name
        first = next(iter(table.primary_key.columns)).name
        assert first == "site_id" or table.name in ("site", "setup_token", "throttle"), table.name


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 51, 2), (3, 7, 0)])
def test_sqlite_with_the_wal_reset_bug_is_refused_with_the_reason(version: tuple[int, int, int]) -> None:
    with pytest.raises(StoreRefused, match=r"can lose commits.*fixed in 3.51.3"):
        refuse_old_sqlite(version)


def test_no_store_is_opened_with_an_old_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pysqlite3, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(StoreRefused, match=r"SQLite 3\.51\.2 can lose commits.*Install"):
        Store(tmp_path / "data" / "hub.db")
    assert list(tmp_path.iterdir()) == [], "nothing is made"


def test_the_sqlite_we_ship_with_is_new_enough() -> None:
    refuse_old_sqlite(OLDEST_SQLITE)
    assert pysqlite3.sqlite_version_info >= OLDEST_SQLITE


def test_closed_store_says_so(store: Store) -> None:
    store.close()
    with pytest.raises(StoreFailed, match="closed"):
        add_site(store, "late")
    store.close()


def test_foreign_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    other = pysqlite3.connect(str(path))
    other.execute("CREATE TABLE theirs (a)")
    other.close()
    with pytest.raises(StoreRefused, match="another program"):
        Store(path)


def test_migrations_build_the_tables_that_the_code_knows(store: Store) -> None:
    engine = create_engine("sqlite://", module=pysqlite3)
    with engine.begin() as fresh:
        metadata.create_all(fresh)
        wanted = schema(fresh)
    engine.dispose()
    assert store.read_now(schema) == wanted


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    first = Store(tmp_path / "hub.db")
    add_site(first, "a")
    before = first.read_now(schema)
    first.close()
    second = Store(tmp_path / "hub.db")
    assert sites(second) == ["a"]
    assert second.read_now(schema) == before
    second.close()


def test_file_of_a_newer_hub_is_refused(tmp_path: Path) -> None:
    first = Store(tmp_path / "hub.db")
    first.write_now(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))
    first.close()
    with pytest.raises(StoreRefused, match=r"newer hub.*9999"):
        Store(tmp_path / "hub.db")


def test_before_a_step_a_copy_of_the_file_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the schema before the newest step is copied, then migrated."""
    path = tmp_path / "hub.db"
    first = Store(path)
    add_site(first, "a")
    first.close()
    steps = tmp_path / "steps"
    _with_one_more_step(steps)
    monkeypatch.setattr("hub.store.migrate.HERE", steps)
    second = Store(path)
    assert "more" in second.read_now(schema)
    assert sites(second) == ["a"]
    second.close()
    copy = pysqlite3.connect(str(tmp_path / "hub.db.before-9999"))
    assert copy.execute("SELECT id FROM site").fetchall() == [("a",)]
    assert not copy.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchall()
    copy.close()


def test_step_that_fails_half_way_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "hub.db"
    first = Store(path)
    before = first.read_now(schema)
    first.close()
    steps = tmp_path / "steps"
    _with_one_more_step(steps, "op.execute('CREATE TABLE half (a)'); op.execute('no sql')")
    with monkeypatch.context() as patch:
        patch.setattr("hub.store.migrate.HERE", steps)
        with pytest.raises(StoreRefused, match="cannot be opened"):
            Store(path)
    second = Store(path)
    assert second.read_now(schema) == before
    second.close()


def _with_one_more_step(steps: Path, body: str = "op.execute('CREATE TABLE more (a)')") -> None:
    import shutil

    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from hub.store.migrate import HERE

    shutil.copytree(HERE, steps)
    config = Config()
    config.set_main_option("script_location", str(HERE))
    head = ScriptDirectory.from_config(config).get_current_head()
    (steps / "versions" / "v9999_more.py").write_text(
        f"from alembic import op\nrevision = '9999'\ndown_revision = {head!r}\n\n\ndef upgrade() -> None:\n    {body}\n"
    )


def test_a_late_statement_is_parsed_once(tmp_path: Path) -> None:
    """However many others came before it: SQLite asks the authorizer about a statement whenever it parses one."""
    parsed: list[object] = []

    def note(*what: object) -> int:
        parsed.append(what)
        return 0  # SQLITE_OK

    def look(c: Connection) -> None:
        driver: pysqlite3.Connection = c.connection.dbapi_connection  # type: ignore[assignment]
        driver.set_authorizer(note)
        for other in range(300):
            run(c, f"SELECT {other} FROM site").fetchall()
        late = [f"SELECT id, {late} FROM site" for late in range(7)]
        for statement in late:
            run(c, statement).fetchall()
        before = len(parsed)
        for statement in late * 2:
            run(c, statement).fetchall()
        driver.set_authorizer(None)
        assert before >= 300
        assert len(parsed) == before

    store = Store(tmp_path / "hub.db")
    store.write_now(look)
    store.close()
