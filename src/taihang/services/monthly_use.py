"""What a subject used in one month, by one measure; a month that is not whole is not known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from taihang.core.park.quota import Quota, QuotaMeasure
from taihang.core.quantities import Energy
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services import carbon_account, energy_account, park_carbon
from taihang.services.account import PARK_SUBJECT
from taihang.services.carbon_inputs import months_of_stay, stay_of
from taihang.services.energy_statement import MATCHED
from taihang.services.metered_electricity import whole_number
from taihang.services.ports import Ports

_NAMED: Final = 3
_INTERVALS: Final = "intervals-missing"
_VIEWS: Final[Mapping[QuotaMeasure, str]] = {
    QuotaMeasure.CARBON_LOCATION: carbon_account.LOCATION,
    QuotaMeasure.CARBON_MARKET: carbon_account.MARKET,
    QuotaMeasure.CARBON_PHYSICAL: carbon_account.PHYSICAL,
}
_COAL: Final[Mapping[QuotaMeasure, str]] = {
    QuotaMeasure.ENERGY_EQUIVALENT: "equivalent_tce",
    QuotaMeasure.ENERGY_EQUAL: "equal_tce",
}
_Body = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class MonthUse:
    """What a subject used in one month, by one measure."""

    amount: Decimal | None
    """None where it is not known."""
    why_zh: str = ""
    why_en: str = ""
    activities: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    n_missing: int = 0
    """Intervals of electricity without a reading, which the amount lacks."""


class MonthlyUse:
    """Where the use of a month is asked for; each month is drawn up once.

    Args:
        ports: The outside world.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._energy = cache(self._draw_energy)
        self._matched = cache(self._read_matched)

    def of(self, quota: Quota, name: str) -> MonthUse:
        """Return what the subject of a quota used in a month, by its measure.

        Args:
            quota: Whose quota, and what it counts.
            name: The month, ``2026-08``.
        """
        if quota.measure is QuotaMeasure.ELECTRICITY:
            return self._electricity(quota.subject, name)
        if quota.measure in _COAL:
            found = self._coal(quota.subject, name, _COAL[quota.measure])
        elif quota.measure is QuotaMeasure.CARBON_PARK:
            found = self._park_carbon(name)
        else:
            found = self._carbon(quota.subject, name, _VIEWS[quota.measure])
        return found

    def _electricity(self, subject: str, name: str) -> MonthUse:
        users = self._ports.park.users if subject == PARK_SUBJECT else (subject,)
        there = [u for u in users if months_of_stay(stay_of(u, self._ports.park), name)]
        matched = self._matched(name)
        known = [matched[user] for user in there if user in matched]
        if lacking := [user for user in there if user not in matched]:
            names = ", ".join(lacking[:_NAMED]) + (" …" if len(lacking) > _NAMED else "")
            zh = f"{len(lacking)} 个用户没有电量声明：{names}"
            return _unknown(zh, f"no statement of electricity of {len(lacking)} users: {names}")
        bodies = [_read(issued) for issued in known]
        return MonthUse(
            amount=Energy(sum(whole_number(body, "load_wh") for body in bodies)).mwh,
            statements=tuple(issued.id for issued in known),
            n_missing=sum(whole_number(body, "missing") for body in bodies),
        )

    def _coal(self, subject: str, name: str, field_name: str) -> MonthUse:
        body = self._energy(name).get(subject)
        if body is None:
            return _unknown("没有能源账的数据", "nothing is known of its energy")
        value = body.get(field_name)
        if not isinstance(value, str):
            gaps = _rows(body, "not_assessed")
            zh = _first([str(gap["zh"]) for gap in gaps]) or "等价值不适用"
            en = _first([str(gap["en"]) for gap in gaps]) or "there is no equal value"
            return _unknown(zh, en)
        return self._known(Decimal(value), body, subject, name)

    def _carbon(self, subject: str, name: str, view: str) -> MonthUse:
        found = carbon_account.drafts(name, ports=self._ports, subjects=[subject])
        if not found:
            return _unknown("不在园区", "not in the park")
        body = found[0].body
        electricity = body["electricity"]
        views = electricity.get("views") if isinstance(electricity, dict) else None
        of_view = views.get(view) if isinstance(views, dict) else None
        others = {f"electricity {each}" for each in _VIEWS.values() if each != view}
        gaps = [gap for gap in _rows(body, "not_assessed") if gap["what"] not in others]
        if not isinstance(of_view, dict) or any(gap["reason"] != _INTERVALS for gap in gaps):
            return _unknown(*[_told(gaps)] * 2)
        return self._known(Decimal(str(of_view["total_t"])), body, subject, name)

    def _park_carbon(self, name: str) -> MonthUse:
        (draft,) = park_carbon.drafts(name, ports=self._ports)
        value = draft.body["value"]
        if not isinstance(value, str):
            return _unknown(*[_told(_rows(draft.body, "not_assessed"))] * 2)
        return self._known(Decimal(value), draft.body, PARK_SUBJECT, name)

    def _known(self, amount: Decimal, body: _Body, subject: str, name: str) -> MonthUse:
        inputs = body["inputs"]
        ids = inputs if isinstance(inputs, dict) else {}
        return MonthUse(
            amount=amount,
            activities=_words(ids.get("activities")),
            statements=_words(ids.get("statements")),
            n_missing=self._electricity(subject, name).n_missing,
        )

    def _draw_energy(self, name: str) -> dict[str, _Body]:
        return {
            draft.subject: draft.body for draft in energy_account.drafts(name, ports=self._ports)
        }

    def _read_matched(self, name: str) -> dict[str, IssuedStatement]:
        latest = self._ports.registry.latest_statements(name)
        return {issued.subject: issued for issued in latest if issued.kind == MATCHED}


def _unknown(zh: str, en: str) -> MonthUse:
    return MonthUse(None, why_zh=zh, why_en=en)


def _told(gaps: Iterable[_Body]) -> str:
    return _first([f"{gap['what']} ({gap['reason']}: {gap['detail']})" for gap in gaps])


def _first(words: list[str]) -> str:
    return "; ".join(words[:_NAMED]) + (f" … ({len(words)})" if len(words) > _NAMED else "")


def _read(issued: IssuedStatement) -> _Body:
    body = load_canonical(issued.document.encode())
    return body if isinstance(body, dict) else {}


def _rows(body: _Body, name: str) -> list[dict[str, JsonValue]]:
    rows = body.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _words(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
