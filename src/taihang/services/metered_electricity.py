"""What the meters of a user say of its electricity, and forms about it beside them.

A form about metered electricity is never counted and never passed over: both figures are shown with
the difference, and the account asks which of the two is right.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from taihang.core.activity.record import ActivityRecord
from taihang.core.activity.unit import UnknownUnitError, converted
from taihang.core.errors import IntegrityError
from taihang.core.periods import month_names
from taihang.core.quantities import WH_PER_MWH
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.energy_statement import Gaps

_ESTIMATED: Final = "estimated_wh"


class AlteredStatementError(IntegrityError):
    """An issued statement does not carry a number that it was issued with."""

    code = "integrity.altered-statement"


def bodies_of(issued: Iterable[IssuedStatement]) -> list[JsonValue]:
    """Return what statements of matched load say."""
    return [load_canonical(each.document.encode()) for each in issued]


def whole_number(body: Mapping[str, JsonValue], name: str) -> int:
    """Return a whole number that a statement of matched load carries.

    Args:
        body: What the statement says.
        name: For example ``load_wh`` [Wh] or ``missing`` [intervals].

    Raises:
        AlteredStatementError: If it does not carry it: then nothing is known, least of all zero.
    """
    # Statements of before there were substitutes say nothing of them: there were none.
    value = body.get(name, 0 if name == _ESTIMATED else None)
    if isinstance(value, bool) or not isinstance(value, int):
        raise AlteredStatementError(
            given=f"{name} = {value!r} in {body.get('id', 'a statement of matched load')}",
            expected="a whole number, as the platform issues it",
            remedy="run `taihang audit`; put registry.db back from its backup",
        )
    return value


def sum_of(bodies: Iterable[JsonValue], name: str) -> int:
    """Sum a whole number over statements of matched load.

    Raises:
        AlteredStatementError: If one of them does not carry it.
    """
    return sum(whole_number(body if isinstance(body, dict) else {}, name) for body in bodies)


def compare_with_forms(
    records: Iterable[ActivityRecord], issued: Mapping[str, IssuedStatement], gaps: Gaps
) -> None:
    """Note every form about electricity beside the meters of the same months.

    Args:
        records: Lines about electricity consumed.
        issued: Statements of matched load, by month.
        gaps: Where the questions are noted; they leave the account whole.
    """
    for record in records:
        names = month_names(record.period)
        says = f"{record.amount:f} {record.unit}"
        lacking = [name for name in names if name not in issued]
        if lacking:
            zh = f"表单 {record.id} 报 {says}，电表缺 {len(lacking)} 个月，无法对照；按电表"
            en = f"the form {record.id} says {says}, the meters lack {len(lacking)} months: "
            gaps.add(record.item, zh=zh, en=f"{en}no comparison; the meters count", whole=True)
            continue
        metered_wh = sum_of(bodies_of(issued[name] for name in names), "load_wh")
        metered_mwh = Decimal(metered_wh) / WH_PER_MWH
        gaps.add(record.item, **_beside(record, says, metered_mwh), whole=True)


def _beside(record: ActivityRecord, says: str, metered_mwh: Decimal) -> dict[str, str]:
    zh = f"表单 {record.id} 报 {says}，电表 {metered_mwh:f} MWh"
    en = f"the form {record.id} says {says}, the meters {metered_mwh:f} MWh"
    try:
        difference_mwh = converted(record.amount, unit=record.unit, to="MWh") - metered_mwh
    except UnknownUnitError as error:
        return {"zh": f"{zh}，单位无法换算；按电表", "en": f"{en}; {error}; the meters count"}
    if not difference_mwh:
        return {"zh": f"{zh}，相符", "en": f"{en}, the same"}
    told = f"{difference_mwh:+f} MWh"
    if metered_mwh:
        told += f" ({difference_mwh / metered_mwh:+.2%})"
    return {
        "zh": f"{zh}，差 {told}；按电表，请核对哪个有误",
        "en": f"{en}, difference {told}; the meters count: which of the two is wrong?",
    }
