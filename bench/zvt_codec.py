"""Messages a second through the codec of payment terminals, beside a bare loop over the same bytes, in one run.

    python bench/zvt_codec.py [--seconds 3] [--json FILE]

The bytes are the captures of real terminals in ``tests/corpus``, one behind the other, in pieces of 512 bytes as a
socket gives them. "Read": frame, fields, card data masked, the record a payment is judged by. "Written": a message
back into bytes. The bare loop looks at each byte once in Python and does nothing with it. A payment has about twenty
messages, so the limit is far above what is needed; it is there to notice when the codec becomes slow.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from figures import Figure, report  # noqa: E402

from drivers.payment_terminal.codec.apdu import Apdu, ApduReader  # noqa: E402
from drivers.payment_terminal.codec.messages import StatusInformation, read_message, write_message  # noqa: E402
from drivers.payment_terminal.codec.serial_frame import encode_frame  # noqa: E402
from drivers.payment_terminal.link import SerialLink  # noqa: E402
from drivers.payment_terminal.records import record_of  # noqa: E402
from tests.corpus.zvt import vectors  # noqa: E402

PIECE = 512
LEAST_A_SECOND = 2_000.0


def pieces(data: bytes) -> list[bytes]:
    return [data[at : at + PIECE] for at in range(0, len(data), PIECE)]


def read(apdu: Apdu) -> None:
    message = read_message(apdu)
    if isinstance(message, StatusInformation):
        record_of(message, "cp437", "EUR")


def over_tcp(data: list[bytes]) -> int:
    reader, count = ApduReader(), 0
    for piece in data:
        for each in reader.feed(piece):
            assert isinstance(each, Apdu)
            read(each)
            count += 1
    return count


def over_serial(data: list[bytes]) -> int:
    line, count = SerialLink(0.2, 5.0), 0
    for piece in data:
        for each in line.feed(piece, 0.0):
            assert isinstance(each, Apdu)
            read(each)
            count += 1
        line.take_output()
    return count


def bare(data: list[bytes]) -> int:
    total = 0
    for piece in data:
        for byte in piece:
            total ^= byte
    return total


def per_second(run: Callable[[], object], count: int, seconds: float) -> float:
    """Messages a second, from the processor time: other work on the machine does not blur it."""
    rounds, begin = 0, time.process_time()
    while (spent := time.process_time() - begin) < seconds:
        run()
        rounds += 1
    return rounds * count / spent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="processor time for each figure")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    said = [each.data for each in vectors() if each.kind == "<"]
    [apdus] = [[each for each in ApduReader().feed(b"".join(said)) if isinstance(each, Apdu)]]
    messages = [read_message(each) for each in apdus]
    stream, line = pieces(b"".join(said)), pieces(b"".join(encode_frame(each.control, each.data) for each in apdus))
    count = len(apdus)
    loop = per_second(lambda: bare(stream), count, args.seconds)
    serial_loop = per_second(lambda: bare(line), count, args.seconds)
    rows = (
        ("read from a stream", per_second(lambda: over_tcp(stream), count, args.seconds), loop),
        ("read from a serial line", per_second(lambda: over_serial(line), count, args.seconds), serial_loop),
        ("written", per_second(lambda: [write_message(each) for each in messages], count, args.seconds), loop),
    )
    figures = [Figure(name, value, "/s", base, limit=LEAST_A_SECOND, least=True) for name, value, base in rows]
    size = sum(map(len, said)) / count
    print(f"{count} messages of {size:.0f} bytes on average")
    return report("ZVT codec", "bare loop over the bytes", figures, args.json)


if __name__ == "__main__":
    raise SystemExit(main())
