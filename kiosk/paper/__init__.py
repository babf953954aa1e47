"""Paper as data: what stands on a ticket. Turning it into bytes is the printer driver's work."""

from kiosk.paper.document import (
    Align,
    Big,
    Block,
    Document,
    Gap,
    Kind,
    Pair,
    Qr,
    Rule,
    Text,
)

__all__ = ["Align", "Big", "Block", "Document", "Gap", "Kind", "Pair", "Qr", "Rule", "Text"]
