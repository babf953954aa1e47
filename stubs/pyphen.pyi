"""What we read of pyphen, which has no types."""

LANGUAGES: dict[str, str]
