"""A stranger works a bill out again, line by line, and refuses one that is a fen off."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from verify_taihang import Refused, verify

import small_park
from small_park import AUGUST
from taihang.core.seal.canonical import canonical_bytes
from taihang.services.account import account
from taihang.services.bill import bill_enterprises
from taihang.services.ports import Ports
from taihang.services.prove import LOG_KEY, prove
from taihang.services.settle import settle

Doc: TypeAlias = dict[str, Any]
DEMAND = small_park.PARK.replace('demand_basis = "capacity"', 'demand_basis = "demand"').replace(
    'floating_items = ["energy", "transmission"]', 'floating_items = ["energy", "line_loss"]'
)
ON_SALES = small_park.PARK.replace("gross-up", "on-sales").replace(
    "sharp_applies = false", "sharp_applies = true"
)


def billed(ports: Ports, *, but: tuple[int, ...] = ()) -> None:
    """August, one upload a day and gateway; of the first user some registers are missing."""
    for gateway in ports.park.gateways.values():
        blocks = [small_park.registers(point, AUGUST) for point in gateway.meters]
        if but:
            blocks[0] = small_park.but(blocks[0], but)
        small_park.store(ports, small_park.daily(blocks, gateway.id))
    settle(AUGUST, ports=ports)
    account(AUGUST, ports=ports)
    bill_enterprises(AUGUST, ports=ports)


@pytest.mark.parametrize("text", [small_park.PARK, DEMAND, ON_SALES])
def test_bill_bundle__is_worked_out_to_the_fen_by_a_stranger(tmp_path: Path, text: str) -> None:
    """Two implementations that share no code agree on every line (P6, P7)."""
    root = small_park.make(tmp_path / "park", text)
    with small_park.opened(root) as ports:
        billed(ports)
        for user in ("E01", "E02"):
            issued = json.loads(ports.registry.statement(f"bill.{user}.2026-08").document)
            report = verify(prove(f"bill.{user}.2026-08", ports=ports))

            assert (report["value"], report["unit"]) == (issued["value"], "CNY")
            assert len(report["shown"]["line"]) + len(report["shown"]["stated"]) > 10
            marks = " ".join(report["shown"]["line"])
            assert "matched green energy" in marks
            assert "agent_price_cny_per_kwh" in marks
            assert "funds.green" in " ".join(row.split(":")[0] for row in report["shown"]["stated"])


def test_bill_bundle__shows_one_line_with_its_arithmetic(root: Path) -> None:
    with small_park.opened(root) as ports:
        billed(ports)
        issued = json.loads(ports.registry.statement("bill.E01.2026-08").document)
        report = verify(prove("bill.E01.2026-08#capacity.kva", ports=ports))

    (line,) = [line for line in issued["lines"] if line["code"] == "capacity.kva"]
    assert report["value"] == line["amount_cny"]
    (shown,) = report["shown"]["line"]
    assert shown.startswith(f"capacity.kva: {line['quantity']} kVA × {line['price']}")
    assert "[stated: transformer_kva" in shown


def test_bill_bundle__of_a_month_with_gaps_is_provisional_and_still_adds_up(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        billed(ports, but=(40, 41, 700))
        report = verify(prove("bill.E01.2026-08", ports=ports))

    assert report["claim"]["bill"]["state"] == "provisional"
    assert report["missing"][0] == 5


# -- lies that the park itself seals -------------------------------------------------------------


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[bytes, Callable[..., bytes]]]:
    root = small_park.make(tmp_path_factory.mktemp("bill") / "park", DEMAND)
    with small_park.opened(root) as ports:
        billed(ports)
        data = prove("bill.E01.2026-08", ports=ports)
        key = ports.keys.signing_key(LOG_KEY)

        def altered(change: Callable[[Doc], None]) -> bytes:
            document = json.loads(data)
            change(document["claim"])
            del document["seal"]
            message = b"taihang/proof/v2\n" + canonical_bytes(document)
            return canonical_bytes(document | {"seal": b64encode(key.sign(message)).decode()})

        yield data, altered


def _line(claim: Doc, code: str) -> Doc:
    (line,) = [line for line in claim["bill"]["lines"] if line["code"] == code]
    return line


def _set(code: str, /, **fields: object) -> Callable[[Doc], None]:
    return lambda claim: _line(claim, code).update(fields)


def _basis(**fields: object) -> Callable[[Doc], None]:
    return lambda claim: claim["basis"].update(fields)


def _green(claim: Doc) -> None:
    wh = claim["basis"]["green"][0]["wh"]
    wh[500] += 10**7


def _fact(claim: Doc) -> None:
    for fact in claim["basis"]["facts"]:
        if fact["code"] == "funds.total":
            fact["value"] = "0.1"


def _late(claim: Doc) -> None:
    claim["basis"]["facts"][0]["valid_to"] = "2026-08-30"


def _schedule(claim: Doc) -> None:
    spans = claim["basis"]["schedule"]
    spans["valley"], spans["peak"] = spans["peak"], spans["valley"]


def _gap(claim: Doc) -> None:
    claim["basis"]["schedule"]["valley"].pop()


LIES: list[tuple[Callable[[Doc], None], str]] = [
    (_set("energy.grid.peak", amount_cny="1.00"), "claim.bill.lines[0].amount_cny"),
    (_set("energy.grid.peak", quantity="1"), "claim.bill.lines[0].quantity"),
    (_set("energy.grid.peak", price="0.9"), "claim.bill.lines[0].price"),
    (_set("energy.grid.peak", facts=[]), "claim.bill.lines[0].facts"),
    (_set("energy.grid.peak", code="energy.grid.flat"), "claim.bill.lines.code"),
    (_set("capacity.kw", quantity="1"), ".quantity"),
    (_set("capacity.kw", price="1"), ".price"),
    (_set("energy.grid.peak", state="not-assessed"), "claim.bill.lines[0].state"),
    (lambda claim: claim["bill"].update(value="1.00"), "claim.bill.value"),
    (lambda claim: claim["bill"].update(energy_wh=1), "claim.bill.energy_wh"),
    (lambda claim: claim["bill"].update(usable=1), "claim.bill.usable"),
    (lambda claim: claim["bill"].update(id="bill.E02.2026-08.v1"), "claim.bill.id"),
    (lambda claim: claim["bill"]["lines"].pop(3), "claim.bill.lines.code"),
    (lambda claim: claim.update(line="energy.grid.none"), "claim"),
    (_basis(offset_s=0), "claim.basis.offset_s"),
    (_basis(sharp_applies=1), "claim.bill.lines.code"),
    (_basis(floating_items=[]), "claim.bill.lines.code"),
    (_basis(green_pays=[]), "claim.bill.lines.code"),
    (_basis(capacity="none"), "claim.bill.lines.code"),
    (_basis(line_wh=[1]), "claim.basis"),
    (_basis(estimated=[{"at": "2026-08-09T02:15:00Z", "wh": 5}]), "claim.basis.estimated"),
    (_green, "claim.basis.green"),
    (_fact, "claim.basis.facts"),
    (_late, "claim.basis"),
    (_schedule, "claim.bill.lines[0].quantity"),
    (_gap, "claim.basis.schedule"),
]


@pytest.mark.parametrize(("change", "where"), LIES)
def test_verify_bill__names_the_place_even_if_the_park_sealed_the_lie(
    proof: tuple[bytes, Callable[..., bytes]], change: Callable[[Doc], None], where: str
) -> None:
    right, altered = proof

    assert verify(right)["value"]
    with pytest.raises(Refused) as refused:
        verify(altered(change))

    assert where in refused.value.where
