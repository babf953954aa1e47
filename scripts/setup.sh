# Sourced by scripts/run and scripts/test: system packages, .venv, the product itself. Says what it does and how long.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export KIOSK_CALLED_FROM=$PWD
cd "$ROOT"
STARTED=$(date +%s)

say() { printf '[%4ss] %s\n' "$(($(date +%s) - STARTED))" "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

# pyscard and evdev are compiled here (gcc, swig, libpcsclite-dev, python3-dev); Mesa and Xvfb draw without a GPU or
# a monitor; xdotool touches; Chromium shows desk and board.
BASE_PACKAGES="gcc swig libpcsclite-dev python3-dev python3-venv libgl1 libgl1-mesa-dri libegl1 libgles2 libmtdev1 xvfb xauth xdotool"
TEST_PACKAGES="chromium-headless-shell procps"

# Runs a command; what it says is shown only when it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || { status=$?; cat "$log" >&2; }
    rm -f "$log"
    return "$status"
}

as_root() { if [ "$(id -u)" -eq 0 ]; then env "$@"; else sudo env "$@"; fi; }

# sudo may ask for the password where somebody sits in front of it, and only there.
may_install() {
    [ "$(id -u)" -eq 0 ] && return
    command -v sudo >/dev/null || return
    sudo -n true 2>/dev/null || { [ -t 0 ] && say "sudo is needed to install system packages" && sudo -v; }
}

# Names of all packages that are here, and of those that they provide: a package may have another name in the next
# Debian and provide the old one. Packages of another architecture do not count.
packages_here() {
    dpkg-query -W -f='${db:Status-Status}\t${Architecture}\t${Package}, ${Provides}\n' |
        awk -F'\t' -v native="$(dpkg --print-architecture)" '$1 == "installed" && ($2 == native || $2 == "all") {
            count = split($3, names, /, */)
            for (i = 1; i <= count; i++) { sub(/ .*/, "", names[i]); sub(/:any$/, "", names[i]); print names[i] } }'
}

need_packages() {
    command -v dpkg-query >/dev/null || { say "not a Debian system: install yourself: $*"; return; }
    local missing=() name here
    here=$(packages_here)
    for name in "$@"; do
        grep -qxF "$name" <<<"$here" || missing+=("$name")
    done
    if [ ${#missing[@]} -eq 0 ]; then say "system packages: all there"; return; fi
    may_install || die "These system packages are missing and may not be installed from here:
    ${missing[*]}
Please run, as an administrator:
    apt-get update && apt-get install --no-install-recommends ${missing[*]}
and then this script again. Nothing was changed."
    say "system packages: installing ${missing[*]} (a few minutes)"
    quietly as_root apt-get update || die "apt-get update failed, see above: check the network and the package sources."
    quietly as_root DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" ||
        die "apt-get install failed, see above, for: ${missing[*]}"
    say "system packages: installed"
}

need_python() {
    PYTHON=${PYTHON:-python3}
    command -v "$PYTHON" >/dev/null ||
        die "Python 3.11 or newer is needed: apt-get install python3, or set PYTHON=/path/to/python."
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "Python 3.11 or newer is needed, found $("$PYTHON" -V)."
}

need_venv() {
    local stamp=.venv/.locked
    if [ -f "$stamp" ] && cmp -s requirements.lock "$stamp" && cmp -s deploy/kiosk .venv/bin/kiosk; then say "Python packages: all there"; return; fi
    say "Python packages: installing into .venv (some minutes the first time)"
    .venv/bin/python -m pip --version >/dev/null 2>&1 || quietly "$PYTHON" -m venv --clear .venv ||
        die "$PYTHON could not make .venv, see above."
    pip_install --require-hashes -r requirements.lock
    pip_install --no-deps --no-build-isolation -e .
    cp requirements.lock "$stamp"
    say "Python packages: installed"
}

pip_install() {
    .venv/bin/python -m pip install -q --disable-pip-version-check "$@" ||
        die "The Python packages could not be installed, see above. Where the network has a package index or a
certificate of its own, tell pip (PIP_INDEX_URL, PIP_CERT or pip.conf) and run this script again: it goes on from here."
}
