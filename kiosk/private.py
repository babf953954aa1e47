"""Data folders are for one user of the machine: 0700, every file in them 0600, whatever the umask and their history.

Hub and terminal keep password hashes, keys and numbers there. A folder that was open is closed, which is said once;
what belongs to another user is refused with a sentence, because that user can open it again at any time.
"""

import errno
import os
import pwd
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

OTHERS = 0o077
"""The bits of group and world."""


class Tightened(msgspec.Struct, frozen=True):
    """The folder is ours alone now; these were open to other users of the machine before (folders and files)."""

    paths: tuple[Path, ...] = ()


class NotOurs(msgspec.Struct, frozen=True):
    """Why the folder cannot be made ours, with the remedy: a sentence or two for the operator."""

    sentence: str


def keep_private(folder: Path) -> Tightened | NotOurs:
    """Make the folder when it is absent, and close it with all that is in it to other users.

    Links are left alone: what they lead to is elsewhere. So is what belongs to root, who reads everything anyway.
    Raises OSError when the folder cannot be used at all.
    """
    make(folder)
    if refusal := refusal_of(folder):
        return NotOurs(refusal)
    open_ones = [folder] if _close(folder, folder.stat()) else []
    for path in _inside(folder):
        found = path.lstat()
        if found.st_uid not in (0, os.geteuid()):
            return NotOurs(refusal_of(path))
        if found.st_uid == os.geteuid() and _close(path, found):
            open_ones.append(path)
    return Tightened(tuple(open_ones))


def refusal_of(path: Path) -> str:
    """Why this is not for us alone, with the remedy; "" = it is ours. Raises OSError when nobody can tell."""
    found = path.stat()
    if found.st_mode & stat.S_ISVTX and found.st_mode & stat.S_IWOTH:
        return f"{path} is a folder for everybody on this machine. Choose one for this program alone (--data)."
    if found.st_uid == os.geteuid():
        return ""
    return (
        f"{path} belongs to {_name(found.st_uid)}, and this program runs as {_name(os.geteuid())}."
        " Run it as that user (sudo -u), give the file to this one (chown), or choose another folder (--data)."
    )


def unusable(fault: OSError) -> str:
    """Why a command cannot use the file or folder that the fault is about, with the remedy."""
    path = Path(os.fsdecode(fault.filename))
    said = f"{path} cannot be used ({fault.strerror})."
    match fault:
        case PermissionError():
            return f"{said} {_whose(path)}Run this as the user whose files these are (sudo -u)."
        case OSError(errno=errno.ENAMETOOLONG):
            return f"{said} Give a shorter name."
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return f"{said} Make room."
        case _:
            return f"{said} Check the path and the disk."


def _whose(path: Path) -> str:
    """Who owns the first thing on the way to the path that another user keeps from us; "" = nobody can tell."""
    for place in (*reversed(path.absolute().parents), path):
        try:
            owner, closed = place.stat().st_uid, not os.access(place, os.X_OK if place.is_dir() else os.R_OK)
        except OSError:
            return ""
        if closed and owner != os.geteuid():
            return f"{place} belongs to {_name(owner)}, and this program runs as {_name(os.geteuid())}. "
    return ""


def make(folder: Path) -> None:
    """Make a folder that only we may enter; one that is there stays as it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def create(path: Path) -> None:
    """Make an empty file that only we may read; one that is there is closed to others if it is ours."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        close(path)


def close(path: Path) -> None:
    """Close a file of ours to other users; nothing when it is not there, or not ours."""
    try:
        found = path.lstat()
    except OSError:  # whoever opens it says why it cannot be used
        return
    if found.st_uid == os.geteuid():
        _close(path, found)


def _inside(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(root, name)
            if not path.is_symlink():
                yield path


def _close(path: Path, found: os.stat_result) -> bool:
    """Whether it was open."""
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode) or not mode & OTHERS:
        return False
    path.chmod(mode & ~OTHERS)
    return True


def _name(uid: int) -> str:
    try:
        return f"the user {pwd.getpwuid(uid).pw_name}"
    except KeyError:
        return f"the user number {uid}"
