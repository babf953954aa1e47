"""What lands on paper, from bytes written by hand (not by our renderer)."""

import io

import numpy as np
import zxingcpp
from PIL import Image

from drivers.sim.escpos_parse import Parser
from drivers.sim.paper import PAPER_WIDTH, dots, dots_png, paper_png, picture
from drivers.sim.roll import DOTS_PER_MM, WIDTH, Bits, Letters, Roll, Slip


def slip(data: bytes) -> Slip:
    roll = Roll()
    for op in Parser().feed(data):
        roll.print(op)
    return roll.cut()


def black(made: Slip) -> np.ndarray:
    """Printed dots as a table of bools, rows first."""
    return ~np.asarray(dots(made))


def letters(made: Slip) -> list[Letters]:
    return [mark for mark in made.marks if isinstance(mark, Letters)]


def test_lines_and_their_places() -> None:
    made = slip(b"\x1b@Hallo\n\x1ba\x01Mitte\n\x1ba\x02rechts\n")
    assert made.texts == ["Hallo", "Mitte", "rechts"]
    assert [(mark.x, mark.y) for mark in letters(made)] == [(0, 0), ((576 - 60) // 2, 30), (576 - 72, 60)]
    assert made.height == 90


def test_code_page_858_and_1252_give_the_same_umlauts() -> None:
    by_858 = slip(b"\x1b@\x1bR\x00\x1bt\x13\x84\x94\x81\xe1\x8e\x99\x9a\xd5\n")
    by_1252 = slip(b"\x1b@\x1bR\x00\x1bt\x10\xe4\xf6\xfc\xdf\xc4\xd6\xdc\x80\n")
    assert by_858.text == by_1252.text == "äöüßÄÖÜ€"
    assert np.array_equal(black(by_858), black(by_1252))


def test_a_forgotten_code_page_shows() -> None:
    assert slip(b"\x1b@\xe4\n").text == "Σ"


def test_a_national_set_left_on_by_another_job_shows() -> None:
    assert slip(b"\x1b@\x1bR\x02[\\]{|}~\n").text == "ÄÖÜäöüß"
    assert slip(b"\x1b@\x1bR\x02\x1b@[\\]\n").text == "[\\]"


def test_size_five_makes_capitals_higher_than_ten_millimetres() -> None:
    made = slip(b"\x1b@\x1d!\x44A 143\n")
    rows = np.flatnonzero(black(made).any(axis=1))
    assert 10.0 <= (rows[-1] - rows[0] + 1) / DOTS_PER_MM <= 11.0
    assert letters(made)[0].style.cell == (60, 120)


def test_a_line_too_long_goes_on_below() -> None:
    made = slip(b"\x1b@" + b"x" * 50 + b"\n")
    assert [len(text) for text in made.texts] == [48, 2]


def test_small_and_large_stand_on_one_base_line() -> None:
    first, second = letters(slip(b"\x1b@a\x1d!\x11b\n"))
    assert first.y + first.style.cell[1] == second.y + second.style.cell[1]


def test_bold_is_blacker_inverse_is_black_ground_underline_is_a_line() -> None:
    plain, bold = black(slip(b"\x1b@AAA\n")), black(slip(b"\x1b@\x1bE\x01AAA\n"))
    inverse, lined = black(slip(b"\x1b@\x1dB\x01AAA\n")), black(slip(b"\x1b@\x1b-\x01AAA\n"))
    assert bold.sum() > plain.sum()
    assert not (bold[:, 0] & ~plain[:, 0]).any(), "the second strike is one dot to the right, never round the edge"
    assert np.array_equal(inverse[:24, :36], ~plain[:24, :36])
    assert lined[23, :36].all()


def test_raster_dots_come_out_one_by_one() -> None:
    """Two bytes wide, three rows: a frame of dots, by hand."""
    made = slip(b"\x1b@\x1dv0\x00\x02\x00\x03\x00" + bytes.fromhex("FFFF 8001 FFFF"))
    table = black(made)
    assert table[0, :16].all()
    assert table[2, :16].all()
    assert list(np.flatnonzero(table[1])) == [0, 15]
    assert made.height == 3


def test_raster_can_be_doubled_and_centred() -> None:
    table = black(slip(b"\x1b@\x1ba\x01\x1dv0\x03\x01\x00\x01\x00\xff"))
    columns = np.flatnonzero(table[0])
    assert (columns[0], columns[-1]) == ((576 - 16) // 2, (576 - 16) // 2 + 15)
    assert table.shape[0] == 2


def test_stored_graphics_are_printed_by_function_50() -> None:
    stored = b"\x1d(L\x0b\x00\x30\x70\x30\x01\x01\x31\x08\x00\x01\x00\xf0"
    assert black(slip(b"\x1b@" + stored)).sum() == 0
    assert black(slip(b"\x1b@" + stored + b"\x1d(L\x02\x00\x30\x32")).sum() == 4


def test_column_image_stands_upright() -> None:
    """``ESC *`` 8-dot double density: first column all black, second empty, third top dot."""
    table = black(slip(b"\x1b@\x1b*\x01\x03\x00\xff\x00\x80\n"))
    assert table[0, 0]
    assert table[0, 2]
    assert not table[:, 1].any()
    assert table[:, 0].sum() == 24


def test_a_native_qr_code_can_be_scanned() -> None:
    text = "https://hub.example/t/0123456789abcdef0123456789abcdef"
    store = len(text) + 3
    made = slip(
        b"\x1b@\x1ba\x01"
        b"\x1d(k\x04\x00\x31\x41\x32\x00\x1d(k\x03\x00\x31\x43\x05\x1d(k\x03\x00\x31\x45\x31"
        b"\x1d(k" + store.to_bytes(2, "little") + b"\x31\x50\x30" + text.encode() + b"\x1d(k\x03\x00\x31\x51\x30"
    )
    assert made.qr_codes == [text]
    (found,) = zxingcpp.read_barcodes(picture(made).convert("L"))
    assert found.text == text
    (code,) = [mark for mark in made.marks if isinstance(mark, Bits)]
    assert code.wide == 5
    assert abs(2 * code.x + code.width * code.wide - WIDTH) <= 1


def test_the_qr_level_is_the_one_asked_for() -> None:
    def with_level(level: bytes) -> Bits:
        made = slip(b"\x1b@\x1d(k\x03\x001E" + level + b"\x1d(k\x13\x001P0" + b"A" * 16 + b"\x1d(k\x03\x001Q0")
        return next(mark for mark in made.marks if isinstance(mark, Bits))

    assert with_level(b"0").width < with_level(b"3").width


def test_a_printer_without_qr_prints_none() -> None:
    roll = Roll(native_qr=False)
    for op in Parser().feed(b"\x1d(k\x05\x001P0AB\x1d(k\x03\x001Q0"):
        roll.print(op)
    assert roll.cut().marks == ()


def test_a_code_that_is_too_long_leaves_a_blank_and_no_crash() -> None:
    data = b"x" * 5000
    made = slip(b"\x1d(k" + (5003).to_bytes(2, "little") + b"1P0" + data + b"\x1d(k\x03\x001Q0ok\n")
    assert made.texts == ["ok"]


def test_pictures_are_pngs_of_the_paper() -> None:
    made = slip(b"\x1b@Hallo\n")
    bare, paper = Image.open(io.BytesIO(dots_png(made))), Image.open(io.BytesIO(paper_png(made)))
    assert bare.size == (WIDTH, 30)
    assert paper.width >= PAPER_WIDTH
    assert paper.getextrema()[0][0] < 80


def test_empty_paper_can_be_drawn() -> None:
    assert picture(Slip(marks=(), height=0, raw=b"")).height > 0
