"""Paper as data: what stands on a ticket. Turning it into bytes is the printer driver's work."""

from kiosk.paper.document import (
    Align,
    Big,
    Bitmap,
    Block,
    Document,
    Gap,
    Kind,
    Pair,
    Picture,
    Qr,
    Rule,
    Text,
)

__all__ = ["Align", "Big", "Bitmap", "Block", "Document", "Gap", "Kind", "Pair", "Picture", "Qr", "Rule", "Text"]
