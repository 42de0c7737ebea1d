"""What the park as one customer owes the grid, from the meters of its connection."""

from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

import money_park
import small_park
from small_park import AUGUST, SCALE_WH
from taihang.core.quantities import to_fen
from taihang.services.billed_use import matched_month
from taihang.services.gateway_bill import gateway_month, split_export, unbilled_flows
from taihang.services.settle import settle


def wh(point: str) -> int:
    return int(money_park.counts(point, AUGUST).sum()) * SCALE_WH


def test_gateway_month__bills_what_the_meters_counted(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.PARK)
    with money_park.opened(root) as ports:
        money_park.fill(ports)
        settle(AUGUST, ports=ports)
        found = gateway_month("2026-08", matched_month("2026-08", ports), ports=ports)

    ((bill, terms),) = found.bills
    assert (bill.user, bill.energy.wh) == ("G1", wh("M-IMP"))
    assert terms.transmission.voltage_class == "35kv"
    exported_kwh = Decimal(wh("M-EXP")) / 1_000
    assert found.export_cny == to_fen(exported_kwh * Decimal("0.2500")) > 0


def test_unbilled_flows__explain_every_watt_hour_of_the_gateway(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.PARK)
    with money_park.opened(root) as ports:
        money_park.fill(ports)
        settle(AUGUST, ports=ports)
        matched = matched_month("2026-08", ports)
        flows = unbilled_flows("2026-08", matched, ports=ports)

    assert flows.losses_wh == int(money_park.losses(AUGUST).sum()) * SCALE_WH
    assert flows.storage_wh == wh("M-CH") - wh("M-DIS")
    assert (flows.exported_wh, flows.unbilled_wh) == (wh("M-EXP"), 0)
    assert int(matched.left_wh.sum()) == flows.surplus_wh
    load_wh = wh("M-E01") + wh("M-E02") + wh("M-CS1")
    grid_wh = load_wh - (wh("M-PV01") - flows.surplus_wh)
    other_wh = flows.losses_wh + flows.storage_wh + flows.exported_wh - flows.surplus_wh
    assert wh("M-IMP") == grid_wh + other_wh


def test_gateway_month__of_an_unmetered_connection_follows_from_the_balance(
    tmp_path: Path,
) -> None:
    text = money_park.PARK
    for meter in (small_park.IMPORT, small_park.EXPORT):
        text = text.replace(meter, "")
    text = text.replace(', "M-IMP", "M-EXP"', "")
    root = small_park.make(tmp_path / "park", text)
    with money_park.opened(root) as ports:
        money_park.fill(ports)
        settle(AUGUST, ports=ports)
        matched = matched_month("2026-08", ports)
        ((bill, _),) = gateway_month("2026-08", matched, ports=ports).bills

    losses_wh = int(money_park.losses(AUGUST).sum()) * SCALE_WH
    lost_wh = wh("M-IMP") - wh("M-EXP") - losses_wh
    exported = money_park.counts("M-EXP", AUGUST) + money_park.losses(AUGUST)
    assert bill.energy.wh >= lost_wh, "nothing is lost where nothing is metered"
    assert int(exported.sum()) > 0


WH = st.integers(0, 1_000)


@given(
    exported_wh=st.lists(arrays(np.int64, 4, elements=WH), min_size=0, max_size=3),
    left_wh=arrays(np.int64, (3, 4), elements=WH),
)
def test_split_export__gives_no_watt_hour_to_two_connections(
    exported_wh: list[NDArray[np.int64]], left_wh: NDArray[np.int64]
) -> None:
    found = split_export(exported_wh, left_wh=left_wh)

    nothing = np.zeros((3, 4), np.int64)
    given_wh = sum(found, nothing)
    assert (given_wh <= left_wh).all()
    assert all((fed >= 0).all() for fed in found)
    for fed, exported in zip(found, exported_wh, strict=True):
        assert (fed.sum(axis=0) <= exported).all()
    wanted_wh = np.minimum(sum(exported_wh, nothing[0]), left_wh.sum(axis=0))
    assert given_wh.sum(axis=0).tolist() == wanted_wh.tolist()
