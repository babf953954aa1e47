"""Style, scripts, fonts: ours, from our own folder."""

from litestar.static_files import create_static_files_router

from hub.headers import STATIC

routers = [
    create_static_files_router(
        "/static", directories=[STATIC], cache_control=None, send_as_attachment=False, include_in_schema=False
    )
]
