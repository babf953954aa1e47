"""Takes a picture of the virtual display: scripts/look.py FOLDER PICTURE.png (scripts/run says the folder)."""

import sys
from pathlib import Path

from lobby.display import read_xwd

if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    read_xwd(Path(sys.argv[1]) / "Xvfb_screen0").save(sys.argv[2])
    print(f"wrote {sys.argv[2]}")
