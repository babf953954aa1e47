"""What ``scripts/test --changed`` runs: everything that a change can reach, also around corners."""

from pathlib import Path

import pytest
from proving.reach import reached

TREE = {
    "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.', 'tests']\n",
    "README.md": "# The house\n",
    "docs/page.md": "page",
    "scripts/setup.sh": "echo",
    "hub/__init__.py": "",
    "hub/store.py": "X = 1\n",
    "hub/web/__init__.py": "",
    "hub/web/desk.py": "def page():\n    from hub import store\n    return store\n",
    "hub/web/pages/desk.html": "<p>",
    "kiosk/__init__.py": "",
    "kiosk/cli.py": "def main():\n    from hub.web import desk\n    return desk\n",
    "kiosk/view.py": "from . import words\n",
    "kiosk/words.py": "",
    "screens/__init__.py": "",
    "screens/app.py": "from kiosk import view\n",
    "tests/conftest.py": "",
    "tests/helpers.py": "from hub.store import X\n",
    "tests/unit/test_store.py": "from helpers import X\n",
    "tests/unit/test_words.py": "import kiosk.words\n",
    "tests/unit/files/old.db": "",
    "tests/unit/docs/test_page.py": "FOLDER = 'docs'\n",
    "tests/e2e/test_whole.py": "COMMAND = ['-m', 'kiosk.cli']\n",
    "tests/soak/test_soak.py": "CHILD = 'child.py'\n",
    "tests/soak/child.py": "from screens.app import view\n",
    "tests/kills/test_probe.py": "PROBE = 'import sys\\nfrom hub.store import X\\n'\n",
}
STORE = {"tests/unit/test_store.py", "tests/e2e/test_whole.py", "tests/kills/test_probe.py"}
WORDS = {"tests/unit/test_words.py", "tests/soak/test_soak.py"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "tests"),
    [
        ("hub/store.py", STORE),
        ("hub/web/desk.py", {"tests/e2e/test_whole.py"}),
        ("kiosk/words.py", WORDS),
        ("kiosk/view.py", {"tests/soak/test_soak.py"}),
        ("screens/app.py", {"tests/soak/test_soak.py"}),
        ("tests/helpers.py", {"tests/unit/test_store.py"}),
        ("tests/unit/test_words.py", {"tests/unit/test_words.py"}),
    ],
)
def test_a_module_reaches_who_imports_or_starts_it(tree: Path, changed: str, tests: set[str]) -> None:
    assert named(tree, changed) == tests


def test_a_package_is_run_by_whoever_imports_a_part_of_it(tree: Path) -> None:
    assert named(tree, "kiosk/__init__.py") == WORDS | {"tests/e2e/test_whole.py"}


def test_data_stands_for_the_modules_around_it(tree: Path) -> None:
    assert named(tree, "hub/web/pages/desk.html") == {"tests/e2e/test_whole.py"}
    assert named(tree, "hub/gone.py") == named(tree, "hub/store.py"), "a module that was taken away"
    assert named(tree, "tests/unit/files/old.db") == {"tests/unit/test_store.py", "tests/unit/test_words.py"}


def test_a_document_reaches_the_tests_that_name_it(tree: Path) -> None:
    assert named(tree, "docs/page.md") == {"tests/unit/docs/test_page.py"}
    assert named(tree, "README.md") == set()


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements.lock"])
def test_what_nobody_can_tell_about_reaches_everything(tree: Path, changed: str) -> None:
    assert reached(tree, ["hub/store.py", changed]) is None


def test_a_fixture_for_all_reaches_all(tree: Path) -> None:
    assert named(tree, "tests/conftest.py") == {name for name in TREE if "/test_" in name}


def named(tree: Path, *changed: str) -> set[str]:
    files = reached(tree, changed)
    assert files is not None
    assert all(name.startswith(f"tests/{group}/") for group, some in files.items() for name in some)
    return {name for some in files.values() for name in some}
