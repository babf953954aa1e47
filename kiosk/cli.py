"""The command ``kiosk``, an act to each of its words. Each imports what it starts, and nothing else."""

import argparse
import gc
import os
import re
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from kiosk import __version__
from kiosk.isolated import start_isolated
from kiosk.private import unusable

HUB_DATA = Path("/var/lib/townhall-kiosk-hub")
TERMINAL_DATA = Path("/var/lib/townhall-kiosk-terminal")
"""Where the service files in ``deploy`` keep them."""
DEFAULT_CONFIG = Path("/etc/townhall-kiosk/config.toml")


def run() -> int:
    """The command as a process of its own: isolated from its environment, and what it makes is for its user alone."""
    start_isolated()
    os.umask(0o077)
    return main()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 = ended in order, 2 = wrong call or configuration)."""
    given, parser = list(sys.argv[1:] if argv is None else argv), _parser()
    if (odd := next((each for each in given if not _is_text(each)), None)) is not None:
        parser.error(f"{odd!r} is not UTF-8; write it as this machine's text")
    options = parser.parse_args(given)
    run = {
        "terminal": _terminal,
        "enrol": _enrol,
        "test-page": _test_page,
        "pay-test": _pay_test,
        "ports": _ports,
        "hub": _hub,
        "sim": _sim,
        "demo": _demo,
        "import": _import,
    }[options.command]
    return run(options)


def _is_text(argument: str) -> bool:
    """Python hands on bytes that are no UTF-8 as lone surrogates, which neither the database nor a log can keep."""
    return not any("\ud800" <= letter <= "\udfff" for letter in argument)


def _at_the_machine(act: Callable[[], int]) -> int:
    """Do what a person ordered at the console. What they may not open, or what cannot be a name, is said with the
    remedy: exit code 2. Programs that go on running say such things in their logs."""
    try:
        return act()
    except OSError as fault:
        if not isinstance(fault.filename, str | bytes):
            raise
        sys.stderr.write(f"{unusable(fault)}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk", description="Self-service terminals for town-hall lobbies.")
    parser.add_argument("--version", action="version", version=f"townhall-kiosk {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    _terminal_options(commands.add_parser("terminal", help="a lobby terminal, full screen"))
    _enrol_options(commands.add_parser("enrol", help="make a terminal known to the hub, without the touch set-up"))
    _test_page_options(commands.add_parser("test-page", help="print the test page on each printer of this terminal"))
    _pay_test_options(commands.add_parser("pay-test", help="one payment of a chosen amount, told step by step"))
    _lang_option(commands.add_parser("ports", help="the serial ports of this machine, and who holds them"))
    _hub_options(commands.add_parser("hub", help="the hall's server"))
    _sim_options(commands.add_parser("sim", help="simulated devices with a panel in the browser"))
    _demo_options(commands.add_parser("demo", help="hub, simulated devices and a terminal with demo data"))
    _import_options(commands.add_parser("import", help="read a service catalogue into the hub"))
    return parser


def _terminal_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
    parser.add_argument("--data", type=Path, default=TERMINAL_DATA, help="where terminal.db lives")
    parser.add_argument(
        "--window", type=_window, metavar="WxH", help="a window of this size instead of the full screen (tests, demo)"
    )
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write what is drawn as JSON lines (tests, demo)")
    parser.add_argument(
        "--live", type=Path, metavar="SOCKET", help="be seen and touched on the simulators' panel (demo; with --window)"
    )


def _enrol_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", help="the hub's address, as its terminals page shows it")
    parser.add_argument("code", help="the code from the hub's terminals page, all groups")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG)


def _test_page_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
    _lang_option(parser)


def _pay_test_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("device", help="name of the payment terminal in the configuration")
    parser.add_argument("--amount", default="0.01", metavar="EUR", help="of real money; 0.01 unless said otherwise")
    parser.add_argument("--void", action="store_true", help="take the payment back at the end")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
    parser.add_argument("--data", type=Path, default=TERMINAL_DATA, help="where terminal.db lives; no terminal may run")
    _lang_option(parser)


def _lang_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=("de", "en", "ar"), default="de")


def _hub_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bind", default="127.0.0.1", help="anything but loopback needs certificates: kiosk hub init")
    parser.add_argument("--port", type=_port, default=8080, help="0 takes a free one")
    parser.add_argument("--data", type=Path, default=HUB_DATA)
    parser.add_argument("--certificate", type=Path, help="your own certificate (PEM, chain behind it)")
    parser.add_argument("--key", type=Path, help="its key (PEM, no password)")
    parser.add_argument("--ca", type=Path, help="the authority that signed it: terminals pin this one")
    parser.add_argument(
        "--begin-anew", action="store_true", help="a new hub in a folder that lost its database (said once, by hand)"
    )
    parser.add_argument(
        "--proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="a reverse proxy in front of the hub: who comes from it is whom it names; may be said several times",
    )
    parser.add_argument(
        "--public-certificate",
        action="store_true",
        help="every browser knows who signed it: have them refuse this name without encryption from now on (HSTS)",
    )
    acts = parser.add_subparsers(dest="act", metavar="ACT", help="without one the hub runs")
    _key_acts(acts)
    _people_acts(acts)
    _database_acts(acts)


def _key_acts(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for act, what in (
        ("init", "make the hub's certificate authority and certificate"),
        ("renew", "sign a new certificate; no terminal needs to enrol again"),
    ):
        own = acts.add_parser(act, help=what)
        own.add_argument("--data", type=Path, default=argparse.SUPPRESS)
        own.add_argument(
            "--name", action="append", default=[], help="a host name or address of the hub; may be said several times"
        )
    rotate = acts.add_parser(
        "rotate-key", help="have the next key sign the catalogue; terminals learn it by themselves"
    )
    rotate.add_argument("--data", type=Path, default=argparse.SUPPRESS)
    rotate.add_argument("--accept", action="store_true", help="although some terminals must be enrolled again then")


def _people_acts(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    limits = acts.add_parser("limits", help="what a hub started here bears: connections, streams, sizes, times")
    _lang_option(limits)
    password = acts.add_parser("password", help="give a person a new password; the hub may be running")
    password.add_argument("login")
    unlock = acts.add_parser("unlock", help="forget every wrong password, so that nobody waits any more")
    for way_in in (password, unlock):
        way_in.add_argument("--data", type=Path, default=argparse.SUPPRESS)
    trail = acts.add_parser("trail", help="the record of who changed what")
    looks = trail.add_subparsers(dest="look", metavar="WHAT", required=True)
    verify = looks.add_parser("verify", help="look whether it is as it was written; the hub may be running")
    verify.add_argument("--data", type=Path, default=argparse.SUPPRESS)
    verify.add_argument(
        "--head",
        action="append",
        default=[],
        metavar="[TIME ]SEQ:HASH",
        help="a head that was kept elsewhere: a line of a terminal's hub-trail-heads.txt, with its time at best; or the"
        " last line of an export",
    )


def _database_acts(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    compact = acts.add_parser(
        "compact", help="write the hub's database anew without its free space; the hub must be stopped"
    )
    compact.add_argument("--data", type=Path, default=argparse.SUPPRESS)
    backup = acts.add_parser(
        "backup", help="copy the hub's database and certificates to a new file, while the hub runs"
    )
    restore = acts.add_parser(
        "restore", help="put such a copy in the place of database and certificates; the hub must be stopped"
    )
    for copying in (backup, restore):
        copying.add_argument("--data", type=Path, default=argparse.SUPPRESS)
        copying.add_argument("file", type=Path)
    restore.add_argument(
        "--above",
        type=_count,
        metavar="N",
        help="for scripts, which cannot be asked for the highest numbers on paper: how far the numbers of today jump,"
        " more than were given of any letter since the copy",
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise argparse.ArgumentTypeError("a whole number of six digits at most")
    return int(text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65_535):
        raise argparse.ArgumentTypeError("a port is a whole number from 0 to 65535")
    return int(text)


def _window(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,4}x[1-9][0-9]{0,4}", text, re.ASCII):
        raise argparse.ArgumentTypeError("not a size like 1080x1920")
    return text


def _area(text: str) -> str:
    if not re.fullmatch(r"[0-9]{0,12}", text, re.ASCII):
        raise argparse.ArgumentTypeError("a regional key has twelve digits at most")
    return text


def _sim_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--printer", default="tcp:9100", help="tcp:PORT or pty")
    parser.add_argument("--sign", default="tcp:9101", help="tcp:PORT or pty")
    parser.add_argument("--pole", default="", help="tcp:PORT or pty; not there unless asked for")
    parser.add_argument("--paper", type=int, choices=(80, 58), default=80, help="width of the printer's paper in mm")
    parser.add_argument("--pole-set", choices=("epson", "cd5220"), default="epson")
    parser.add_argument("--scanner", default="", help="tcp:PORT or pty; not there unless asked for")
    parser.add_argument("--payment", default="", help="payment terminal (ZVT): tcp:PORT or pty; only if asked for")
    parser.add_argument("--payment-vendor", default="standard", help="whose habits it has: feig, card_complete, ...")
    parser.add_argument(
        "--payment-framing", choices=("plain", "serial"), default="", help="default: plain on TCP, serial on a pty"
    )
    parser.add_argument(
        "--device", action="append", default=[], metavar="MODEL[=pty]", help="one more device, of any model there is"
    )
    parser.add_argument(
        "--terminal", type=Path, metavar="SOCKET", help="show the terminal that was started with --live SOCKET"
    )
    parser.add_argument("--panel", type=_port, default=8090, help="port of the panel in the browser")
    parser.add_argument("--print-urls-json", action="store_true", help="one JSON line with all addresses when ready")


def _demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=None, help="keep the demo's data here (else it is thrown away)")
    parser.add_argument("--window", type=_window, metavar="WxH", default="1080x1920")
    parser.add_argument("--landscape", action="store_true", help="a 15-inch counter panel, 1280x800")


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("format", choices=("xzufi", "dldb", "own"), help="own = a folder of TOML files or a .json file")
    parser.add_argument("source", type=Path)
    parser.add_argument(
        "--area", type=_area, metavar="ARS", default="", help="only what is valid in this area (xzufi), 12 digits"
    )
    parser.add_argument("--accept", action="store_true", help="put it in force although it looks like an accident")
    parser.add_argument("--data", type=Path, default=HUB_DATA)


def _terminal(options: argparse.Namespace) -> int:
    from kiosk.main import run_terminal

    return run_terminal(options.config, options.data, options.window, options.trace, options.live)


def _enrol(options: argparse.Namespace) -> int:
    from offline_cache.sync.enrolment import run_enrol

    return run_enrol(options.config, options.url, options.code)


def _test_page(options: argparse.Namespace) -> int:
    from kiosk.main.printer_check import run_test_page

    return run_test_page(options.config, options.lang)


def _pay_test(options: argparse.Namespace) -> int:
    from kiosk.main.pay_test import run_pay_test

    return run_pay_test(options.config, options.data, options.device, options.amount, options.lang, void=options.void)


def _ports(options: argparse.Namespace) -> int:
    from kiosk.main.ports import run_ports

    return run_ports(options.lang)


def _hub(options: argparse.Namespace) -> int:
    if options.act is not None:
        return _at_the_machine(partial(_hub_act, options))
    gc.disable()  # nearly all that a start makes stays: HubServer.startup collects once and turns it on
    try:
        return _serve(options)
    finally:
        gc.enable()


def _serve(options: argparse.Namespace) -> int:
    from hub.log import set_up
    from hub.serve import serve
    from hub.tls.serving import Files

    own = (options.certificate, options.key, options.ca)
    if any(own) and not all(own):
        sys.stderr.write("Give --certificate, --key and --ca together.\n")
        return 2
    if options.public_certificate and not all(own):
        sys.stderr.write("--public-certificate goes with --certificate, --key and --ca.\n")
        return 2
    set_up()
    return serve(
        options.bind,
        options.port,
        options.data,
        certificates=Files(*own) if all(own) else None,
        proxies=options.proxy,
        begin_anew=options.begin_anew,
        public_certificate=options.public_certificate,
    )


def _hub_act(options: argparse.Namespace) -> int:
    if options.act in ("init", "renew"):
        from hub.tls.cli import run_init, run_renew

        return (run_init if options.act == "init" else run_renew)(options.data, tuple(options.name))
    if options.act == "rotate-key":
        from hub.catalogue.publication.rotation import run_rotate

        return run_rotate(options.data, accept=options.accept)
    if options.act == "limits":
        from hub.operations.limits_command import run_limits

        return run_limits(options.lang)
    if options.act in ("password", "unlock"):
        from hub.auth.cli import run_password, run_unlock

        return run_unlock(options.data) if options.act == "unlock" else run_password(options.login, options.data)
    if options.act == "trail":
        from hub.trail.cli import run_verify

        return run_verify(options.data, options.head)
    if options.act == "compact":
        from hub.operations.compact import run_compact

        return run_compact(options.data)
    from hub.operations.backup import run_backup, run_restore

    if options.act == "backup":
        return run_backup(options.data, options.file)
    return run_restore(options.data, options.file, options.above)


def _sim(options: argparse.Namespace) -> int:
    from drivers.sim.run import run_simulators

    return run_simulators(options)


def _demo(options: argparse.Namespace) -> int:
    from kiosk.demo import run_demo

    return run_demo(options.data, options.window if not options.landscape else "1280x800")


def _import(options: argparse.Namespace) -> int:
    from hub.catalogue.import_runs.cli import run_import

    act = partial(run_import, options.format, options.source, options.data, accept=options.accept, area=options.area)
    return _at_the_machine(act)


if __name__ == "__main__":
    sys.exit(run())
