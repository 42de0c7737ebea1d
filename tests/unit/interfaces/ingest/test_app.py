"""The routes: who may ask what, and what the answers look like."""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

import small_park
from door_kit import BATCH_TYPE, GENEROUS, DoorKit, open_door, token_for
from taihang.core.tlog.tlog_proof import parse_tlog_proof
from taihang.interfaces.ingest.limits import BURST, Limits

BATCH = "/api/v1/batches/GW2/1"


@dataclass(frozen=True)
class Trial:
    """A door with one stored batch."""

    kit: DoorKit
    batches: list[bytes]
    tokens: dict[str, str]

    def bearer(self, gateway: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[gateway]}"}


def _sealed(root: Path, n: int) -> list[bytes]:
    block = small_park.registers("M-E02", small_park.DAY)
    with small_park.opened(root) as ports:
        return [small_park.sealed(ports, "GW2", number, block) for number in range(1, n + 1)]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Generator[Trial]:
    root = small_park.make(tmp_path_factory.mktemp("routes") / "park")
    tokens = {
        gateway: token_for(root, gateway, number=number)
        for number, gateway in enumerate(("GW1", "GW2"), start=1)
    }
    batches = _sealed(root, 2)
    with open_door(root) as kit:
        assert kit.post(batches[0], BATCH_TYPE).status == 201
        yield Trial(kit, batches, tokens)


def test_post__a_receipt_is_evidence_that_can_be_read(trial: Trial) -> None:
    first, again = (trial.kit.post(trial.batches[0], BATCH_TYPE) for _ in range(2))

    assert (first.status, again.status) == (200, 200)
    assert first.facts == again.facts
    assert first.facts["known_before"] is True
    assert parse_tlog_proof(first.facts["proof"]).index == first.facts["leaf_index"] == 0
    assert first.headers["cache-control"] == "no-store"


def test_status__is_for_the_gateway_alone(trial: Trial) -> None:
    kit = trial.kit
    asked = {
        "nobody": kit.ask("GET", BATCH),
        "another": kit.ask("GET", BATCH, headers=trial.bearer("GW1")),
        "another, unknown batch": kit.ask("GET", BATCH + "7", headers=trial.bearer("GW1")),
        "itself": kit.ask("GET", BATCH, headers=trial.bearer("GW2")),
        "itself, unknown batch": kit.ask("GET", BATCH + "7", headers=trial.bearer("GW2")),
    }

    assert [answer.status for answer in asked.values()] == [401, 403, 403, 200, 404]
    assert asked["nobody"].headers["www-authenticate"] == 'Bearer realm="taihang"'
    facts = asked["itself"].facts
    assert (facts["state"], facts["published"], facts["is_witnessed"]) == ("included", None, False)
    assert facts["receipt"]["gateway"] == "GW2"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/batches", 405),
        ("PUT", "/api/v1/batches", 405),
        ("POST", "/healthz", 405),
        ("DELETE", BATCH, 405),
        ("GET", "/", 404),
        ("GET", "/api/v1/batches/", 404),
        ("GET", "/api/v1/batches/GW2", 404),
        ("GET", "/api/v1/batches/GW2/x", 404),
        ("GET", "/api/v1/batches/GW2/-1", 404),
        ("GET", "/api/v1/batches/GW2/" + "9" * 20, 404),
        ("GET", "/api/v1/batches/" + "G" * 200 + "/1", 404),
        ("GET", "/../../etc/passwd", 404),
    ],
)
def test_routes__that_do_not_exist_say_so(
    method: str, path: str, status: int, trial: Trial
) -> None:
    answer = trial.kit.ask(method, path, headers=trial.bearer("GW2"))

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_health_and_readiness__of_a_door_that_can_write(trial: Trial) -> None:
    assert trial.kit.ask("GET", "/healthz").body == b"alive\n"
    assert trial.kit.ask("GET", "/readyz").body == b"ready\n"


@pytest.mark.parametrize(
    ("client", "host", "status"),
    [
        (("127.0.0.1", 1), "127.0.0.1:8101", 200),
        (("::1", 1), "[::1]:8101", 200),
        (("127.0.0.1", 1), "localhost", 200),
        (("127.0.0.1", 1), "evil.example:8101", 403),
        (("10.0.0.7", 1), "127.0.0.1", 403),
    ],
)
def test_metrics__are_for_this_machine(
    client: tuple[str, int], host: str, status: int, trial: Trial
) -> None:
    answer = trial.kit.ask("GET", "/metrics", client=client, headers={"host": host})

    assert answer.status == status
    assert (b"taihang_journal_records" in answer.body) == (status == 200)


def test_post__is_held_to_the_contract_of_its_gateway(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    batches = _sealed(root, BURST + 2)
    stranger = batches[0][:-1] + bytes([batches[0][-1] ^ 1])
    with open_door(root, Limits(batches_per_min=1)) as kit:
        refused = [kit.post(batches[0][:-9], BATCH_TYPE).status for _ in range(3)]
        assert kit.post(stranger, BATCH_TYPE).status in {400, 422}
        stored = [kit.post(batch, BATCH_TYPE) for batch in batches]

    assert refused == [400] * 3
    statuses = [answer.status for answer in stored]
    assert statuses[: BURST - 1] == [201] * (BURST - 1)
    assert statuses[-1] == 429
    assert int(stored[-1].headers["retry-after"]) >= 1
    assert stored[-1].facts["code"] == "input.too-fast"


def test_post__a_body_that_never_ends_is_refused(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with open_door(root, GENEROUS) as kit:
        gone = kit.ask(
            "POST",
            "/api/v1/batches",
            [],
            headers={"content-type": BATCH_TYPE, "content-length": "100"},
        )

    assert (gone.status, gone.facts["code"]) == (408, "link.sender-gone")
