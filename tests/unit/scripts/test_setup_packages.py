"""Which system packages scripts/setup.sh misses, by what a Debian says of itself."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TRIXIE = [
    ("installed", "amd64", "gcc", "c-compiler, gcc-x86-64-linux-gnu (= 4:14.2.0-1)"),
    ("installed", "amd64", "libmtdev1t64", "libmtdev1 (= 1.1.7-1+b2)"),
    ("installed", "all", "xauth", ""),
    ("installed", "amd64", "python3.13", "python3-supported-min (= 3.13.5-2), python3.13:any"),
    ("config-files", "amd64", "swig", "swig4.0"),
    ("installed", "i386", "libegl1", "libegl-here"),
]
"""Status, architecture, package, what it provides: rows of Debian 13."""


@pytest.fixture
def debian(tmp_path: Path) -> dict[str, str]:
    """A path on which dpkg-query knows these packages, and nothing may be installed."""
    rows = "".join(f"{status}\t{arch}\t{name}, {provides}\n" for status, arch, name, provides in TRIXIE)
    (tmp_path / "packages").write_text(rows)
    for name, body in (
        ("dpkg-query", f"cat {tmp_path / 'packages'}"),
        ("dpkg", "echo amd64"),
        ("sudo", "exit 1"),
        ("apt-get", "exit 1"),
        ("id", "echo 1000"),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    return os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}


def needs(debian: dict[str, str], *names: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", f"source {ROOT}/scripts/setup.sh; need_packages {' '.join(names)}"]
    return subprocess.run(command, env=debian, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def test_package_that_another_one_provides_is_there(debian: dict[str, str]) -> None:
    """A second start needs neither network nor sudo, whatever the package is called in this Debian."""
    for name in ("libmtdev1", "libmtdev1t64", "gcc", "c-compiler", "xauth", "python3.13"):
        found = needs(debian, name)
        assert (found.returncode, "all there" in found.stdout) == (0, True), (name, found)


@pytest.mark.parametrize(
    "name", ["swig", "swig4.0", "libegl1", "libegl-here", "libmtdev", "mtdev1", "gcc-x86-64-linux"]
)
def test_package_that_is_not_there_is_asked_for(debian: dict[str, str], name: str) -> None:
    """Removed with its settings left, of another architecture, part of a name: none of these counts."""
    found = needs(debian, "gcc", name)
    assert found.returncode == 1
    assert f"install --no-install-recommends {name}\n" in found.stderr
