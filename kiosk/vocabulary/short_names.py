"""A counter's name where there is little room: a board far away, an LED sign, a pole display of 20 columns.

A name is never cut silently: a full stop stands where letters were left out, and a number at its end stays, because it
is what tells two counters apart.
"""

SHORT = 12
"""Letters of a short name: with the longest usual number it fills a pole display of 20 columns."""


def short_name(name: str, given: str = "") -> str:
    """What staff gave as the short name, else the name in at most ``SHORT`` letters."""
    return given or shortened(name, SHORT)


def shortened(name: str, longest: int) -> str:
    """The name whole where it fits, else its beginning, a full stop, and the number at its end."""
    if len(name) <= longest:
        return name
    head, _, tail = name.rpartition(" ")
    if not head or not any(char.isdigit() for char in tail) or len(tail) > longest // 2:
        return name[: longest - 1].rstrip(" ,.-") + "."
    room = longest - len(tail) - len(". ")
    return f"{head[:room].rstrip(' ,.-')}. {tail}" if room > 0 else tail
