"""The JSON API of ``kiosk.wire``: thin handlers over ``hub.tickets``, ``hub.fleet`` and ``hub.reports``."""
