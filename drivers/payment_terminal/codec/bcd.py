"""Numbers in ZVT: packed decimals (BCD) and the decimal length of LLVAR and LLLVAR, one digit a byte (section 13)."""


def to_bcd(number: int, size: int) -> bytes:
    """Raises ValueError for a number that is negative or does not fit, which is a bug of ours."""
    digits = f"{number:0{2 * size}d}"
    if number < 0 or len(digits) > 2 * size:
        raise ValueError(f"{number} does not fit into {size} bytes of BCD")
    return bytes.fromhex(digits)


def from_bcd(data: bytes) -> int | None:
    """None when a digit is none."""
    digits = data.hex()
    return int(digits) if digits.isdecimal() else None


def var_length(size: int, digits: int) -> bytes:
    """``F1 F2`` for 12. Raises ValueError when it does not fit, which is a bug of ours."""
    text = f"{size:0{digits}d}"
    if len(text) > digits:
        raise ValueError(f"{size} bytes do not fit into a length of {digits} digits")
    return bytes(0xF0 | int(digit) for digit in text)


def read_var_length(data: bytes) -> int | None:
    """Only the low half of each byte counts (section 13); None when one is no digit."""
    size = 0
    for byte in data:
        digit = byte & 0x0F
        if digit > 9:
            return None
        size = 10 * size + digit
    return size
