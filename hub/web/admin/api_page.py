"""The API's document for whoever connects something to the hub: as OpenAPI, and as a page that loads nothing else."""

import re
from typing import Any, cast

import msgspec
from litestar import Response, Router, get
from markupsafe import Markup, escape

from hub.api.document import document
from hub.api.routes import Routed, table
from hub.auth.rights import Right
from hub.web.common.auth_hooks import needs, staff_only
from hub.web.common.page import HubRequest, render

MAY = needs(Right.SITE)
_CODE = re.compile(r"``([^`]+)``")
_LEAST = {"minLength": "≥ {}", "minimum": "≥ {}", "maxLength": "≤ {}", "maximum": "≤ {}", "maxItems": "≤ {}"}


class Field(msgspec.Struct, frozen=True):
    """One row of a struct."""

    name: str
    kind: Markup
    limits: str
    pattern: str
    needed: bool
    default: str


class Part(msgspec.Struct, frozen=True):
    """A struct, or a choice of words when it has no fields."""

    name: str
    text: Markup
    fields: tuple[Field, ...]
    choices: tuple[str, ...]


class Call(msgspec.Struct, frozen=True):
    """A route."""

    method: str
    path: str
    text: Markup
    more: Markup
    key: bool
    fields: tuple[Field, ...]
    takes: Markup
    gives: Markup
    statuses: tuple[tuple[str, str], ...]


@get("/api-document", opt=MAY)
async def api_page(request: HubRequest) -> Response[Any]:
    """Routes, fields and types."""
    shown = document(table(_app(request)))
    calls = [call(path, method, each) for path, found in shown["paths"].items() for method, each in found.items()]
    parts = [part(name, each) for name, each in sorted(shown["components"]["schemas"].items())]
    intro = prose(shown["info"]["description"])
    return render(request, "api.html", calls=calls, parts=parts, version=shown["info"]["version"], intro=intro)


@get("/api-document/openapi.json", opt=MAY)
async def api_document(request: HubRequest) -> Response[bytes]:
    """The same for programs (OpenAPI 3.1)."""
    return Response(msgspec.json.encode(document(table(_app(request)))), media_type="application/json")


def _app(request: HubRequest) -> Routed:
    return cast("Routed", request.app)


def call(path: str, method: str, operation: dict[str, Any]) -> Call:
    """A route as the page shows it."""
    fields = tuple(field(one["name"], one["schema"], one["required"]) for one in operation.get("parameters", ()))
    answers = operation["responses"]
    good = next(each for status, each in answers.items() if status.startswith("2"))
    return Call(
        method=method.upper(),
        path=path,
        text=prose(operation["summary"]),
        more=prose(operation.get("description", "")),
        key="security" in operation,
        fields=fields,
        takes=_content(operation.get("requestBody", {})),
        gives=_content(good),
        statuses=tuple((status, each["description"]) for status, each in answers.items()),
    )


def part(name: str, schema: dict[str, Any]) -> Part:
    """A struct as the page shows it."""
    needed = schema.get("required", ())
    fields = tuple(field(key, each, key in needed) for key, each in schema.get("properties", {}).items())
    return Part(name, prose(schema.get("description", "")), fields, tuple(map(str, schema.get("enum", ()))))


def field(name: str, schema: dict[str, Any], needed: bool) -> Field:
    """A field of a struct, or of an address."""
    default = msgspec.json.encode(schema["default"]).decode() if "default" in schema else ""
    short = default if len(default) <= 24 else "…"
    pattern = schema.get("pattern", "")
    return Field(name, kind(schema), _limits(schema), pattern, needed, short)


def kind(schema: dict[str, Any]) -> Markup:
    """A type in the words of JSON, with links to structs."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" | ").join(map(kind, schema["anyOf"]))
    if "enum" in schema:
        return Markup(" | ").join(escape(msgspec.json.encode(each).decode()) for each in schema["enum"])
    if schema.get("type") == "array":
        return Markup("array · {}").format(kind(schema.get("items", {})))
    return escape(schema.get("type", "any"))


def prose(text: str) -> Markup:
    """A docstring: names of the code in ``double accents`` as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(" ".join(text.split())))))


def _limits(schema: dict[str, Any]) -> str:
    return " ".join(said.format(f"{schema[key]:,}") for key, said in _LEAST.items() if key in schema)


def _content(part: dict[str, Any]) -> Markup:
    """What a body holds: its struct, else its media type, else nothing."""
    for media, each in part.get("content", {}).items():
        return kind(each["schema"]) if "schema" in each else escape(media)
    return Markup("")


routers = [Router("/", route_handlers=[api_page, api_document], before_request=staff_only)]
