"""Who acts by a command at the machine: its user, and who became that user by sudo."""

import os
import pwd

from hub.trail.entries import Who

ROLE = "machine"


def machine_user() -> Who:
    """The user this process runs as. ``SUDO_USER`` is only a word; whoever has the machine could say another one."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    before = os.environ.get("SUDO_USER", "")
    return Who(login=f"{name} (sudo: {before})" if before and before != name else name, role=ROLE)
