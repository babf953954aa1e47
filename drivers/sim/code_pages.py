"""Character tables of ESC/POS printers and displays: code pages of ESC t and national sets of ESC R."""

CODE_PAGES: dict[int, str] = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 13: "cp857", 14: "cp737", 15: "iso8859_7",
    16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858", 21: "cp874", 33: "cp775", 34: "cp855", 35: "cp861",
    36: "cp862", 37: "cp864", 38: "cp869", 39: "iso8859_2", 40: "iso8859_15", 45: "cp1250", 46: "cp1251",
    47: "cp1253", 48: "cp1254", 49: "cp1255", 50: "cp1256", 51: "cp1257", 52: "cp1258",
}  # fmt: skip
"""Numbers of ESC t as Epson's TM printers count them (python-escpos' profile "default" has the same)."""

_REPLACED = "#$@[\\]^`{|}~"
_NATIONAL: dict[int, str] = {
    0: "#$@[\\]^`{|}~",
    1: "#$à°ç§^`éùè¨",
    2: "#$§ÄÖÜ^`äöüß",
    3: "£$@[\\]^`{|}~",
    4: "#$@ÆØÅ^`æøå~",
    5: "#¤ÉÄÖÅÜéäöåü",
    6: "#$@°\\é^ùàòèì",
    7: "₧$@¡Ñ¿^`¨ñ}~",
}
"""What ESC R n puts in place of twelve ASCII characters (Epson: USA, France, Germany, UK, Denmark, Sweden, Italy,
Spain)."""

UNKNOWN = "□"


def decode(data: bytes, page: int, national: int) -> str:
    """The characters a printer with this code page and national set has for these bytes; □ where it has none."""
    text = data.decode(CODE_PAGES.get(page, "ascii"), "replace").replace("\ufffd", UNKNOWN)
    swaps = dict(zip(_REPLACED, _NATIONAL.get(national, _REPLACED), strict=True))
    return "".join(swaps.get(char, char) for char in text)


def decode_pairs(data: bytes) -> str:
    """The same for a printer in its Chinese mode (GBK): two bytes from 81 hex on are one character."""
    return data.decode("gbk", "replace").replace("\ufffd", UNKNOWN)
