"""How an operation is declared: one line says what it needs, and the same line documents it.

Nothing is answered without a policy: whoever adds an operation names the right that it needs and
whether it is of one's own or of the whole park. The check, the statuses of the document and its
annotations ``x-taihang-right``, ``x-taihang-roles`` and ``x-taihang-tenant`` come from that line.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final, TypeVar, cast

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel

from taihang.core.access.role import RIGHTS, Right, Role
from taihang.core.errors import InputError
from taihang.interfaces.accounts.deeds import write_down_export, write_down_refusal
from taihang.interfaces.api.call import DESKS, Call, lang_of
from taihang.interfaces.api.schema import Problem, Schema, Words
from taihang.interfaces.api.who import May, NoRightError, counted_as, viewer_who_may
from taihang.interfaces.web.policy import MEMBER, PUBLIC
from taihang.interfaces.web.visit import source_of
from taihang.services.sight_rules import PartOfParkError

CALL: Final = "taihang_call"
"""Attribute of a request: the call that it is, put there by the check of its operation."""
JSON: Final = "application/json"
_ALWAYS: Final = (401, 403, 405, 422, 429, 500, 503)
_VARY: Final = "Accept-Language, Authorization, Cookie"
Run = TypeVar("Run", bound=Callable[..., object])


class UnknownWordError(InputError):
    """An address has a word that the operation does not know, or one twice."""

    code = "input.unknown-word"


class Tenant(Enum):
    """Whose figures an operation shows."""

    OWN = "own"
    """One's own: of an enterprise its own, of the people of the park everybody's."""
    PARK = "park"
    """Of the park as a whole; nobody who belongs to one enterprise may ask."""
    NONE = "none"
    """Of nobody: it says nothing of any enterprise but the asker's account."""


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is no JSON of a schema."""

    body: bytes
    media: str
    name: str = ""
    """What the file is called where it is saved; empty: it is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What is declared of an operation."""

    id: str
    method: str
    path: str
    may: May
    tenant: Tenant
    files: Mapping[str, str] = field(default_factory=dict[str, str])
    """Media types of answers that are files, and what they are."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """Every role that may ask, in order; of a public operation all."""
        if self.may in {MEMBER, PUBLIC}:
            return tuple(Role)
        return tuple(role for role in Role if self.may in RIGHTS[role])

    def annotations(self) -> dict[str, object]:
        """Return what the document says of it beside its form."""
        right = self.may.value if isinstance(self.may, Right) else self.may
        return {
            "x-taihang-right": right,
            "x-taihang-roles": [role.value for role in self.roles],
            "x-taihang-tenant": self.tenant.value,
        }


WITH_SLASHES: Final = "{path:"
"""Before the name of a part of an address that may hold slashes."""
DECLARED: Final[dict[str, Declared]] = {}
"""Every operation by its id."""


class Check:
    """Lets whoever may ask pass, and counts the request; it runs before anything is read."""

    def __init__(self, told: Declared) -> None:
        self._told: Declared = told

    def __call__(self, request: HttpRequest) -> bool:
        """Put the call into the request."""
        source = source_of(request)
        desk = DESKS.of(source.root)
        try:
            viewer = viewer_who_may(request, self._told.may)
        except NoRightError as error:
            write_down_refusal(error.viewer, self._told.path)
            raise
        desk.rates.charge(counted_as(viewer))
        if viewer is not None:
            desk.notes.key_used(viewer)
        lang = lang_of(request.headers.get("Accept-Language", ""))
        setattr(request, CALL, Call(request, viewer, source, lang))
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """A family of operations: a router, and what all of them show."""

    tag: str
    router: Router = field(default_factory=Router)

    def get(
        self,
        path: str,
        *,
        may: May,
        tenant: Tenant,
        answers: type[Schema] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Callable[[Run], Run]:
        """Declare an operation that reads.

        Args:
            path: Its address below ``/api/v1``; ``{path:key}`` may hold slashes.
            may: The right that it needs.
            tenant: Whose figures it shows.
            answers: Schema of its answer; None where it answers with files.
            files: Media types of its files, and what they are.
        """
        return self._declare("GET", path, may, tenant, answers=answers, files=files or {})

    def put(
        self, path: str, *, may: May, tenant: Tenant, answers: type[Schema]
    ) -> Callable[[Run], Run]:
        """Declare an operation that does something once, under an id that the client gives.

        Args:
            path: Its address below ``/api/v1``.
            may: The right that it needs.
            tenant: Whose figures it changes.
            answers: Schema of its answer.
        """
        return self._declare("PUT", path, may, tenant, answers=answers, files={})

    def _declare(
        self,
        method: str,
        path: str,
        may: May,
        tenant: Tenant,
        *,
        answers: type[Schema] | None,
        files: Mapping[str, str],
    ) -> Callable[[Run], Run]:
        def declare(run: Run) -> Run:
            told = Declared(
                id=run.__name__,
                method=method,
                path=path.replace(WITH_SLASHES, "{"),
                may=may,
                tenant=tenant,
                files=files,
            )
            DECLARED[told.id] = told
            # Ninja's own types say nothing of what a view is.
            add = cast("Callable[..., None]", self.router.add_api_operation)
            add(
                path,
                [method],
                _view_of(run, told),
                auth=Check(told),
                response=_responses(told, answers),
                operation_id=told.id,
                tags=[self.tag],
                openapi_extra=told.annotations(),
            )
            return run

        return declare


def answer(request: HttpRequest, found: object) -> HttpResponse:
    """Return what an operation found as a response that a client may keep and ask for again."""
    if isinstance(found, BaseModel):
        file = File(found.model_dump_json(by_alias=True).encode(), JSON)
    else:
        file = cast("File", found)
    tag = f'"{sha256(file.body).hexdigest()[:32]}"'
    is_known = tag in _tags(request.headers.get("If-None-Match", ""))
    response = HttpResponse(status=HTTPStatus.NOT_MODIFIED) if is_known else _whole(file)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    response["Vary"] = _VARY
    return response


def _whole(file: File) -> HttpResponse:
    response = HttpResponse(file.body, content_type=file.media)
    if file.name:
        response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}


def _view_of(run: Callable[..., object], told: Declared) -> Callable[..., HttpResponse]:
    """Return the view of an operation, with the signature that the document is made from."""
    parameters = [*inspect.signature(run, eval_str=True).parameters.values()][1:]
    words = [each.annotation for each in parameters if _is_words(each.annotation)]
    known = {name for kind in words for name in _names(cast("type[Words]", kind))}

    def view(request: HttpRequest, **values: Any) -> HttpResponse:  # noqa: ANN401  # as declared
        _demand_known(request, known)
        call = cast("Call", getattr(request, CALL))
        try:
            found = run(call, **values)
        except PartOfParkError:
            write_down_refusal(call.member, told.path)
            raise
        response = answer(request, found)
        if told.files and isinstance(found, File) and response.status_code == HTTPStatus.OK:
            write_down_export(call.member, request.get_full_path(), content=found.body)
        return response

    first = inspect.Parameter(
        "request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest
    )
    shown = [each.replace(annotation=_as_query(each.annotation)) for each in parameters]
    view.__signature__ = inspect.Signature([first, *shown])
    view.__name__ = run.__name__
    view.__doc__ = run.__doc__
    return view


def _is_words(annotation: object) -> bool:
    return inspect.isclass(annotation) and issubclass(annotation, Words)


def _as_query(annotation: Any) -> Any:  # noqa: ANN401  # an annotation is anything
    return Query[annotation] if _is_words(annotation) else annotation


def _names(kind: type[Words]) -> Sequence[str]:
    return [each.alias or name for name, each in kind.model_fields.items()]


def _demand_known(request: HttpRequest, known: set[str]) -> None:
    for name, given in request.GET.lists():
        if name not in known or len(given) != 1:
            raise UnknownWordError(
                given=f"{name}, {len(given)} times",
                expected=f"each once of: {', '.join(sorted(known)) or 'nothing'}",
                remedy="correct the address",
            )


def _responses(told: Declared, answers: type[Schema] | None) -> dict[int, type[Schema] | None]:
    """Return every status that an operation can have, with its schema."""
    statuses: set[int] = {*_ALWAYS} - ({401, 403} if told.may == PUBLIC else set())
    if told.method != "GET":
        statuses |= {400, 409, 413, 415}
    if "{" in told.path or told.tenant is not Tenant.NONE:
        statuses |= {404, 409}
    found: dict[int, type[Schema] | None] = {200: answers}
    if told.method == "GET":
        found[304] = None
    return {**found, **dict.fromkeys(sorted(statuses), Problem)}
