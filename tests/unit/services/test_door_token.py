"""Tokens: one gateway each, an end, gone at once when they are taken away."""

from pathlib import Path

import pytest

import small_park
from taihang.core.seal.door_token import token_sha256
from taihang.services.door_token import NoSuchGatewayError, issue_token, revoke_tokens

SECRET = "5e" * 32


def test_issue_token__keeps_a_hash_and_an_end(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        token, kept = issue_token("GW2", n_days=2, secret=SECRET, ports=ports)
        stored = ports.registry.door_tokens()

    now_s = int(small_park.NOW.timestamp())
    assert stored == [kept]
    assert (kept.gateway, kept.sha256) == ("GW2", token_sha256(token))
    assert (kept.issued_at_s, kept.expires_at_s) == (now_s, now_s + 2 * 86_400)
    assert SECRET.encode() not in (tmp_path / "park" / "registry.db").read_bytes()


@pytest.mark.parametrize("gateway", ["GW9", "import", ""])
def test_issue_token__is_for_gateways_of_the_park_only(gateway: str, tmp_path: Path) -> None:
    with (
        small_park.opened(small_park.make(tmp_path / "park")) as ports,
        pytest.raises(NoSuchGatewayError, match="GW1, GW2"),
    ):
        issue_token(gateway, n_days=1, secret=SECRET, ports=ports)


def test_revoke_tokens__takes_those_of_one_gateway(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        for number, gateway in enumerate(("GW1", "GW2", "GW2")):
            issue_token(gateway, n_days=1, secret=f"{number:064x}", ports=ports)

        assert revoke_tokens("GW2", ports=ports) == 2
        assert [token.gateway for token in ports.registry.door_tokens()] == ["GW1"]
