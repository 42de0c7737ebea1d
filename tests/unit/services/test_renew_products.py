"""Issued product accounts follow what is settled after them, and an audit draws them up again."""

from dataclasses import replace
from pathlib import Path

import small_park
from product_kit import JUNE, TABLES, fill_june, written
from taihang.core.activity.record import Flow
from taihang.services import cbam_account, product_account
from taihang.services.account import Draft, issue_statements
from taihang.services.audit_years import wrong_years
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.renew_accounts import renew_accounts
from taihang.services.restate import restate
from year_kit import hand_in, lines


def issue(ports: Ports) -> None:
    for kind in (product_account, cbam_account):
        issue_statements(kind.drafts(JUNE, ports=ports), period=JUNE, ports=ports)


def latest(ports: Ports) -> dict[str, int]:
    return {
        one.series: one.version
        for one in ports.registry.latest_statements(JUNE)
        if one.kind in {"product-footprint", "cbam"}
    }


def test_renew_products__restates_what_was_issued_when_its_month_is_settled_anew(
    root: Path,
) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        close_period(small_park.JUNE, ports=ports)
        unissued = latest(ports)
        issue(ports)
        before = latest(ports)
        block = small_park.registers("M-E01", small_park.JUNE)
        last = len(block.counts) - 1
        late = small_park.but(block, [last], count=int(block.counts[last]) + 40)
        small_park.revise(ports, late, sent_at_s=small_park.JUNE.end_s + 3_600)
        close_period(small_park.JUNE, ports=ports)

        after = latest(ports)

    assert unissued == {}
    assert before == dict.fromkeys(before, 1)
    assert len(before) == 3
    assert after == dict.fromkeys(before, 2)


def test_restate__takes_product_accounts_along(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        close_period(small_park.JUNE, ports=ports)
        issue(ports)
        before = latest(ports)
        block = small_park.registers("M-E01", small_park.JUNE)
        last = len(block.counts) - 1
        late = small_park.but(block, [last], count=int(block.counts[last]) + 40)
        small_park.revise(ports, late, sent_at_s=small_park.JUNE.end_s + 3_600)
        restate(ports=ports)

        after = latest(ports)

    assert len(before) == 3
    assert after == dict.fromkeys(before, 2)


def test_renew_accounts__takes_product_accounts_along(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        issue(ports)
        before = latest(ports)
        (line,) = lines("natural-gas", Flow.CONSUMED, "2", unit="10⁴Nm³", periods=[JUNE])
        again = replace(line, record=replace(line.record, version=2, reason="read again"))
        hand_in(ports, [again])
        n_restated = renew_accounts(["2026"], ports=ports)

        after = latest(ports)

    assert n_restated == len(before) == 3
    assert after == dict.fromkeys(before, 2)


def test_wrong_years__tells_a_sheet_that_is_behind_or_altered(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        issue(ports)
        clean = list(wrong_years(ports=ports))
        (draft,) = cbam_account.drafts(JUNE, ports=ports)
        planted = Draft(draft.kind, draft.subject, JUNE, {**draft.body, "value": "0.1"})
        issue_statements([planted], period=JUNE, ports=ports)
        hand_in(ports, lines("gas.ch4", Flow.OUTPUT, "1", unit="kg", periods=[JUNE]))

        found = dict(wrong_years(ports=ports))

    assert clean == []
    assert "altered" in found[f"cbam.AL1.{JUNE}.v2"]
    # Methane is no item of the process: the footprints stand.
    assert [*found] == [f"cbam.AL1.{JUNE}.v2"]
