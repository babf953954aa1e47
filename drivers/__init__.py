"""The outside world: blocking code with deadlines, one owner thread per device."""
