"""Texts that no screen, paper or parser may act on. Data only; also for the terminal's tests."""

CONTROL = ("\x00", "\x07", "\x1b[2J", "\x7f", "\u2028", "\ud800", "\u202e", "\u2066", "\ufffe")
KIVY = (
    "[b]fett[/b]",
    "[ref=x]hier[/ref]",
    "[size=9000]X",
    "[color=#ff0000]rot[/color]",
    "&bl;x&br;",
    "[font=/etc/passwd]x",
)
HTML = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe src='http://example.org/'></iframe>",
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<a href='javascript:alert(1)'>hier</a>",
    "<b><i>nicht zu</b> Ende",
    "<!-- <li> --><![CDATA[<b>]]>",
    "<p" + " a='1'" * 500 + ">",
)
PATHS = ("../../etc/passwd", "/etc/passwd", "..\\..\\x", "file:///etc/passwd", "C:\\x", "a/b", "CON", "x\ny")
NUMBERS = ("NaN", "Infinity", "-1", "1e9", "1E-3", "0x10", "10,00", "10.005", "١٢٣", "", " ", "9" * 400, "--1", "1.2.3")
FORMATS = ("%s%s%n", "{0.__class__}", "{n}", "${jndi:ldap://x}", "'; DROP TABLE ticket; --", "{{ 7*7 }}", "{% raw %}")


def all_texts() -> tuple[str, ...]:
    """Everything above, and one that is far too long."""
    return (*CONTROL, *KIVY, *HTML, *PATHS, *NUMBERS, *FORMATS, "ä" * 100_000)
