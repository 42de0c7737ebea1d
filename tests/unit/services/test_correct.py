"""A person's correction: signed, with reason and name, beside what was there (P9, T1)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pytest

import small_park
from small_park import DAY
from taihang.core.metering.readings import ReadingBlock
from taihang.core.series import Quality
from taihang.services.collect import ImplausibleImportError, UnknownPointError
from taihang.services.correct import MeasuredStandsError, UnsignedCorrectionError, correct
from taihang.services.ingest import Receipt
from taihang.services.ports import Ports
from taihang.services.settle import settle

LATER_S: Final = DAY.end_s + 3_600
AT: Final = 40


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    """A day in which one register of the first user was never read."""
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as opened:
        small_park.fill(opened, DAY)
        lost = small_park.but(small_park.cut(small_park.registers("M-E01", DAY), AT, AT + 1), [0])
        small_park.revise(opened, lost, sent_at_s=LATER_S)
        yield opened


def truth(at: int = AT) -> ReadingBlock:
    return small_park.cut(small_park.registers("M-E01", DAY), at, at + 1)


def by_hand(ports: Ports, block: ReadingBlock, *, reason: str = "read on site") -> list[Receipt]:
    return correct(block, reason=reason, who="Li Wei", ports=ports)


def test_correct__fills_what_was_missing_and_says_that_a_person_did(ports: Ports) -> None:
    before = ports.lake.count("readings")

    (receipt,) = by_hand(ports, truth())
    settle(DAY, ports=ports)
    rows = ports.lake.read("intervals", DAY, "M-E01")["M-E01",]

    assert ports.lake.count("readings") == before + 1, "nothing is overwritten"
    assert receipt.gateway == "import"
    assert rows["wh"].tolist() == small_park.step_wh("M-E01", DAY).tolist()
    manual = np.flatnonzero(rows["quality"] == Quality.MANUAL)
    assert manual.tolist() == [AT - 1, AT]


def test_correct__again_stores_nothing(ports: Ports) -> None:
    by_hand(ports, truth())

    assert by_hand(ports, truth()) == []


def test_correct__never_takes_the_place_of_a_measured_reading(ports: Ports) -> None:
    before = ports.lake.state_hash()

    with pytest.raises(MeasuredStandsError, match="withdraw"):
        by_hand(ports, truth(AT + 5))

    assert ports.lake.state_hash() == before


def test_correct__counts_where_the_gateway_has_withdrawn_its_reading(ports: Ports) -> None:
    block = truth(AT + 5)
    block.quality[:] = Quality.REJECTED
    small_park.revise(ports, block, sent_at_s=LATER_S + 60)

    assert len(by_hand(ports, truth(AT + 5))) == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 129])
def test_correct__without_a_reason_is_refused(ports: Ports, reason: str) -> None:
    with pytest.raises(UnsignedCorrectionError):
        by_hand(ports, truth(), reason=reason)


def test_correct__of_an_unknown_or_impossible_reading_is_refused(ports: Ports) -> None:
    off = truth()
    off.counts[0] = small_park.MODULUS
    with pytest.raises(ImplausibleImportError):
        by_hand(ports, off)
    other = ReadingBlock(
        "M-E99",
        off.quantity,
        off.unit,
        off.scale,
        off.modulus,
        off.times_s,
        off.counts,
        off.quality,
    )
    with pytest.raises(UnknownPointError):
        by_hand(ports, other)


def test_correct__signs_reason_and_name_into_the_batch(ports: Ports) -> None:
    (receipt,) = by_hand(ports, truth(), reason="link was down")

    record = ports.journal.record(receipt.leaf_index)

    assert b'"reason":"link was down"' in record.data
    assert b'"who":"Li Wei"' in record.data
    assert b'"kind":"correction"' in record.data
