"""The ASGI application of the door: routes, who may ask what, and how answers look.

No Django stands in the path of a request. Whoever is not known is refused before its body is read,
and whatever a body may hold, the answer is a receipt or a problem with code and field.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeAlias

from taihang.core.errors import InputError, TaihangError
from taihang.core.seal.batch import header_of
from taihang.core.seal.readings_form import read_form
from taihang.interfaces.asgi import Message, Receive, Send
from taihang.interfaces.ingest import metrics as measured
from taihang.interfaces.ingest.body import declared_length, read_body
from taihang.interfaces.ingest.committer import Committer
from taihang.interfaces.ingest.door import Offer, WrongSenderError
from taihang.interfaces.ingest.identity import Identities, Peer
from taihang.interfaces.ingest.limits import InFlight, Limits, Rates
from taihang.interfaces.ingest.problem import (
    CONTENT_TYPE,
    InternalError,
    problem_body,
    retry_after_s,
    status_of,
)
from taihang.interfaces.ingest.watch import Watch
from taihang.services.batch_status import BatchStatus
from taihang.services.ingest import Receipt

BATCH_TYPE: Final = "application/vnd.taihang.batch"
JSON_TYPE: Final = "application/json"
BATCHES: Final = "/api/v1/batches"
_NAME_LIMIT: Final = 128
_COUNTER_DIGITS: Final = 19
_NO_STORE: Final = (b"cache-control", b"no-store")
_PROVEN: Final = frozenset(
    (
        "input.foreign-meter",
        "input.register-off-dial",
        "input.off-grid-energy",
        "integrity.counter-fork",
    )
)
"""Refusals of a sealed batch that come after its signature was found right."""


class MediaTypeError(InputError):
    """A body is of a kind that the door does not take."""

    code = "input.media-type"


class ContentEncodingError(InputError):
    """A body is compressed; what it would become cannot be known before it is there."""

    code = "input.content-encoding"


class NoPageError(InputError):
    """The door has nothing at this address."""

    code = "input.no-page"


class MethodError(InputError):
    """The address does not take this method."""

    code = "input.method"


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of a request before its body."""

    method: str
    path: str
    headers: Mapping[bytes, bytes]
    peer: Peer
    receive: Receive


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


_LOG: Final = logging.getLogger(__name__)
Handler: TypeAlias = Callable[[Request], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What the routes stand on."""

    limits: Limits
    committer: Committer
    identities: Identities
    rates: Rates
    in_flight: InFlight
    metrics: measured.Metrics
    watch: Watch
    parser: Executor
    """Reads JSON, so that a large body does not hold up the others."""
    look_up: Callable[[str, int], Awaitable[BatchStatus | TaihangError]]


class DoorApplication:
    """The door as an ASGI application; one method a route.

    Args:
        service: What the routes stand on.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._n_open = 0
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()
        self._pages: dict[str, Handler] = {
            "/healthz": self._alive,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        self._n_open += 1
        self._is_quiet.clear()
        try:
            await _sent(send, await self._answered(scope, receive))
        finally:
            self._n_open -= 1
            if not self._n_open:
                self._is_quiet.set()

    async def quiet(self, *, within_s: float) -> None:
        """Return when every request is answered, or after so many seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._is_quiet.wait(), within_s)

    async def _answered(self, scope: Message, receive: Receive) -> Reply:
        """Answer one request; a refusal is counted by its code."""
        try:
            request = Request(
                method=str(scope["method"]),
                path=str(scope["path"]),
                headers=_headers(scope),
                peer=self._service.identities.peer_of(scope["client"]),
                receive=receive,
            )
            return await self._routed(request)
        except TaihangError as error:
            return self._refusal(error, "request")
        except Exception:  # noqa: BLE001 - the sender gets an answer whatever a request does to us
            _LOG.exception("%s %s could not be answered", scope["method"], scope["path"])
            return self._refusal(InternalError.met("request"), "request")

    async def _routed(self, request: Request) -> Reply:
        if request.path == BATCHES:
            _demand_method(request, "POST")
            return await self._batch(request)
        _demand_method(request, "GET")
        if request.path.startswith(f"{BATCHES}/"):
            return await self._status(request)
        page = self._pages.get(request.path)
        if page is None:
            raise NoPageError(
                given=request.path[:_NAME_LIMIT],
                expected=f"{BATCHES}, {BATCHES}/GATEWAY/COUNTER, {', '.join(self._pages)}",
                remedy="correct the address",
            )
        return await page(request)

    # -- batches ---------------------------------------------------------------------------------

    async def _batch(self, request: Request) -> Reply:
        media_type = _media_type(request)
        length = declared_length(dict(request.headers), limits=self._service.limits)
        sender = request.peer.gateway
        if media_type == JSON_TYPE:
            sender = await self._service.identities.demand(request.peer, request.headers)
        body = await read_body(
            request.receive,
            length=length,
            limits=self._service.limits,
            in_flight=self._service.in_flight,
        )
        try:
            return await self._stored(bytes(body), media_type, sender)
        finally:
            self._service.in_flight.give_back(length)

    async def _stored(self, body: bytes, media_type: str, sender: str | None) -> Reply:
        service = self._service
        if media_type == JSON_TYPE:
            loop = asyncio.get_running_loop()
            readings = await loop.run_in_executor(service.parser, read_form, body)
            offer, gateway = Offer(body, readings), readings.gateway
        else:
            offer, gateway = Offer(body), header_of(body).gateway
        _demand_own(gateway, sender)
        service.rates.check(gateway)
        answer = await service.committer.submit(offer)
        if isinstance(answer, TaihangError):
            if sender is not None or answer.code in _PROVEN:
                service.rates.charge(gateway)
            return self._refusal(answer, "body")
        service.rates.charge(gateway)
        service.metrics.stored(n_bytes=len(body), replayed=answer.known_before)
        status = HTTPStatus.OK if answer.known_before else HTTPStatus.CREATED
        return _json(status, receipt_facts(answer))

    async def _status(self, request: Request) -> Reply:
        gateway, counter = _batch_named_in(request.path)
        holder = await self._service.identities.demand(request.peer, request.headers)
        # Whether the batch exists is told to its own gateway only.
        _demand_own(gateway, holder)
        found = await self._service.look_up(gateway, counter)
        if isinstance(found, TaihangError):
            raise found
        return _json(HTTPStatus.OK, status_facts(found))

    # -- watching --------------------------------------------------------------------------------

    async def _alive(self, _request: Request) -> Reply:
        return Reply(HTTPStatus.OK, b"alive\n", "text/plain")

    async def _ready(self, _request: Request) -> Reply:
        reasons = await self._service.watch.reasons()
        if reasons:
            text = "".join(f"{reason}\n" for reason in reasons)
            return Reply(HTTPStatus.SERVICE_UNAVAILABLE, text.encode(), "text/plain")
        return Reply(HTTPStatus.OK, b"ready\n", "text/plain")

    async def _metrics(self, request: Request) -> Reply:
        if not (request.peer.is_local and _is_local_host(request)):
            raise WrongSenderError(
                given="a look at the metrics from another machine",
                expected="a request on this machine to 127.0.0.1",
                remedy="let the collector run beside the door",
            )
        text = self._service.metrics.text(self._service.watch.gauges())
        return Reply(HTTPStatus.OK, text.encode(), measured.CONTENT_TYPE)

    def _refusal(self, error: TaihangError, field: str) -> Reply:
        self._service.metrics.refused(error.code)
        headers: list[tuple[bytes, bytes]] = []
        status = status_of(error)
        if (wait_s := retry_after_s(error)) is not None:
            headers.append((b"retry-after", str(wait_s).encode()))
        if status == HTTPStatus.UNAUTHORIZED:
            headers.append((b"www-authenticate", b'Bearer realm="taihang"'))
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append((b"allow", error.expected.encode("ascii", "replace")))
        if status == HTTPStatus.REQUEST_TIMEOUT:
            headers.append((b"connection", b"close"))
        body = problem_body(error, field=field)
        return Reply(status, body, CONTENT_TYPE, tuple(headers))


def receipt_facts(receipt: Receipt) -> dict[str, object]:
    """Return a receipt as it goes over the wire."""
    return {
        "gateway": receipt.gateway,
        "counter": receipt.counter,
        "leaf_index": receipt.leaf_index,
        "leaf_hash": receipt.leaf_hash.hex(),
        "received_at_s": receipt.received_at_s,
        "known_before": receipt.known_before,
        "proof": receipt.proof,
        "held": receipt.held,
    }


def status_facts(status: BatchStatus) -> dict[str, object]:
    """Return how far a batch has come as it goes over the wire."""
    return {
        "state": "published" if status.is_published else "included",
        "receipt": receipt_facts(status.receipt),
        "included": {"tree_size": status.included_size},
        "published": published_facts(status) if status.is_published else None,
        "is_witnessed": status.is_witnessed,
    }


def published_facts(status: BatchStatus) -> dict[str, object]:
    """Return how a batch is published as it goes over the wire."""
    return {
        "tree_size": status.published_size,
        "at_s": status.published_at_s,
        "cosigned_by": list(status.cosigned_by),
        "proof": status.published_proof,
    }


async def _sent(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        (b"x-content-type-options", b"nosniff"),
        _NO_STORE,
        *reply.headers,
    ]
    await send({"type": "http.response.start", "status": int(reply.status), "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def _json(status: int, facts: Mapping[str, object]) -> Reply:
    return Reply(status, json.dumps(facts, ensure_ascii=True).encode() + b"\n")


def _headers(scope: Message) -> dict[bytes, bytes]:
    """Return the headers; of one that stands twice, both with a comma, which fits nothing here."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        key = bytes(name).lower()
        found[key] = found[key] + b"," + bytes(value) if key in found else bytes(value)
    return found


def _media_type(request: Request) -> str:
    encoding = request.headers.get(b"content-encoding", b"identity")
    if encoding != b"identity":
        raise ContentEncodingError(
            given=f"content-encoding {encoding.decode('latin-1')[:40]!r}",
            expected="a body as it is",
            remedy="send it without compression; a sealed batch is small already",
        )
    given = request.headers.get(b"content-type", b"").decode("latin-1")
    media_type, _, parameter = given.partition(";")
    media_type = media_type.strip().lower()
    is_plain = parameter.strip().lower() in {"", "charset=utf-8"}
    if media_type not in {BATCH_TYPE, JSON_TYPE} or not is_plain:
        raise MediaTypeError(
            given=f"content-type {given[:80]!r}",
            expected=f"{BATCH_TYPE} or {JSON_TYPE}",
            remedy="name the kind of the body",
        )
    return media_type


def _demand_method(request: Request, method: str) -> None:
    if request.method != method:
        raise MethodError(
            given=request.method[:20], expected=method, remedy="see docs/api/ingest.md"
        )


def _demand_own(gateway: str, sender: str | None) -> None:
    """Refuse a sender that speaks for another gateway than its own; None is proven by signature."""
    if sender is not None and gateway != sender:
        raise WrongSenderError(
            given=f"a request about gateway {gateway[:_NAME_LIMIT]!r}",
            expected=f"one about {sender!r}, whose certificate or token this is",
            remedy="let each gateway speak for itself",
        )


def _batch_named_in(path: str) -> tuple[str, int]:
    gateway, _, counter = path.removeprefix(f"{BATCHES}/").rpartition("/")
    is_number = counter.isascii() and counter.isdigit() and len(counter) <= _COUNTER_DIGITS
    if not gateway or len(gateway) > _NAME_LIMIT or not is_number:
        raise NoPageError(
            given=path[:_NAME_LIMIT],
            expected=f"{BATCHES}/GATEWAY/COUNTER",
            remedy="correct the address",
        )
    return gateway, int(counter)


def _is_local_host(request: Request) -> bool:
    """Say whether the address in the request is this machine's own, against DNS rebinding."""
    host = request.headers.get(b"host", b"").decode("latin-1").rsplit(":", maxsplit=1)[0]
    return host in {"127.0.0.1", "localhost", "[:", "[::1]"}
