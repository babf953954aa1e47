"""Names that say nothing to a stranger stay gone: none of them is a module, class or function of the product."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("kiosk", "drivers", "screens", "offline_cache", "hub")
LINES, MODULES = 400, 20
"""The most lines a file and modules a folder may have."""

OLD_MODULES = """
    hub/hall hub/queues/ hub/routes hub/called hub/forgetting hub/highest hub/refusals hub/web/looking hub/web/founding
    hub/web/front hub/web/gate hub/web/edges hub/web/page hub/web/words hub/web/strip hub/web/sitting hub/web/places
    hub/api/wiring hub/api/tries hub/auth/signing_in hub/tls/keeping hub/trail/keeping hub/store/enclosed
    hub/store/words hub/store/migrations/versions/v0001_the_first_storey hub/catalogue/showcase hub/catalogue/settling
    hub/catalogue/places hub/catalogue/differences hub/catalogue/package hub/catalogue/guards hub/catalogue/tongues
    hub/catalogue/parcel hub/catalogue/whole hub/catalogue/xzufi/
    drivers/receipt_printer/talk drivers/generation drivers/sim/desk drivers/queue_display/rows
    drivers/receipt_printer/rows drivers/input_devices/rows
    screens/body screens/brief screens/kit screens/marks screens/flow screens/stage screens/shot screens/widgets/foot
    kiosk/flows/frame kiosk/flows/words kiosk/vocabulary/house kiosk/vocabulary/machines
    offline_cache/prompt offline_cache/fold offline_cache/facts offline_cache/outside offline_cache/questions
    offline_cache/remote offline_cache/near offline_cache/drain offline_cache/terminal_layout
"""
OLD_STEMS = """
    arrange bringing arrivals merging handing_back days once instance refusals looking founding front gate edges
    wiring signing_in enclosed the_first_storey showcase settling places differences loot shelf hall house talk
    rows kit marks brief shot foot machines prompt fold outside questions remote near drain terminal_layout
"""
"""File names without their folder: nowhere in the product."""
OLD_NAMES = """
    TheHall Hall Bring Told take_in News TakenIn _twin Turned WAYS Doorman Showcase Loot Gatherer Shelf CallWall Talk
    Ends Make Generation Kit House Asked Facts Goal speak Prompt Outside Questions Hearers Beat Debts _knock _paying
    _joining HouseChanged
"""
OLD_NAMES_AT = """
    hub/reports/reported_tickets:Place hub/web/admin/site_setup:found hub/web/common/page:go hub/web/common/page:page
    hub/api/http:done hub/api/http:has hub/catalogue/publication/published:Shown hub/store/enums:State
    hub/catalogue/importers/xzufi/stream:Broken hub/catalogue/importers/xzufi/stream:Written
    hub/catalogue/importers/xzufi/stream:Removed hub/catalogue/importers/xzufi/stream:Mixed screens/pagination:Room
    kiosk/session/table:Moved offline_cache/store/own_numbers:Standing
"""
"""Words that are right elsewhere, with the module in which they are not."""


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def place(path: Path) -> str:
    return str(path.relative_to(ROOT).with_suffix(""))


def defined(path: Path) -> set[str]:
    """The classes and functions of a file, those of a class too, and what stands at its top."""
    tree = ast.parse(path.read_text("utf-8"))
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        found |= {each.id for each in targets if isinstance(each, ast.Name)}
    return found


def test_no_module_has_an_old_name() -> None:
    old = set(OLD_MODULES.split())
    folders = tuple(each for each in old if each.endswith("/"))
    stems = set(OLD_STEMS.split())
    found = [each for each in map(place, modules()) if each in old or each.startswith(folders)]
    assert not found, f"moved, see docs/words.md: {found}"
    assert not [place(path) for path in modules() if path.stem in stems]


def test_no_class_or_function_has_an_old_name() -> None:
    old = set(OLD_NAMES.split())
    found = {place(path): sorted(defined(path) & old) for path in modules()}
    assert not {path: names for path, names in found.items() if names}


@pytest.mark.parametrize("where", OLD_NAMES_AT.split())
def test_word_is_not_used_again_where_it_meant_something_else(where: str) -> None:
    path, _, name = where.partition(":")
    assert name not in defined(ROOT / f"{path}.py")


def test_files_and_folders_stay_small() -> None:
    long = {place(path): n for path in modules() if (n := len(path.read_text("utf-8").splitlines())) > LINES}
    assert not long
    full: dict[Path, int] = {}
    for path in modules():
        if path.name != "__init__.py" and path.parent.name != "versions":
            full[path.parent] = full.get(path.parent, 0) + 1
    assert not {str(folder.relative_to(ROOT)): n for folder, n in full.items() if n > MODULES}


def test_names_of_tests_are_short() -> None:
    named = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)
    tests = {name for path in (ROOT / "tests").rglob("*.py") for name in named.findall(path.read_text("utf-8"))}
    assert len(tests) > 1000
    assert not [name for name in tests if len(name) > 70]
