"""The gates and the groups of tests, and how each is run."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from proving.steps import BIN, ROOT, Result, Step, run

GATES = (
    Step("lint", (str(BIN / "ruff"), "check", ".")),
    Step("format", (str(BIN / "ruff"), "format", "--check", "-q", ".")),
    Step("types", (str(BIN / "mypy"),)),
    Step("floors", (str(BIN / "lint-imports"),)),
)
GROUPS = (
    *("browser", "screens", "unit", "faults", "e2e", "crash", "contract", "kills"),
    *("property", "world", "soak", "hostile", "flows", "model", "load"),
)
"""Folders under tests/, the longest first: whoever is done takes the next."""
SIDE_BY_SIDE = 6
"""Steps at a time: most tests wait for a deadline, a device or a browser. Four left two cores idle half of the time;
with eight each took the caches from the others."""
APART = {"unit": {"hub": 2}, "browser": {"test_hub_desk_lines.py": 1, "test_hub_board.py": 1}}
"""Folders and files of a group that are steps of their own, and how many: none is much longer than the others then."""
COUNTING = ("model", "world", "crash", "kills")
"""Groups that do the same thing many thousand times: coverage would double their time and see nothing new."""
FULL_S = 7200
"""Past this a test with a large count hangs."""
SLOWEST = "--durations=10"


def standard_steps(groups: Sequence[str], *, coverage: bool = False) -> list[Step]:
    """Every group at the standard size."""
    return [_step(name, paths, coverage) for group in groups for name, paths in _parts(group)]


def steps_of_files(files: Mapping[str, Sequence[str]], *, coverage: bool = False) -> list[Step]:
    """Some files of each group."""
    return [_step(f"tests/{group}, {len(some)} files", some, coverage) for group, some in files.items()]


def full_steps(groups: Sequence[str]) -> list[Step]:
    """Each file of tests in a process of its own; those with large counts print their seeds and how far they are."""
    files = [path for group in groups for path in sorted((ROOT / "tests" / group).rglob("test_*.py"))]
    names = [str(path.relative_to(ROOT)) for path in files]
    words = (str(BIN / "python"), "-m", "pytest", "-q", "-s", f"--timeout={FULL_S}")
    return [Step(name, (*words, name)) for name in names]


def run_all(
    steps: Sequence[Step],
    env: dict[str, str],
    lanes: int = SIDE_BY_SIDE,
    after: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Run the steps, some side by side; ``after`` is called as each ends, on its lane's thread."""

    def one(step: Step) -> Result:
        result = run(step, env)
        after(result)
        return result

    with ThreadPoolExecutor(lanes) as pool:
        return list(pool.map(one, steps))


def _parts(group: str) -> list[tuple[str, Sequence[str]]]:
    """The steps of a group: their names and paths."""
    here, apart = f"tests/{group}", APART.get(group, {})
    if not apart:
        return [(here, (here,))]
    inside = [*(ROOT / here).glob("test_*.py"), *(each.parent for each in (ROOT / here).glob("*/test_*.py"))]
    inside += [each.parent.parent for each in (ROOT / here).glob("*/*/test_*.py")]
    rest = sorted({str(each.relative_to(ROOT)) for each in inside if each.name not in apart})
    own = [part for name, pieces in apart.items() for part in _pieces(f"{here}/{name}", pieces)]
    return [(f"{here}, the rest", rest), *own]


def _pieces(path: str, count: int) -> list[tuple[str, Sequence[str]]]:
    """A file or folder as so many steps, its files dealt out in turn."""
    if count == 1:
        return [(path, (path,))]
    files = sorted(str(each.relative_to(ROOT)) for each in (ROOT / path).rglob("test_*.py"))
    return [(f"{path}, {n + 1} of {count}", files[n::count]) for n in range(count)]


def _step(name: str, paths: Sequence[str], coverage: bool) -> Step:
    counting = name.startswith(tuple(f"tests/{group}" for group in COUNTING))
    measured = ("-m", "coverage", "run") if coverage and not counting else ()
    return Step(name, (str(BIN / "python"), *measured, "-m", "pytest", "-q", SLOWEST, *paths))
