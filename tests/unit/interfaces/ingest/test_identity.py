"""Who is at the other end: certificate, token, or nobody; and nobody goes round the TLS end."""

import asyncio
from collections.abc import Mapping

import pytest

from taihang.core.seal.door_token import DoorToken, token_of, token_sha256
from taihang.interfaces.ingest.door import WrongSenderError, holder_of
from taihang.interfaces.ingest.identity import Identities, Peer, TokenError, Tokens

TOKEN = token_of("5e" * 32)
KEPT = DoorToken(token_sha256(TOKEN), "GW2", issued_at_s=100, expires_at_s=200)


def _identities(*, now_s: int = 150, behind_tls: bool = False) -> Identities:
    async def tokens() -> dict[str, DoorToken]:
        await asyncio.sleep(0)
        return {KEPT.sha256: KEPT}

    return Identities(tokens=tokens, now_s=lambda: now_s, behind_tls=behind_tls)


def _demanded(identities: Identities, peer: Peer, headers: Mapping[bytes, bytes]) -> str:
    return asyncio.run(identities.demand(peer, headers))


def _bearer(token: str) -> dict[bytes, bytes]:
    return {b"authorization": f"Bearer {token}".encode()}


STRANGER = Peer(is_local=True)


def test_demand__takes_a_token_or_a_certificate() -> None:
    identities = _identities()

    assert _demanded(identities, STRANGER, _bearer(TOKEN)) == "GW2"
    assert _demanded(identities, Peer(is_local=False, gateway="GW1"), {}) == "GW1"
    assert _demanded(identities, Peer(is_local=False, gateway="GW2"), _bearer(TOKEN)) == "GW2"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"authorization": b""},
        {b"authorization": TOKEN.encode()},
        {b"authorization": b"Basic " + TOKEN.encode()},
        _bearer(TOKEN[:-1]),
        _bearer(TOKEN + "0"),
        _bearer(token_of("5f" * 32)),
        _bearer(TOKEN.upper()),
    ],
)
def test_demand__refuses_everybody_else(headers: dict[bytes, bytes]) -> None:
    with pytest.raises(TokenError) as refusal:
        _demanded(_identities(), STRANGER, headers)

    assert "5e5e" not in str(refusal.value), "a refusal shows no secret"


def test_demand__a_token_ends_at_its_second() -> None:
    assert _demanded(_identities(now_s=199), STRANGER, _bearer(TOKEN)) == "GW2"
    with pytest.raises(TokenError, match="expired"):
        _demanded(_identities(now_s=200), STRANGER, _bearer(TOKEN))
    assert holder_of(TOKEN, tokens={KEPT.sha256: KEPT}, now_s=200) is None


def test_demand__token_and_certificate_must_agree() -> None:
    with pytest.raises(WrongSenderError, match="GW1"):
        _demanded(_identities(), Peer(is_local=False, gateway="GW1"), _bearer(TOKEN))


def test_peer_of__behind_tls_only_its_own_end_is_known() -> None:
    identities = _identities(behind_tls=True)
    identities.remember(40_000, Peer(is_local=False, gateway="GW2"))

    assert identities.peer_of(("127.0.0.1", 40_000)).gateway == "GW2"
    assert identities.peer_of(("127.0.0.1", "40000")).gateway == "GW2"
    with pytest.raises(WrongSenderError, match="TLS"):
        identities.peer_of(("127.0.0.1", 40_001))
    identities.forget(40_000)
    with pytest.raises(WrongSenderError):
        identities.peer_of(("127.0.0.1", 40_000))


def test_peer_of__knows_this_machine() -> None:
    identities = _identities()

    assert identities.peer_of(("::1", 1)).is_local
    assert identities.peer_of(("127.0.0.1", "50123")).is_local
    assert not identities.peer_of(("10.0.0.7", 1)).is_local


def test_tokens__are_read_again_when_the_register_changes() -> None:
    marks = iter([(1,), (1,), (2,)])
    reads: list[int] = []

    async def read() -> dict[str, DoorToken]:
        await asyncio.sleep(0)
        reads.append(1)
        return {}

    async def ask() -> None:
        tokens = Tokens(mark=lambda: next(marks), read=read)
        for _ in range(3):
            await tokens.present()

    asyncio.run(ask())

    assert len(reads) == 2
