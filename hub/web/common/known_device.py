"""The cookie by which a browser shows that a person signed in there before."""

from typing import Any

from litestar import Response

from hub.auth.devices import LIVES_MS, cookie_name
from hub.web.common.auth_hooks import cookie
from hub.web.common.page import HubRequest

LONGEST = 100
"""Characters of a cookie that are looked at; a token has 43."""


def token_of(request: HubRequest, login: str) -> str:
    """What the browser shows for this name; "" = nothing."""
    return request.cookies.get(cookie_name(login), "")[:LONGEST]


def keep(request: HubRequest, answer: Response[Any], login: str, token: str) -> Response[Any]:
    """Have the browser hold the token, from now on for as long as the hub keeps it; a "" changes nothing."""
    if token:
        answer.set_cookie(cookie(request, cookie_name(login), token, max_age=LIVES_MS // 1000))
    return answer


def drop(answer: Response[Any], login: str) -> Response[Any]:
    """Have the browser forget it."""
    answer.delete_cookie(cookie_name(login))
    return answer
