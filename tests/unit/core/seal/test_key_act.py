"""Bodies of key events: they open to what was done, and a successor is signed or refused."""

from dataclasses import replace

import pytest

from taihang.adapters.system import SigningKey, verify_signature
from taihang.core.seal.canonical import DocumentError
from taihang.core.seal.key_act import (
    BrokenSuccessionError,
    Enrolment,
    Revocation,
    Succession,
    gateway_of,
    gateway_owner,
    key_file_name,
    open_enrolment,
    open_revocation,
    open_rotation,
)

OLD, NEW = SigningKey.from_seed(b"o" * 32), SigningKey.from_seed(b"n" * 32)
NEXT = Succession(
    log="taihang/small",
    owner="gateway:GW1",
    ordinal=2,
    key=NEW.public,
    predecessor=OLD.public,
    from_s=100,
    until_s=200,
)


def test_succession__opens_to_itself_and_verifies() -> None:
    signature = OLD.sign(NEXT.message)

    opened, found = open_rotation(NEXT.body(signature), log="taihang/small")

    assert (opened, found) == (NEXT, signature)
    opened.check(found, verify=verify_signature)


@pytest.mark.parametrize(
    "altered",
    [
        replace(NEXT, key=OLD.public),
        replace(NEXT, owner="gateway:GW2"),
        replace(NEXT, ordinal=3),
        replace(NEXT, from_s=99),
        replace(NEXT, until_s=201),
        replace(NEXT, log="taihang/other"),
        replace(NEXT, predecessor=NEW.public),
    ],
)
def test_succession__altered_anywhere_is_refused(altered: Succession) -> None:
    with pytest.raises(BrokenSuccessionError):
        altered.check(OLD.sign(NEXT.message), verify=verify_signature)


def test_enrolment_and_revocation__open_to_themselves() -> None:
    enrolled = Enrolment(owner="log", ordinal=1, key=OLD.public, from_s=0, reason="")
    revoked = Revocation(owner="gateway:GW1", ordinal=2, revoked_at_s=9, reason="card was copied")

    assert open_enrolment(enrolled.body()) == enrolled
    assert open_revocation(revoked.body()) == revoked


@pytest.mark.parametrize(
    ("field", "value"),
    [("owner", "witness"), ("ordinal", 0), ("ordinal", 256), ("key", "ab"), ("reason", "a\nb")],
)
def test_enrolment__of_an_impossible_field_is_refused(field: str, value: str | int) -> None:
    enrolled = Enrolment(owner="log", ordinal=1, key=OLD.public, from_s=0, reason="")

    with pytest.raises(DocumentError, match=field):
        open_enrolment({**enrolled.body(), field: value})


def test_owner__names_gateway_and_file() -> None:
    assert gateway_of(gateway_owner("GW1")) == "GW1"
    assert gateway_of("log") is None
    assert [key_file_name("log", 1), key_file_name("gateway:GW1", 3)] == ["log", "gateway-GW1.3"]
