"""The document of the interface (OpenAPI 3.1), made from what is enforced.

Ninja gives form and schemas; statuses, media types, rights and tenants are those of ``Declared``.
"""

from collections.abc import Callable
from typing import Any, Final, cast

from ninja import NinjaAPI

from taihang.interfaces.api.bounds import (
    CPU_S,
    MEMORY_BYTES,
    PER_S,
    POINTS_MOST,
)
from taihang.interfaces.api.operation import DECLARED, Declared
from taihang.interfaces.api.problem import CONTENT_TYPE
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.policy import PUBLIC

PREFIX: Final = "/api/v1"
_HEADERS: Final = {
    "ETag": {"description": "Tag of the answer, for If-None-Match.", "schema": {"type": "string"}}
}
_REFUSED: Final = 400
_METHODS: Final = ("get", "put", "post", "delete")
_Node = dict[str, Any]


def document(service: NinjaAPI, *, lang: Lang) -> _Node:
    """Return the document.

    Args:
        service: The service.
        lang: Language of titles.
    """
    schema_of: Callable[..., object] = service.get_openapi_schema
    found = {**cast("_Node", schema_of(path_prefix=f"{PREFIX.removeprefix('/')}/"))}
    found["info"] = {
        "title": text("api.title", lang),
        "version": service.version,
        "description": text(
            "api.about",
            lang,
            points=f"{POINTS_MOST:,}",
            cpu_s=CPU_S,
            memory_mb=MEMORY_BYTES >> 20,
            per_s=PER_S,
        ),
    }
    found["servers"] = [{"url": "/"}]
    found["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer"},
        "session": {"type": "apiKey", "in": "cookie", "name": "taihang"},
    }
    for path in found["paths"].values():
        for method in _METHODS:
            if method in path:
                _finish(path[method], lang)
    return found


def _finish(operation: _Node, lang: Lang) -> None:
    told = DECLARED[operation["operationId"]]
    operation["summary"] = text(f"api.operation.{told.id}", lang)
    operation["security"] = [] if told.may == PUBLIC else [{"key": []}, {"session": []}]
    for status, response in operation["responses"].items():
        content = response.get("content")
        if int(status) >= _REFUSED and content is not None:
            response["content"] = {CONTENT_TYPE: content.pop("application/json")}
    done = operation["responses"].get(200) or operation["responses"].get("200")
    done["headers"] = _HEADERS
    if told.files:
        done["content"] = _files(told)


def _files(told: Declared) -> _Node:
    return {
        media: {"schema": {"type": "string", "format": "binary", "description": about}}
        for media, about in told.files.items()
    }
