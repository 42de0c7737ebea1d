"""How the client talks to a park: one request at a time, by the standard library alone."""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    Protocol,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

KEPT = 64
"""Answers that are kept with their tags, so that what has not changed is not sent again."""
_NOT_MODIFIED = 304
_REFUSED = 400
Made = TypeVar("Made")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


Send = Callable[[str, str, Mapping[str, str], bytes | None], Answer]
"""Sends a request: method, address, headers, body."""


class ApiError(Exception):
    """A request that was refused: what was given, what was expected, what to do."""

    def __init__(
        self, status: int, problem: Mapping[str, object], retry_after_s: int | None
    ) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        """Stable; the list of errors explains it."""
        self.title = str(problem.get("title", ""))
        self.given = str(problem.get("given", ""))
        self.expected = str(problem.get("expected", ""))
        self.remedy = str(problem.get("remedy", ""))
        self.retry_after_s = retry_after_s
        """When the same request may help; None if it never will."""
        super().__init__(
            f"{status} {self.code}: given {self.given}; expected {self.expected}; {self.remedy}"
        )


class AnswerError(Exception):
    """An answer that is not of the form that this client knows: it is of another version."""


class PageLike(Protocol[Item]):
    """A part of a list."""

    @property
    def items(self) -> list[Item]:
        """The things."""
        ...

    @property
    def next(self) -> str | None:
        """Cursor of the part that follows."""
        ...


class Transport:
    """Sends requests to one park under one key."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        lang: Literal["zh", "en"] = "zh",
        timeout_s: float = 60.0,
        send: Send | None = None,
    ) -> None:
        """Send nothing yet.

        Args:
            base_url: Scheme, host and port, for example ``https://park.example``.
            key: An API key.
            lang: Language of titles.
            timeout_s: How long to wait for an answer [s].
            send: Stands in for the network.
        """
        self._base_url = base_url.rstrip("/")
        self._headers = {
            "Authorization": f"Bearer {key}",
            "Accept-Language": lang,
            "Accept": "application/json, application/problem+json, */*",
        }
        self._timeout_s = timeout_s
        self._send: Send = send or self._over_network
        self._kept = OrderedDict[str, tuple[str, bytes]]()

    def ask(
        self, kind: type[Made], path: str, query: Mapping[str, str | int | None] | None = None
    ) -> Made:
        """Ask for JSON and return it as a value."""
        return load(kind, json.loads(self.fetch(path, query)))

    def fetch(self, path: str, query: Mapping[str, str | int | None] | None = None) -> bytes:
        """Ask for a file; what has not changed since is not sent again."""
        words = urlencode(
            {name: value for name, value in (query or {}).items() if value is not None}
        )
        address = f"{self._base_url}{path}{'?' if words else ''}{words}"
        kept = self._kept.get(address)
        headers = self._headers if kept is None else {**self._headers, "If-None-Match": kept[0]}
        answer = self._send("GET", address, headers, None)
        if answer.status == _NOT_MODIFIED and kept is not None:
            self._kept.move_to_end(address)
            return kept[1]
        body = _demanded(answer)
        if (tag := answer.headers.get("etag")) is not None:
            self._kept[address] = tag, body
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return body

    def put(self, kind: type[Made], path: str, body: object) -> Made:
        """Do something under an id, and return what became of it."""
        said = asdict(body) if is_dataclass(body) and not isinstance(body, type) else body
        data = json.dumps(said, ensure_ascii=False).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        answer = self._send("PUT", f"{self._base_url}{path}", headers, data)
        return load(kind, json.loads(_demanded(answer)))

    def _over_network(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        request = Request(address, data=body, headers={**headers}, method=method)  # noqa: S310
        try:
            with urlopen(request, timeout=self._timeout_s) as found:  # noqa: S310
                return Answer(found.status, _lower(found.headers.items()), found.read())
        except HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers.items()), error.read())


def each(ask: Callable[..., PageLike[Item]], **words: object) -> Iterator[Item]:
    """Yield everything of a list, page after page.

    Args:
        ask: A method of the client that returns pages, such as ``client.list_meters``.
        **words: What it is asked with.
    """
    cursor: str | None = None
    while True:
        page = ask(**words, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def segment(value: str) -> str:
    """Return a value as a part of a path."""
    return quote(value, safe="")


def load(kind: type[Made], value: object) -> Made:
    """Read a value of JSON as a type of this client; fields that are new to it are left out.

    Raises:
        AnswerError: If the value is of another form.
    """
    return cast("Made", _load(kind, value))


def _load(kind: Any, value: object) -> object:  # noqa: ANN401  # a type is anything
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return _load_one_of(inner, value)
    if origin is list and isinstance(value, list):
        return [_load(inner[0], each_of) for each_of in cast("list[object]", value)]
    if origin is dict and isinstance(value, dict):
        table = cast("dict[str, object]", value)
        return {name: _load(inner[1], each_of) for name, each_of in table.items()}
    if is_dataclass(kind) and isinstance(kind, type) and isinstance(value, dict):
        return _load_fields(kind, cast("dict[str, object]", value))
    if kind is object or (kind is float and type(value) is int):
        return value
    if isinstance(kind, type) and type(value) is kind:
        return value
    raise AnswerError(f"{value!r}"[:200] + f", which is no {kind}")


def _load_fields(kind: type, value: Mapping[str, object]) -> object:
    hints = get_type_hints(kind)
    missing = [each_of.name for each_of in fields(kind) if each_of.name not in value]
    if missing:
        raise AnswerError(f"{kind.__name__} without {', '.join(missing)}")
    return kind(
        **{
            each_of.name: _load(hints[each_of.name], value[each_of.name])
            for each_of in fields(kind)
        }
    )


def _load_one_of(kinds: tuple[Any, ...], value: object) -> object:
    if value is None and NoneType in kinds:
        return None
    (kind,) = (each_of for each_of in kinds if each_of is not NoneType)
    return _load(kind, value)


def _demanded(answer: Answer) -> bytes:
    if answer.status < _REFUSED:
        return answer.body
    try:
        problem = json.loads(answer.body)
    except ValueError:
        problem = {}
    told = cast("dict[str, object]", problem) if isinstance(problem, dict) else {}
    wait = answer.headers.get("retry-after", "")
    raise ApiError(answer.status, told, int(wait) if wait.isdigit() else None)


def _lower(headers: Any) -> dict[str, str]:  # noqa: ANN401  # of urllib
    return {str(name).lower(): str(value) for name, value in headers}
