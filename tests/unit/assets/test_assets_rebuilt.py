"""The committed type is what its script makes of Debian's Noto fonts, byte for byte."""

import hashlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from kiosk.assets import font_path

SCRIPT = Path(__file__).resolve().parents[3] / "scripts/build_fonts.py"
SOURCE = Path("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf")
KNOWN = "504d7407d86875acf7d04dfaa0fd7524d0b8797723bc4aa18022f29db25b0b6e"


def test_same_bytes_again(tmp_path: Path) -> None:
    if not SOURCE.exists() or hashlib.sha256(SOURCE.read_bytes()).hexdigest() != KNOWN:
        pytest.skip("Debian's fonts-noto-core and -extra 20201225-1 are not here; only a rebuild needs them")
    spec = spec_from_file_location("build_fonts", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["build_fonts"] = module
    spec.loader.exec_module(module)
    module.merge("Regular").save(tmp_path / "again.ttf")
    assert (tmp_path / "again.ttf").read_bytes() == font_path().read_bytes()
