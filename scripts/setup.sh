# Sourced by scripts/run and scripts/test: system packages, .venv, the product itself. Says what it does and how long.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
STARTED=$(date +%s)

say() { printf '[%4ss] %s\n' "$(($(date +%s) - STARTED))" "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

# pyscard and evdev are compiled here (gcc, swig, libpcsclite-dev, python3-dev); Mesa and Xvfb draw without a GPU or
# a monitor; xdotool touches; Chromium shows desk and board.
BASE_PACKAGES="gcc swig libpcsclite-dev python3-dev python3-venv libgl1 libgl1-mesa-dri libegl1 libgles2 libmtdev1 xvfb xauth xdotool"
TEST_PACKAGES="chromium procps"

need_packages() {
    command -v dpkg-query >/dev/null || { say "not a Debian system: install yourself: $*"; return; }
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    if [ ${#missing[@]} -eq 0 ]; then say "system packages: all there"; return; fi
    local as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null && as_root="sudo -n" ||
            die "These system packages are missing and may not be installed from here:
    ${missing[*]}
Please run, as an administrator:  apt-get install ${missing[*]}
and then this script again."
    fi
    say "system packages: installing ${missing[*]}"
    $as_root apt-get update -qq >/dev/null || die "apt-get update failed: check the machine's package sources."
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
        die "apt-get install failed for: ${missing[*]}"
}

need_python() {
    PYTHON=${PYTHON:-python3}
    command -v "$PYTHON" >/dev/null || die "Python 3.11 or newer is needed (set PYTHON=/path/to/python)."
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or newer is needed, found $("$PYTHON" -V)."
}

need_venv() {
    need_python
    local stamp=.venv/.locked
    if [ -f "$stamp" ] && cmp -s requirements.lock "$stamp"; then say "Python packages: all there"; return; fi
    say "Python packages: installing into .venv (some minutes the first time)"
    [ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
    cp requirements.lock "$stamp"
    say "Python packages: installed"
}
