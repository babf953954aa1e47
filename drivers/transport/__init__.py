"""Links to devices: bytes in, bytes out, deadlines always; chosen by URL.

All errors leave here as ``DriverFault``; a fault of a write also says how many bytes may have left (``LinkFault``).
"""

from drivers.transport.base import LinkFault, Transport
from drivers.transport.url import SerialAddress, TcpAddress, line_speed, parse_url, transport_for

__all__ = ["LinkFault", "SerialAddress", "TcpAddress", "Transport", "line_speed", "parse_url", "transport_for"]
