"""Style, scripts, fonts: ours, from our own folder."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.static_files import create_static_files_router

from hub.headers import STATIC, STATIC_PATH, digests


def only_ours(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Look for no other name in the file system: what is too long or odd for it would be a fault of ours."""
    if connection.scope["path"].removeprefix(STATIC_PATH) not in digests():
        raise NotFoundException


routers = [
    create_static_files_router(
        STATIC_PATH,
        directories=[STATIC],
        cache_control=None,
        send_as_attachment=False,
        include_in_schema=False,
        guards=[only_ours],
    )
]
