"""The JSON API of ``kiosk.wire``: thin handlers over ``hub.queues``."""
