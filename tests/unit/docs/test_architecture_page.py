"""The map of the product: its pictures are the import contracts, and every path it names is there."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "architecture.md"
PATH = re.compile(r"`((?:kiosk|drivers|screens|offline_cache|hub|tests|bench|docs|scripts)/[\w./-]*)`")


def test_pictures_are_drawn_from_the_import_contracts() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "layers_picture.py"))
    text = PAGE.read_text("utf-8")
    assert text == script["page"](text), "run scripts/layers_picture.py"
    for contract in script["contracts"]():
        assert script["BEGIN"].format(name=contract["name"]) in text


def test_every_path_on_the_map_exists() -> None:
    for page in (PAGE, ROOT / "docs" / "words.md"):
        named = PATH.findall(page.read_text("utf-8"))
        assert named
        assert not [path for path in named if not (ROOT / path).exists()]
