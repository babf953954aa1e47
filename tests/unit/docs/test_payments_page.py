"""The drawing in the page about payments is made from the table in force."""

import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_docs_payments_is_what_the_table_says() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "payment_diagram.py"))
    assert (ROOT / "docs" / "payments.md").read_text("utf-8") == script["page"]()
