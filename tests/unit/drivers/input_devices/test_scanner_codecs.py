"""Bytes of scanners to codes, however they are split."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from drivers.input_devices.keys import EV_KEY, EVENT, GIRO_LINES, JOIN_US, KeyCodec
from drivers.input_devices.lines import LONGEST, SUFFIXES, LineCodec

THK = "THK2:0123456789ABCDEFGHIJKLMNO:A03-17:2AB:000ABC:00000XY:0123456789ABC"


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[start:end] for start, end in pairwise(edges)]


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\n\t\x03"), max_size=60), max_size=6
    ),
    st.sampled_from(sorted(SUFFIXES)),
    st.lists(st.integers(0, 2000), max_size=20),
)
def test_lines_are_the_same_however_they_are_split(codes: list[str], suffix: str, cuts: list[int]) -> None:
    data = b"".join(code.encode() + SUFFIXES[suffix] for code in codes)
    codec = LineCodec(suffix)  # type: ignore[arg-type]
    heard = [code for piece in in_pieces(data, cuts) for code in codec.feed(piece)]
    assert heard == [code for code in codes if code]


def test_a_girocode_keeps_its_line_feeds_and_crlf_is_one_end() -> None:
    codec = LineCodec("cr")
    assert codec.feed(b"BCD\n002\n1\r\nnext\r") == ("BCD\n002\n1", "next")
    assert LineCodec("etx").feed(b"BCD\r\n002\x03") == ("BCD\r\n002",)


def test_a_code_without_end_is_dropped_and_the_next_is_read() -> None:
    for suffix, end in SUFFIXES.items():
        codec = LineCodec(suffix)  # type: ignore[arg-type]
        assert codec.feed(b"x" * 100_000) == ()
        assert codec.feed(b"y" * 10 + end + b"good" + end) == ("good",)
        assert codec.feed(b"z" * (LONGEST + 1) + end + b"good" + end) == ("good",)
        assert len(codec._kept) <= LONGEST


@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=10))
def test_noise_raises_nothing(noise: bytes, cuts: list[int]) -> None:
    for codec in (LineCodec("crlf"), KeyCodec("us")):
        for piece in in_pieces(noise, cuts):
            for code in codec.feed(piece):
                assert len(code) <= LONGEST


def typed(text: str, layout: str, start_us: int = 0, key_us: int = 4_000) -> bytes:
    """The events of a keyboard that types this text and Enter, a key in ``key_us``, as the kernel writes them."""
    codec = KeyCodec(layout)  # type: ignore[arg-type]
    events: list[tuple[int, int]] = []
    for letter in text + "\n":
        if letter == "\n":
            events += [(28, 1), (28, 0)]
            continue
        keys = next(
            [*held, code]
            for table, held in ((codec._plain, []), (codec._shifted, [42]), (codec._alt, [100]))
            for code, found in table.items()
            if found == letter
        )
        events += [(code, 1) for code in keys] + [(code, 0) for code in reversed(keys)]
    data = b""
    for at, (code, value) in enumerate(events):
        when = divmod(start_us + at * key_us // 2, 1_000_000)
        data += EVENT.pack(*when, EV_KEY, code, value) + EVENT.pack(*when, 0, 0, 0)
    return data


@given(st.lists(st.integers(0, 20_000), max_size=30), st.sampled_from(["de", "us"]))
def test_keys_are_the_same_however_they_are_split(cuts: list[int], layout: str) -> None:
    codec = KeyCodec(layout)  # type: ignore[arg-type]
    data = typed(THK, layout) + typed("https://a.de/t/0f", layout)
    heard = [code for piece in in_pieces(data, cuts) for code in codec.feed(piece)]
    assert heard == [THK, "https://a.de/t/0f"]


GIRO = "BCD\n002\n1\nSCT\n\nStadt Musterstadt\nDE89370400440532013000\nEUR46.5\n\nRF18539007547034"


@given(st.lists(st.integers(0, 20_000), max_size=30), st.sampled_from(["de", "us"]))
def test_the_lines_of_a_girocode_are_one_code_however_they_are_split(cuts: list[int], layout: str) -> None:
    codec = KeyCodec(layout)  # type: ignore[arg-type]
    heard = [code for piece in in_pieces(typed(GIRO, layout), cuts) for code in codec.feed(piece)]
    assert heard == [], "more lines may come"
    assert codec.silence() == (GIRO,)
    assert codec.silence() == ()


def test_the_next_code_is_not_a_line_of_the_girocode() -> None:
    codec = KeyCodec("us")
    later = 1_000_000_000
    assert codec.feed(typed(GIRO, "us") + typed(THK, "us", later)) == (GIRO, THK)
    assert codec.feed(typed("BCD", "us") + typed("", "us", later)) == ("BCD",), "an empty line can be too late as well"
    assert codec.silence() == ()


def test_line_joins_its_code_within_the_limit_and_not_after_a_clock_step() -> None:
    for gap, codes in ((JOIN_US, ("BCD\n002",)), (JOIN_US + 1, ("BCD", "002")), (-1, ("BCD", "002"))):
        codec = KeyCodec("us")
        at = 5_000_000
        heard = codec.feed(typed("BCD", "us", at, 0) + typed("002", "us", at + gap, 0))
        assert heard + codec.silence() == codes


def test_a_girocode_ends_at_its_last_line_and_only_it_has_lines() -> None:
    codec = KeyCodec("us")
    assert codec.feed(typed("\n".join(["BCD", *"abcdefghijk", "RF18539007547034"]), "us")) == (
        "\n".join(["BCD", *"abcdefghijk"]),
        "RF18539007547034",
    )
    assert len(["BCD", *"abcdefghijk"]) == GIRO_LINES
    assert codec.feed(typed("abc\nBCDE\nx", "us")) == ("abc", "BCDE", "x")


def test_silence_in_the_middle_of_a_line_ends_nothing() -> None:
    codec = KeyCodec("us")
    data = typed(GIRO, "us")
    assert codec.feed(data[: len(data) // 2]) == ()
    assert codec.silence() == ()
    assert codec.feed(data[len(data) // 2 :]) == ()
    assert codec.silence() == (GIRO,)
    assert codec.feed(typed("BCD\n" + "x" * 600 + "\n" + "y" * 600, "us")) == ()
    assert codec.silence() == (), "too long"


def test_known_keys_of_the_german_layout() -> None:
    events = [
        (44, 1),
        (44, 0),
        (21, 1),
        (21, 0),
        (42, 1),
        (52, 1),
        (52, 2),
        (52, 0),
        (42, 0),
        (53, 1),
        (53, 0),
        (96, 1),
    ]
    data = b"".join(EVENT.pack(0, 0, EV_KEY, code, value) for code, value in events)
    assert KeyCodec("de").feed(data) == ("yz:-",)
    assert KeyCodec("us").feed(data) == ("zy>/",)


def keys(*events: tuple[int, int]) -> bytes:
    return b"".join(EVENT.pack(0, 0, EV_KEY, code, value) for code, value in events)


ABC = ((30, 1), (30, 0), (48, 1), (48, 0), (46, 1), (46, 0), (28, 1), (28, 0))


def test_a_release_of_shift_that_was_lost_spoils_one_code_only() -> None:
    codec = KeyCodec("us")
    assert codec.feed(keys((42, 1), *ABC)) == ("ABC",)
    assert codec.feed(keys(*ABC)) == ("abc",)


def test_what_the_kernel_lost_is_forgotten_whole() -> None:
    """SYN_DROPPED: what is held and half typed is not known any more."""
    codec = KeyCodec("us")
    dropped = EVENT.pack(0, 0, 0, 3, 0)
    assert codec.feed(keys((42, 1), (30, 1), (30, 0)) + dropped + keys(*ABC)) == ("abc",)


def test_a_control_character_before_a_code_is_no_letter() -> None:
    codec = KeyCodec("us")
    assert codec.feed(keys((29, 1), (48, 1), (48, 0), (29, 0), *ABC)) == ("abc",)
