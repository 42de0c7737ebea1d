import json
from decimal import Decimal
from hashlib import sha256
from typing import cast

import pytest

from taihang.core.seal.issued import IssuedStatement
from taihang.interfaces.reports.document import NOTHING, Tone
from taihang.interfaces.reports.stated import Stated, said, unit_in, verdict
from taihang.services.ports import Ports


class _Registry:
    """A register with two months of one enterprise."""

    def latest_statements(self, period: str) -> list[IssuedStatement]:
        value = {"2026-08": "1.5", "2026-09": "2.25"}.get(period)
        if value is None:
            return []
        document = json.dumps({"value": value}, separators=(",", ":"))
        return [IssuedStatement(f"bill.E01.{period}", 2, "bill", "E01", period, document)]


class _Ports:
    registry = _Registry()


def _stated(*names: str) -> Stated:
    return Stated(names, ports=cast("Ports", _Ports()))


def test_cell__of_one_statement_bears_its_id() -> None:
    cell = _stated("2026-08").cell("bill", "E01", 2)
    assert (cell.printed, cell.statement) == ("1.50", "bill.E01.2026-08.v2")


def test_cell__of_several_is_their_sum_without_an_id() -> None:
    cell = _stated("2026-08", "2026-09").cell("bill", "E01", 2)
    assert (cell.value, cell.statement) == (Decimal("3.75"), "")


@pytest.mark.parametrize("kind_subject", [("bill", "E02"), ("energy", "E01")])
def test_cell__of_nothing_is_nothing(kind_subject: tuple[str, str]) -> None:
    assert _stated("2026-08").cell(*kind_subject, 2).printed == NOTHING
    assert _stated("2026-01").cell("bill", "E01", 2).printed == NOTHING


def test_reference__is_the_hash_of_the_text() -> None:
    reference = _stated("2026-08").reference("bill.E01.2026-08.v2")
    assert reference.sha256 == sha256(b'{"value":"1.5"}').hexdigest()


def test_subjects__are_those_of_a_kind() -> None:
    assert _stated("2026-08", "2026-09").subjects("bill") == ("E01",)
    assert _stated("2026-08").subjects("energy") == ()


def test_said__takes_one_language_or_plain_words() -> None:
    assert said({"zh": "峰", "en": "peak"}, "en") == "peak"
    assert said("plain", "zh") == "plain"
    assert said(None, "zh") == ""


def test_unit_in__money_is_yuan_in_chinese() -> None:
    assert unit_in("CNY/kWh", "zh") == "元/kWh"
    assert unit_in("CNY/kWh", "en") == "CNY/kWh"


def test_verdict__unknown_is_no_judgement() -> None:
    tones = [verdict("x", is_met=met).tone for met in (True, False, None)]
    assert tones == [Tone.GOOD, Tone.BAD, Tone.OPEN]
