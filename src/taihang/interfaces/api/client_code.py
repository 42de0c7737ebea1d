"""Makes the typed client in Python from the document of the interface.

``src/taihang_client/__init__.py`` is what comes out (``make client``); a test compares it with what
comes out today, so that no change of the interface leaves the client behind.
"""

import keyword
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

_Node = Mapping[str, Any]
_WIDTH: Final = 96
_NAMES: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_HEAD: Final = '''"""Client of the Taihang interface, version 1. Made from its document."""

from dataclasses import dataclass
from typing import Literal

from taihang_client.transport import ApiError, Send, Transport, each, segment

__all__ = [
{names}
]

'''
_CLIENT: Final = '''class Client:
    """One park, asked under one key."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        lang: Literal["zh", "en"] = "zh",
        timeout_s: float = 60.0,
        send: Send | None = None,
    ) -> None:
        """Ask nothing yet.

        Args:
            base_url: Scheme, host and port, for example ``https://park.example``.
            key: An API key, made on the page of one's own account.
            lang: Language of titles.
            timeout_s: How long to wait for an answer [s].
            send: Stands in for the network.
        """
        self._transport = Transport(base_url, key, lang=lang, timeout_s=timeout_s, send=send)
'''


def client_code(document: _Node) -> str:
    """Return the source of the client.

    Args:
        document: The document in English.

    Returns:
        The module, as a formatter has yet to lay it out.
    """
    schemas = cast("Mapping[str, _Node]", document["components"]["schemas"])
    operations = [*_operations(document)]
    used = [*_used(operations, schemas)]
    shown = [*sorted(["ApiError", "Client", *map(_class_name, used)]), "each"]
    names = "\n".join(f'    "{name}",' for name in shown)
    classes = [_class_of(name, schemas[name], schemas) for name in used]
    methods = [_method(*each, schemas) for each in operations]
    return _HEAD.format(names=names) + "\n\n".join(classes) + "\n\n" + _CLIENT + "\n".join(methods)


def _operations(document: _Node) -> Iterator[tuple[str, str, _Node]]:
    """Yield method, path and operation, in order of id."""
    found = [
        (method, path, operation)
        for path, methods in cast("Mapping[str, Mapping[str, _Node]]", document["paths"]).items()
        for method, operation in methods.items()
    ]
    yield from sorted(found, key=lambda each: str(each[2]["operationId"]))


# -- schemas -------------------------------------------------------------------------------------


def _used(
    operations: Sequence[tuple[str, str, _Node]], schemas: Mapping[str, _Node]
) -> Iterator[str]:
    """Yield the schemas that go in or out, each after those that it is made of."""
    done: set[str] = set()

    def visit(node: object) -> Iterator[str]:
        for name in _refs(node):
            if name not in done and "properties" in schemas[name]:
                done.add(name)
                yield from visit(schemas[name])
                yield name

    for _, _, operation in operations:
        yield from visit(operation.get("requestBody"))
        yield from visit(operation["responses"].get(200))


def _refs(node: object) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, inner in cast("Mapping[str, object]", node).items():
            if key == "$ref":
                yield str(inner).rpartition("/")[2]
            else:
                yield from _refs(inner)
    elif isinstance(node, list):
        for inner in cast("list[object]", node):
            yield from _refs(inner)


def _class_name(name: str) -> str:
    """Return the name of a class: ``Page_MeterOut_`` becomes ``PageOfMeterOut``.

    Example:
        >>> _class_name("Page_MeterOut_"), _class_name("ParkOut")
        ('PageOfMeterOut', 'ParkOut')
    """
    outer, _, inner = name.rstrip("_").partition("_")
    return f"{outer}Of{inner}" if inner else name


def _class_of(name: str, schema: _Node, schemas: Mapping[str, _Node]) -> str:
    lines = [
        "@dataclass(frozen=True, slots=True, kw_only=True)",
        f"class {_class_name(name)}:",
        *_docstring(str(schema.get("description") or "A part of a list."), depth=1),
        "",
    ]
    for field, node in cast("Mapping[str, _Node]", schema["properties"]).items():
        default = "" if field in schema.get("required", ()) else f" = {node.get('default')!r}"
        lines.append(f"    {field}: {_type_of(node, schemas)}{default}")
        if "description" in node:
            lines += _docstring(str(node["description"]), depth=1)
    return "\n".join(lines) + "\n"


def _type_of(node: _Node, schemas: Mapping[str, _Node]) -> str:
    """Return the type of a schema in Python."""
    if "$ref" in node:
        name = str(node["$ref"]).rpartition("/")[2]
        return _class_name(name) if "properties" in schemas[name] else _type_of(schemas[name], {})
    if several := node.get("anyOf") or node.get("allOf"):
        return " | ".join(_type_of(each, schemas) for each in several)
    if "enum" in node:
        return f"Literal[{', '.join(repr(value) for value in node['enum'])}]"
    kind = node.get("type")
    if kind == "array":
        return f"list[{_type_of(node['items'], schemas)}]"
    if kind == "object":
        return f"dict[str, {_type_of(node['additionalProperties'], schemas)}]"
    return "None" if kind == "null" else _NAMES.get(str(kind), "object")


# -- operations ----------------------------------------------------------------------------------


def _method(method: str, path: str, operation: _Node, schemas: Mapping[str, _Node]) -> str:
    parameters = cast("Sequence[_Node]", operation["parameters"])
    of_path = [each for each in parameters if each["in"] == "path"]
    query = [each for each in parameters if each["in"] == "query"]
    body = operation.get("requestBody")
    asked = [f"{_argument(each)}: {_type_of(each['schema'], schemas)}" for each in of_path]
    if body is not None:
        asked.append(f"wanted: {_type_of(body['content']['application/json']['schema'], schemas)}")
    words = [_word(each, schemas) for each in sorted(query, key=lambda each: not each["required"])]
    made = _made(operation, schemas)
    right = operation["x-taihang-right"]
    told = f"{operation['summary']}: ``{method.upper()} {path}``, right {right}."
    return "\n".join(
        (
            f"    def {operation['operationId']}({', '.join(_signature(asked, words))}) -> {made}:",
            *_docstring(told, depth=2),
            f"        return {_call(method, path, parameters, made=made)}",
            "",
        )
    )


def _signature(asked: Sequence[str], words: Sequence[str]) -> list[str]:
    return ["self", *asked, *(["*", *words] if words else [])]


def _word(parameter: _Node, schemas: Mapping[str, _Node]) -> str:
    kind = _type_of(parameter["schema"], schemas)
    default = "" if parameter["required"] else f" = {parameter['schema'].get('default')!r}"
    return f"{_argument(parameter)}: {kind}{default}"


def _made(operation: _Node, schemas: Mapping[str, _Node]) -> str:
    content = cast("Mapping[str, _Node]", operation["responses"][200]["content"])
    json_schema = content.get("application/json", {}).get("schema", {})
    return _type_of(json_schema, schemas) if "$ref" in json_schema else "bytes"


def _call(method: str, path: str, parameters: Sequence[_Node], *, made: str) -> str:
    address = path
    of_path = [each for each in parameters if each["in"] == "path"]
    query = [each for each in parameters if each["in"] == "query"]
    for each in of_path:
        address = address.replace(f"{{{each['name']}}}", f"{{segment({_argument(each)})}}")
    told = f'f"{address}"' if of_path else f'"{path}"'
    if method == "put":
        return f"self._transport.put({made}, {told}, wanted)"
    given = ", ".join(f'"{each["name"]}": {_argument(each)}' for each in query)
    words = f", {{{given}}}" if query else ""
    if made == "bytes":
        return f"self._transport.fetch({told}{words})"
    return f"self._transport.ask({made}, {told}{words})"


def _argument(parameter: _Node) -> str:
    """Return the name of an argument; what Python uses itself gets a line behind."""
    name = str(parameter["name"])
    return f"{name}_" if keyword.iskeyword(name) or name == "id" else name


def _docstring(words: str, *, depth: int) -> list[str]:
    """Return words as a docstring of one line, or of several that are no longer than a line."""
    indent = "    " * depth
    text = " ".join(words.split())
    if len(text) + len(indent) + 6 <= _WIDTH:
        return [f'{indent}"""{text}"""']
    wrapped = textwrap.wrap(text, _WIDTH - len(indent))
    return [
        f'{indent}"""{wrapped[0]}',
        *(f"{indent}{line}" for line in wrapped[1:]),
        f'{indent}"""',
    ]
