"""A stranger works a bill out again, line by line, and refuses one that is a fen off."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from verify_taihang import Refused, verify

import market_park
import money_park
import small_park
from market_park import ENDING
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


NEAR_SITE = small_park.PARK.replace(ENDING, ENDING + 'near_site_load_factor_ratio = "0.60"\n', 1)
STANDING_IN = f"""{small_park.PARK}
[billing]
losses_borne_by = "operator"
storage_borne_by = "operator"
surplus_paid_to = "plants"
td_prices_of = 2026-08-01
"""


def agreed(kw: str) -> str:
    """The park with a contract demand of the first user, on 1 000 kVA."""
    return DEMAND.replace("transformer_kva = 2000", "transformer_kva = 1000").replace(
        'sector = "C38"\n', f'sector = "C38"\ncontract_demand_kw = "{kw}"\n', 1
    )


ALL_OF_V2 = (
    agreed("500")
    .replace('floating_items = ["energy", "line_loss"]', "floating_items = []")
    .replace(
        ENDING,
        ENDING + market_park.FIELDS + 'near_site_load_factor_ratio = "0.60"\n',
        1,
    )
)


def price(ports: Ports, *, but: frozenset[int] = frozenset()) -> None:
    """Read a market price for every interval of August but some; some are below zero."""
    at = [n for n in range(AUGUST.n_steps) if n not in but]
    market_park.send_prices(ports, [n * 37 % 61_000 - 900 for n in at], steps=at)


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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (market_park.PARK, "market prices"),
        (NEAR_SITE, "near_site_load_factor_ratio"),
        (agreed("300"), "contract_demand_kw"),
        (agreed("500.5"), "contract_demand_kw"),
        (agreed("600"), "contract_demand_kw"),
        (ALL_OF_V2, "market prices"),
    ],
)
def test_bill_bundle__of_the_second_rule_is_worked_out_too(
    tmp_path: Path, text: str, says: str
) -> None:
    root = small_park.make(tmp_path / "park", text)
    with small_park.opened(root) as ports:
        price(ports, but=frozenset((0, 700, 701)))
        billed(ports)
        issued = json.loads(ports.registry.statement("bill.E01.2026-08").document)
        report = verify(prove("bill.E01.2026-08", ports=ports))

    assert issued["rule"] == "shanxi-two-part/v2"
    assert (report["value"], report["unit"]) == (issued["value"], "CNY")
    assert says in " ".join(report["shown"]["line"] + report["shown"]["stated"])


def test_bill_bundle__of_a_contract_demand_is_tried_below_and_above_its_limit(
    tmp_path: Path,
) -> None:
    """The floor, the contract itself, and what exceeds 105 % of it: three ways to a demand."""
    charged: list[Decimal] = []
    for kw in ("300", "500.5", "600", "900"):
        root = small_park.make(tmp_path / kw, agreed(kw))
        with small_park.opened(root) as ports:
            billed(ports)
            issued = json.loads(ports.registry.statement("bill.E01.2026-08").document)
        charged.append(Decimal(_line({"bill": issued}, "capacity.kw")["quantity"]))

    # 618 kW were metered; the floor is 0.4 × 1 000 kVA. In hundredths of what is agreed: 105.
    assert charged == [
        420 + 2 * (618 - 420),
        Decimal("525.525") + 2 * (618 - Decimal("525.525")),
        600,
        900,
    ]


def test_bill_bundle__of_a_market_user_without_any_price_leaves_the_line_open(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park", market_park.PARK)
    with small_park.opened(root) as ports:
        billed(ports)
        report = verify(prove("bill.E01.2026-08#energy.grid.market", ports=ports))

    assert report["value"] == "-"


def test_bill_bundle__with_shares_of_the_park_says_that_they_are_decided_elsewhere(
    tmp_path: Path,
) -> None:
    text = money_park.text(
        billing=money_park.BILLING.replace(
            'losses_borne_by = "operator"', 'losses_borne_by = "users"'
        )
    )
    root = small_park.make(tmp_path / "park", text)
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        issued = json.loads(ports.registry.statement("bill.E01.2026-08").document)
        report = verify(prove("bill.E01.2026-08", ports=ports))

    assert issued["rule"] == "shanxi-two-part/v2"
    assert report["value"] == issued["value"]
    stated = report["shown"]["stated"]
    assert [row for row in stated if row.startswith("share.")] == [
        "share.losses: decided elsewhere"
    ]


def test_bill_bundle__of_a_what_if_says_that_it_is_no_bill_to_pay(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", STANDING_IN)
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
        issued = json.loads(ports.registry.statement("bill-what-if.E01.2026-06").document)
        report = verify(prove("bill-what-if.E01.2026-06", ports=ports))

    assert report["value"] == issued["value"]
    assert report["shown"]["stated"][0] == (
        "a WHAT-IF and no bill to pay: the prices of 2026-08-01 stand in"
    )


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


Proof: TypeAlias = tuple[bytes, Callable[..., bytes]]


def _proof(root: Path, *, priced: bool) -> Iterator[Proof]:
    with small_park.opened(root) as ports:
        if priced:
            price(ports)
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


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    root = small_park.make(tmp_path_factory.mktemp("bill") / "park", DEMAND)
    yield from _proof(root, priced=False)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    root = small_park.make(tmp_path_factory.mktemp("bill-v2") / "park", ALL_OF_V2)
    yield from _proof(root, priced=True)


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


def _market(**fields: object) -> Callable[[Doc], None]:
    return lambda claim: claim["basis"]["market"].update(fields)


def _one_price(claim: Doc) -> None:
    claim["basis"]["market"]["counts"][500] += 10_000_000


def _no_price(claim: Doc) -> None:
    claim["basis"]["market"]["counts"][500] = None


def _agreed(claim: Doc) -> None:
    line = _line(claim, "capacity.kw")
    line["facts"] = [key.replace("demand_kw=500", "demand_kw=501") for key in line["facts"]]


LIES_OF_V2: list[tuple[Callable[[Doc], None], str]] = [
    (lambda claim: claim["bill"].update(rule="shanxi-two-part/v1"), "claim.bill.rule"),
    (_set("energy.grid.market", amount_cny="1.00"), ".amount_cny"),
    (_set("energy.grid.market", quantity="1"), ".quantity"),
    (_set("energy.grid.market", price="1"), ".price"),
    (_set("energy.grid.market", facts=["series/OTHER"]), ".facts"),
    (_set("energy.grid.fee", price="0"), ".price"),
    (_set("transmission.grid.near-site", quantity="1"), ".quantity"),
    (_set("capacity.kw", quantity="1"), ".quantity"),
    (_one_price, ".amount_cny"),
    (_no_price, ".quantity"),
    (_market(counts=[1]), "claim.basis"),
    (_market(series="OTHER"), ".facts"),
    (_market(cny_per_kwh_of_count="1"), ".amount_cny"),
    (_agreed, ".quantity"),
    (_basis(market=None), "claim.bill.lines.code"),
    (_basis(near_site=0), "claim.bill.lines.code"),
    (_basis(capacity="kw"), ".facts"),
    (_basis(more=1), "claim.basis"),
    (
        lambda claim: claim["bill"].update(
            assumption={"td_prices_of": "2026-08-01", "zh": "", "en": ""}
        ),
        "claim.bill.id",
    ),
]


@pytest.mark.parametrize(("change", "where"), LIES_OF_V2)
def test_verify_bill__of_the_second_rule_names_the_place(
    second: Proof, change: Callable[[Doc], None], where: str
) -> None:
    right, altered = second

    assert verify(right)["value"]
    with pytest.raises(Refused) as refused:
        verify(altered(change))

    assert where in str(refused.value.where) + str(refused.value.why)


@pytest.mark.parametrize(("change", "where"), LIES)
def test_verify_bill__names_the_place_even_if_the_park_sealed_the_lie(
    proof: Proof, change: Callable[[Doc], None], where: str
) -> None:
    right, altered = proof

    assert verify(right)["value"]
    with pytest.raises(Refused) as refused:
        verify(altered(change))

    assert where in refused.value.where


# -- contracts that are not at one fixed price ---------------------------------------------------


FIXED = 'price_cny_per_kwh = "0.3100"'
PREMIUM = ', green_premium_cny_per_kwh = "0.0230"'
KINDS = (
    'price_by = "time-of-use", prices_cny_per_kwh = { sharp = "0.51", peak = "0.4444",'
    ' flat = "0.31", valley = "0.2" }'
)
HOURS = ", ".join(f'"0.{20 + hour}"' for hour in range(24))
CURVE = f'price_by = "curve", curve_cny_per_kwh = [{HOURS}]'
SPOT = (
    'price_by = "market", price_series = "PRICE", discount_cny_per_kwh = "0.0200",'
    ' floor_cny_per_kwh = "0.05"'
)
FORMS = {
    "premium": FIXED + PREMIUM,
    "time-of-use": KINDS,
    "curve": CURVE + PREMIUM,
    "market": SPOT + PREMIUM,
}


@pytest.mark.parametrize("form", FORMS)
def test_bill_bundle__of_every_form_of_green_price_is_worked_out_too(
    tmp_path: Path, form: str
) -> None:
    root = small_park.make(tmp_path / "park", small_park.PARK.replace(FIXED, FORMS[form]))
    with small_park.opened(root) as ports:
        price(ports, but=frozenset((0, 48, 701)))
        billed(ports)
        issued = json.loads(ports.registry.statement("bill.E01.2026-08").document)
        report = verify(prove("bill.E01.2026-08", ports=ports))

    codes = [line["code"] for line in issued["lines"]]
    assert issued["rule"] == "shanxi-two-part/v3"
    assert report["value"] == issued["value"]
    assert ("green_value.GS1" in codes) == (PREMIUM in FORMS[form])
    (green,) = [line for line in report["shown"]["line"] if line.startswith("green.GS1:")]
    assert ("price of the contract" in green or "prices of the contract" in green) == (
        form != "premium"
    )


@pytest.fixture(scope="module")
def third(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proof]:
    text = small_park.PARK.replace(FIXED, FORMS["market"])
    root = small_park.make(tmp_path_factory.mktemp("bill-v3") / "park", text)
    yield from _proof(root, priced=True)


def _first_green(claim: Doc) -> Doc:
    return claim["basis"]["green"][0]


LIES_OF_V3: Sequence[Callable[[Doc], object]] = (
    lambda claim: _first_green(claim).pop("prices"),
    lambda claim: _first_green(claim).pop("premium"),
    lambda claim: _first_green(claim)["prices"]["counts"].pop(),
    lambda claim: _first_green(claim)["prices"].update(cny_per_kwh_of_count="0.1"),
    lambda claim: claim["basis"].update(green=[7]),
    lambda claim: claim["basis"].update(green=7),
    lambda claim: claim["basis"].pop("green"),
    lambda claim: claim["bill"].update(rule="shanxi-two-part/v2"),
    _set("green.GS1", amount_cny="0.01"),
    _set("green_value.GS1", amount_cny="0.01"),
    _set("green.GS1", facts=["contract/GS1/price_cny_per_kwh=0.31"]),
)


@pytest.mark.parametrize("lie", LIES_OF_V3)
def test_bill_bundle__of_the_third_rule_that_lies_is_refused(
    third: Proof, lie: Callable[[Doc], object]
) -> None:
    data, altered = third
    verify(data)

    def change(claim: Doc) -> None:
        lie(claim)

    with pytest.raises(Refused):
        verify(altered(change))
