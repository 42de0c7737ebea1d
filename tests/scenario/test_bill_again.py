"""Any past bill can be drawn up again to the byte, from the journal as it was known then."""

from dataclasses import replace
from pathlib import Path

import money_park
import small_park
from small_park import AUGUST
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical
from taihang.services.bill import bill_drafts
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.settle import period_of, ports_of, settle

N_CORRECTIONS = 3
KINDS = ("bill", "gateway-bill")


def corrected(ports: Ports, number: int) -> None:
    """Send the last register of the second user again, with another count: its month changes."""
    block = money_park.registers("M-E02", AUGUST)
    at = len(block.counts) - 1
    one = small_park.cut(
        small_park.but(block, [at], count=int(block.counts[at]) + 40 + number), at, at + 1
    )
    small_park.revise(ports, one, sent_at_s=AUGUST.end_s + 9_999 + number)


def drawn_up_again(ports: Ports) -> list[dict[str, dict[str, JsonValue]]]:
    """The bills that each settlement gives, in a lake made anew from what was known then."""
    found: list[dict[str, dict[str, JsonValue]]] = []
    for settlement in ports.registry.settlements():
        fresh = ports.scratch_lake()
        try:
            beside = replace(ports, lake=fresh)
            catch_up(beside)
            then = ports_of(settlement, ports=beside)
            settle(period_of(settlement), ports=then, as_of=settlement.journal_size, record=False)
            drafts = bill_drafts("2026-08", ports=then)
            found.append({each.series: each.body for each in drafts if each.kind in KINDS})
        finally:
            fresh.discard()
    return found


def test_bills__of_every_settlement_come_out_again_to_the_byte(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", money_park.PARK)
    with money_park.opened(root) as ports:
        money_park.closed(ports)
        for number in range(N_CORRECTIONS):
            corrected(ports, number)
            close_period(AUGUST, ports=ports)

        again = drawn_up_again(ports)

        issued = {each.id: ports.registry.statement(each.id) for each in ports.registry.roll()}
        bills = [each for each in issued.values() if each.kind in KINDS]
        versions = {each.version for each in bills if each.subject == "E02"}
        assert versions == set(range(1, N_CORRECTIONS + 2))
        assert len(again) == N_CORRECTIONS + 1
        for each in bills:
            document = load_canonical(each.document.encode())
            assert isinstance(document, dict)
            marks = {name: document[name] for name in ("id", "version", "supersedes", "reason")}
            same = [
                canonical_bytes({**of[each.series], **marks}).decode() == each.document
                for of in again
            ]
            assert any(same), each.id
        e02 = [canonical_bytes(of["bill.E02.2026-08"]) for of in again]
        assert len(set(e02)) == len(e02), "each correction must change the bill"
