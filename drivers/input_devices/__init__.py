"""What speaks to us by itself: scanners on a serial line or as a keyboard (evdev)."""
