"""How our programs are started: by an isolated Python (``python -I``, docs.python.org/3/using/cmdline.html).

PYTHONPATH, PYTHONHOME, a sitecustomize of the environment, a user's own site-packages and the working folder do not
reach them then.
"""

import os
import sys

COMMAND = (sys.executable, "-I", "-m", "kiosk.cli")
"""The command ``kiosk`` without its words, for children."""


def start_isolated() -> None:
    """Replace this process by an isolated one with the same words, unless it is one. Returns only when it is."""
    if not sys.flags.isolated:
        os.execv(sys.executable, [*COMMAND, *sys.argv[1:]])
