"""Who may ask which route, written by hand: the code's own guards are what is tested against it.

A new route is added here on the day it is written; without a line here the tests name it and fail.
"""

from hub.store.enums import Role

Who = frozenset[str]

TERMINAL = "terminal"
NOBODY: Who = frozenset({"nobody", "revoked key", "junk key", "junk cookie", "disabled"})
"""Callers without any right: what only these may ask, everybody may ask."""
STAFF: Who = frozenset(Role)
TERMINALS: Who = frozenset({TERMINAL})
ANYBODY = NOBODY | STAFF | TERMINALS

DESK: Who = frozenset({Role.CLERK, Role.SUPERVISOR, Role.CASH_OFFICE, Role.ADMINISTRATOR})
QUEUES: Who = frozenset({Role.SUPERVISOR, Role.EDITOR, Role.ADMINISTRATOR})
CATALOGUE: Who = frozenset({Role.EDITOR, Role.ADMINISTRATOR})
COUNTERS: Who = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
KEYS: Who = frozenset({Role.TECHNICIAN, Role.ADMINISTRATOR})
ORDERS: Who = frozenset({Role.SUPERVISOR, Role.TECHNICIAN, Role.ADMINISTRATOR})
ADMINISTRATORS: Who = frozenset({Role.ADMINISTRATOR})

MAY: dict[str, Who] = {
    "GET /": STAFF,
    "GET /account": STAFF,
    "POST /account/devices/forget": STAFF,
    "POST /account/password": STAFF,
    "GET /api-document": ADMINISTRATORS,
    "GET /api-document/openapi.json": ADMINISTRATORS,
    "GET /api/v1/ca": ANYBODY,
    "GET /api/v1/calls": TERMINALS,
    "GET /api/v1/calls/stream": TERMINALS,
    "GET /api/v1/catalogue/changes": TERMINALS,
    "GET /api/v1/catalogue/snapshot/{name}": TERMINALS,
    "POST /api/v1/enrol": ANYBODY,
    "POST /api/v1/heartbeat": TERMINALS,
    "POST /api/v1/help": TERMINALS,
    "GET /api/v1/manifest": TERMINALS,
    "GET /api/v1/queues": TERMINALS,
    "POST /api/v1/slot": TERMINALS,
    "POST /api/v1/standing": TERMINALS,
    "POST /api/v1/sync": TERMINALS,
    "POST /api/v1/tickets": TERMINALS,
    "GET /board": ANYBODY,
    "GET /board/{site_id}": ANYBODY,
    "GET /board/{site_id}/calls": ANYBODY,
    "GET /board/{site_id}/idle": ANYBODY,
    "GET /board/{site_id}/stream": ANYBODY,
    "GET /boards": STAFF,
    "GET /catalogue": CATALOGUE,
    "POST /catalogue/accept": CATALOGUE,
    "GET /catalogue/import": CATALOGUE,
    "POST /catalogue/import": CATALOGUE,
    "POST /catalogue/reject": CATALOGUE,
    "GET /catalogue/tiles": CATALOGUE,
    "POST /catalogue/tiles": CATALOGUE,
    "POST /catalogue/tiles/import": CATALOGUE,
    "POST /catalogue/tiles/{service}": CATALOGUE,
    "POST /catalogue/tiles/{service}/move": CATALOGUE,
    "POST /catalogue/tiles/{service}/remove": CATALOGUE,
    "POST /catalogue/{n}/again": CATALOGUE,
    "GET /counters": COUNTERS,
    "POST /counters": COUNTERS,
    "GET /counters/preview": COUNTERS,
    "POST /counters/{ident}": COUNTERS,
    "POST /counters/{ident}/close": COUNTERS,
    "GET /desk": DESK,
    "POST /desk/alarm": DESK,
    "POST /desk/bring": DESK,
    "GET /desk/changes": DESK,
    "GET /desk/choose": DESK,
    "POST /desk/clock/{word}": DESK,
    "GET /desk/counter": STAFF,
    "POST /desk/counter": DESK,
    "POST /desk/do/{word}": DESK,
    "POST /desk/help/{ident}": DESK,
    "POST /desk/help/{ident}/done": DESK,
    "GET /desk/offer/{ident}": DESK,
    "GET /desk/parts": DESK,
    "POST /desk/pause": DESK,
    "POST /desk/undo": DESK,
    "GET /healthz": ANYBODY,
    "GET /lang/{tag}": ANYBODY,
    "GET /operation": KEYS,
    "GET /people": ADMINISTRATORS,
    "POST /people": ADMINISTRATORS,
    "POST /people/{ident}/disable": ADMINISTRATORS,
    "POST /people/{ident}/enable": ADMINISTRATORS,
    "POST /people/{ident}/password": ADMINISTRATORS,
    "POST /people/{ident}/role": ADMINISTRATORS,
    "POST /people/{ident}/unlock": ADMINISTRATORS,
    "GET /queues": QUEUES,
    "POST /queues": QUEUES,
    "POST /queues/{ident}": QUEUES,
    "POST /queues/{ident}/open": QUEUES,
    "POST /queues/{ident}/remove": QUEUES,
    "GET /services": QUEUES,
    "POST /services/route": QUEUES,
    "POST /services/route-all": QUEUES,
    "GET /setup": ANYBODY,
    "POST /setup": ANYBODY,
    "GET /signin": ANYBODY,
    "POST /signin": ANYBODY,
    "GET /signout": STAFF,
    "POST /signout": STAFF,
    "GET /site": ADMINISTRATORS,
    "POST /site": ADMINISTRATORS,
    "GET /static/{file_path}": ANYBODY,
    "HEAD /static/{file_path}": ANYBODY,
    "GET /t/{token}": ANYBODY,
    "GET /t/{token}/app.webmanifest": ANYBODY,
    "GET /t/{token}/give-back": ANYBODY,
    "POST /t/{token}/give-back": ANYBODY,
    "POST /t/{token}/here": ANYBODY,
    "POST /t/{token}/late": ANYBODY,
    "GET /terminals": ORDERS,
    "POST /terminals": KEYS,
    "POST /terminals/alarm": KEYS,
    "POST /terminals/{ident}/code": KEYS,
    "POST /terminals/{ident}/order": ORDERS,
    "POST /terminals/{ident}/revoke": KEYS,
    "POST /terminals/{ident}/revoke-code": KEYS,
    "GET /trail": ADMINISTRATORS,
    "GET /trail/chain": ADMINISTRATORS,
    "POST /trail/export": ADMINISTRATORS,
    "POST /trail/settings": ADMINISTRATORS,
    "GET /welcome": ADMINISTRATORS,
    "POST /welcome/code": ADMINISTRATORS,
}
