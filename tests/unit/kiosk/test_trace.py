"""The reader of a trace that grows: no line is lost or read twice, wherever it was looked at in between."""

import json
from pathlib import Path

from lobby.trace import Trace

LINES = "".join(
    json.dumps(line, ensure_ascii=False) + "\n"
    for line in (
        {"moment": "first-frame", "detail": "", "at": 1.0},
        {"screen": "start", "place": "", "lang": "de", "title": "Grüß Gott", "nodes": []},
        {"moment": "fired", "detail": "DrawFeatured", "at": 2.5},
        {"screen": "ticket", "place": "", "lang": "de", "title": "Ihre Nummer", "number": "A 017", "nodes": []},
    )
).encode()


def test_each_line_is_read_once_wherever_it_was_cut(tmp_path: Path) -> None:
    for cut in range(len(LINES) + 1):
        file = tmp_path / f"{cut}.jsonl"
        trace = Trace(file)
        assert trace.newest() is None
        file.write_bytes(LINES[:cut])
        trace.newest()
        with file.open("ab") as more:
            more.write(LINES[cut:])
        assert [(drawn.screen, drawn.number) for drawn in trace.all()] == [("start", ""), ("ticket", "A 017")], cut
        assert trace.moments("fired") == [("DrawFeatured", 2.5)], cut
