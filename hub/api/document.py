"""The OpenAPI 3.1 document of the API, made from the table of routes and the structs of ``kiosk.wire``.

Nothing in it is written by hand a second time: what a route takes and gives stands beside its handler (``described``),
limits of fields stand in the structs.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import msgspec

from hub.api.described import JSON, Described, Query
from hub.api.routes import Route
from kiosk import wire

Schema = dict[str, Any]
Schemas = dict[str, Schema]

_REFERENCE = "#/components/schemas/{name}"
_FACTS = (wire.TicketFact, wire.CancelFact, wire.PaperFact, wire.ScanFact, wire.OrderFact)
"""What ``Op.body`` holds, by ``Op.kind`` (``wire.OpKind``)."""
_PARAMETER = re.compile(r"{([a-z_]+)}")


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole document, ready to be written as JSON."""
    ours = [(route, route.described) for route in routes if route.described is not None]
    named, schemas = _schemas([said for _, said in ours])
    paths: dict[str, Any] = {}
    for route, said in ours:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, said, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Townhall Kiosk", "version": wire.VERSION, "description": wire.__doc__},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"terminal": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(said: list[Described]) -> tuple[dict[Any, Schema], Schemas]:
    """What refers to each type, and all types by name."""
    types: list[Any] = [wire.Fault, *_FACTS]
    for each in said:
        types += [kind for kind in (each.takes, each.gives, *(one.kind for one in each.query)) if kind is not None]
    types = list(dict.fromkeys(types))
    references, schemas = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    facts = [_REFERENCE.format(name=fact.__name__) for fact in _FACTS]
    schemas["Op"]["properties"]["body"] = {"anyOf": [{"$ref": fact} for fact in facts]}
    return dict(zip(types, map(_ecma, references), strict=True)), _ecma(schemas)


def _ecma(schema: Any) -> Any:
    """The same with patterns as JSON Schema has them (ECMA-262): there ``$`` is the end and ``\\Z`` is not known."""
    if isinstance(schema, dict):
        return {key: _WORDS[key](value) if _is_word(key, value) else _ecma(value) for key, value in schema.items()}
    return [_ecma(each) for each in schema] if isinstance(schema, list) else schema


def _is_word(key: str, value: Any) -> bool:
    return key in _WORDS and isinstance(value, str)


_WORDS: dict[str, Callable[[str], str]] = {
    "pattern": lambda text: text.replace(r"\Z", "$"),
    "description": inspect.cleandoc,
}


def _operation(route: Route, said: Described, named: dict[Any, Schema]) -> dict[str, Any]:
    head, _, more = route.text.partition("\n\n")
    found: dict[str, Any] = {"summary": head, "responses": _responses(said, named)}
    if more:
        found["description"] = more
    if parameters := [*map(_in_path, _PARAMETER.findall(route.path)), *(_in_query(one, named) for one in said.query)]:
        found["parameters"] = parameters
    if said.key:
        found["security"] = [{"terminal": []}]
    if said.takes is not None:
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": named[said.takes]}}}
    return found


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _in_query(one: Query, named: dict[Any, Schema]) -> dict[str, Any]:
    return {"name": one.name, "in": "query", "required": one.needed, "schema": named[one.kind]}


def _responses(said: Described, named: dict[Any, Schema]) -> dict[str, Any]:
    fault = {JSON: {"schema": named[wire.Fault]}}
    nothing = said.gives is None and said.kind == JSON
    good = {} if nothing else {said.kind: {"schema": named[said.gives]} if said.gives is not None else {}}
    found = {status: _response(status, {} if status == 304 else good) for status in said.also}
    found[204 if nothing else 200] = _response(204 if nothing else 200, good)
    return {
        str(status): each for status, each in sorted((found | {s: _response(s, fault) for s in _refuses(said)}).items())
    }


def _refuses(said: Described) -> set[int]:
    """Every status of a refusal: a body may be wrong or too large, a key unknown, the store may fail."""
    always = {400, 431, 503} | ({413} if said.takes is not None else set()) | ({401} if said.key else set())
    return always | set(said.refuses)


def _response(status: int, content: dict[str, Any]) -> dict[str, Any]:
    known = {"description": HTTPStatus(status).phrase}
    return known | {"content": content} if content else known
