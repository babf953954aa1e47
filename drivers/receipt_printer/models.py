"""The printers we know: head, paper, code pages, feed units. Numbers after python-escpos' capability table and Epson's
manuals; [M] = from memory, correct it here when a device shows otherwise.
"""

import msgspec

BAND_BYTES = 4096
"""Pictures are sent in bands of at most so many bytes."""
LONGEST_COMMAND = 8 + BAND_BYTES
"""No command of a job is longer, in bytes: 8 = the head of ``GS v 0``; the largest QR code of level M (2,331 bytes, 8
before them) is shorter."""
LONGEST_HEAD = 8
"""No command's head is longer: the bytes that say how much follows."""

_EPSON_PAGES = {
    "cp858": 19, "cp1252": 16, "cp852": 18, "cp857": 13, "cp866": 17, "cp737": 14, "cp775": 33, "cp865": 5,
}  # fmt: skip
_POS80_PAGES = {"cp858": 19, "cp1252": 16, "cp852": 18, "cp866": 17}
_CITIZEN_PAGES = {"cp858": 19, "cp1252": 16, "cp852": 18, "cp866": 17, "cp857": 13}
_STAR_PAGES = {"cp858": 4, "cp1252": 32, "cp852": 5, "cp866": 10}


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model's paper and head.

    ``width_dots``: printable dots in a line. ``dpi``: dots per inch, both ways. ``cell``: width and height of a font A
    character in dots; ``cap_dots``: height of its capitals (measured on print-outs of the TM series [M]).
    ``line_dots``: paper a line takes at the default spacing. ``feed_per_mm``: units of ``ESC J`` in a millimetre.
    ``cut_feed_mm``: extra paper before the cut. ``pages``: code pages it has, best first, with their ``ESC t`` number.
    ``native_qr``: ``GS ( k``; else the code is sent as dots. ``double_byte``: after ``ESC @`` it may take two bytes for
    one Chinese character (how many printers without a maker's name leave the factory): each job leaves that mode.
    """

    name: str
    title: str
    width_dots: int = 576
    dpi: int = 203
    cell: tuple[int, int] = (12, 24)
    cap_dots: int = 17
    line_dots: int = 30
    feed_per_mm: float = 8.0
    cut: bool = True
    cut_feed_mm: float = 2.0
    pages: dict[str, int] = msgspec.field(default_factory=lambda: dict(_EPSON_PAGES))
    native_qr: bool = True
    double_byte: bool = False

    @property
    def dots_per_mm(self) -> float:
        """Dots in a millimetre."""
        return self.dpi / 25.4

    @property
    def columns(self) -> int:
        """Font A characters in a line."""
        return self.width_dots // self.cell[0]


MODELS = (
    Model(name="escpos_80", title="ESC/POS, 80 mm", pages=dict(_POS80_PAGES), double_byte=True),
    Model(
        name="escpos_58", title="ESC/POS, 58 mm, no cutter", width_dots=384, cut=False, cut_feed_mm=15.0,
        pages=dict(_POS80_PAGES), native_qr=False, double_byte=True,
    ),
    Model(name="epson_tm_t20", title="Epson TM-T20, TM-T82, TM-m30"),
    Model(name="epson_tm_t88", title="Epson TM-T88 III-V", width_dots=512, dpi=180, feed_per_mm=360 / 25.4),
    Model(name="citizen_ct_s", title="Citizen CT-S310, CT-S651", pages=dict(_CITIZEN_PAGES)),
    Model(name="star_tsp_escpos", title="Star TSP600, TUP500 in ESC/POS mode", pages=dict(_STAR_PAGES)),
    Model(name="wincor_th230", title="Wincor Nixdorf TH230+", pages={"cp858": 6, "cp1252": 8, "cp852": 2, "cp866": 7}),
)  # fmt: skip
