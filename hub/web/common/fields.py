"""The fields of a form's POST: read with a bound on their number, once for each request."""

from urllib.parse import parse_qsl

from litestar.datastructures import FormMultiDict
from litestar.exceptions import ClientException, HTTPException

from hub.web.common.page import HubRequest

MOST = 500
"""Fields that a form of ours may have; the largest, opening hours of every day, has a tenth of it."""
TYPE = "application/x-www-form-urlencoded"


def is_form(request: HubRequest) -> bool:
    """Whether the body says that it is a form of a browser (RFC 9110, section 8.3); a POST without a body is one."""
    kind = request.headers.get("content-type", TYPE)
    return kind.partition(";")[0].strip().lower() == TYPE


async def fields_of(request: HubRequest) -> FormMultiDict:
    """What was filled in. Raises ClientException (400) for more fields than a form of ours has, HTTPException (415)
    for another kind of body."""
    if (known := getattr(request.state, "fields", None)) is not None:
        assert isinstance(known, FormMultiDict)
        return known
    if not is_form(request):
        raise HTTPException(status_code=415, detail="Send a form.")
    try:
        text = (await request.body()).decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST)
    except ValueError as fault:
        raise ClientException(f"More than {MOST} fields.") from fault
    found = FormMultiDict(pairs)
    request.state.fields = found
    return found
