"""Character sets of ZVT and the German texts a terminal has on its own display."""

from drivers.sim.payment_terminal.settings import Charset

_ZVT7 = str.maketrans("ÄÖÜäöüß", "[\\]{|}~")
"""PA00P015: German letters take the places of brackets in the 7-bit set."""

DISPLAY = {
    0x00: "Betrag bestätigen",
    0x01: "Bitte Anzeigen auf dem\nPIN-Pad beachten",
    0x04: "Warte auf Antwort\nder Bank",
    0x05: "Storno wird gesendet",
    0x0A: "Karte einstecken\noder vorhalten",
    0x0B: "Bitte Karte entnehmen!",
    0x0D: "Vorgang abgebrochen",
    0x0E: "Vorgang wird bearbeitet\nbitte warten...",
    0x12: "Systemfehler",
    0x13: "Zahlung nicht möglich",
    0x15: "Geheimzahl falsch",
    0x17: "Bitte warten...",
    0x18: "Geheimzahl zu oft falsch",
    0x1C: "Zahlung erfolgt",
    0x1D: "Autorisierung\nnicht möglich",
    0xD2: "Verbindung wird\nhergestellt",
}
"""By intermediate state."""
READY, ASK_PIN, OUT_OF_ORDER = "Bereit", "Bitte Geheimzahl\neingeben", "Startet neu..."


def encoded(text: str, charset: Charset) -> bytes:
    """A text as it goes to the other side; "?" for what the character set has not."""
    if charset == "zvt7":
        return text.translate(_ZVT7).encode("ascii", "replace")
    return text.encode(charset, "replace")


def by_number(number: int | None) -> Charset | None:
    """The character set of tag 14 that this terminal can take; None for all others."""
    known: dict[int | None, Charset] = {
        0x00: "zvt7", 0x01: "iso8859_1", 0x0F: "iso8859_15", 0xFE: "utf-8", 0xFF: "cp437",
    }  # fmt: skip
    return known.get(number)


def euros(cents: int) -> str:
    """12345 -> "123,45"."""
    return f"{cents // 100},{cents % 100:02d}"
