"""The page about the session machine is drawn from the table in force."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_docs_session_is_what_the_table_says() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "state_diagram.py"))
    assert (ROOT / "docs" / "session.md").read_text("utf-8") == script["page"]()
