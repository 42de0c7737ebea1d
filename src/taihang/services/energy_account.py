"""Energy account of a month or a year: every medium, in its unit and in standard coal.

Electricity comes from the meters by way of the statements of the month, green and grid apart; all
else from activity data. What is not known is named and not counted: a year that lacks a month has
no value.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from taihang.core.activity.book import ActivityBook, ActivityOverlapError, total
from taihang.core.activity.question import BesideMedium
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.activity.unit import UnknownUnitError, converted, in_unit
from taihang.core.energy.account import ELECTRICITY, CoalAmount, EnergyAccount, summed
from taihang.core.energy.medium import MediumBalance, MediumError
from taihang.core.energy.sankey import together
from taihang.core.errors import InputError
from taihang.core.facts import Fact
from taihang.core.periods import month, month_names
from taihang.core.quantities import WH_PER_MWH
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import PARK_SUBJECT, Draft, local_last_day
from taihang.services.carbon_inputs import months_of_stay, stay_of
from taihang.services.coal_line import coal_amount, coal_line, facts_of, is_energy, is_medium
from taihang.services.energy_flows import flows_of, network_flows
from taihang.services.energy_statement import GREEN, GRID, MATCHED, Gaps, SubjectEnergy, energy_body
from taihang.services.medium_account import serves
from taihang.services.metered_electricity import bodies_of, compare_with_forms, sum_of
from taihang.services.park_electricity import park_electricity
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole

KIND: Final = "energy-account"
NETWORK: Final = "electricity.network"
"""Item of what no meter of a user saw: storage, lines, transformers, unmetered use."""
_NO_BALANCE_ZH: Final = (
    "没有闭合的园区电量平衡（关口进出均须有表且已结算）：网损与未计量用电不知，未计入"
)
_NO_BALANCE_EN: Final = (
    "no closed balance of the park (import and export metered, and settled): losses and use that "
    "no meter sees are not known and not counted"
)
_COUNTED: Final = (Flow.CONSUMED, Flow.CONVERSION_OUTPUT, Flow.RECOVERED, Flow.FEEDSTOCK)
_OWN_POWER_ZH: Final = "自发电的去向没有电表：不知其中多少为自用，本账不完整"
_OWN_POWER_EN: Final = "no meter says how much of the electricity made on site was used there"
_FUEL_ZH: Final = "{} 是燃料，但 GB/T 2589 未列其折标系数，未计入；请按所列品种填报，或给出实测热值"
_FUEL_EN: Final = (
    "{} is a fuel of which GB/T 2589 prints no coefficient, and is not counted: hand it in under a "
    "name of the annex, or bring its measured calorific value"
)
_FEEDSTOCK_ZH: Final = "原料用能未填报：用于原材料的能源不知，不按零计；没有则填 0"
_FEEDSTOCK_EN: Final = (
    "nobody stated what is used as raw material: not known, and not zero; if there is none, hand "
    "in 0"
)
_OTHER_ZH: Final = "{} 不是 GB/T 2589 所列能源，未计入"
_OTHER_EN: Final = "{} is no energy of GB/T 2589 and is not counted"
_PRODUCT_ENERGY: Final = "product-energy."
"""Energy of a product, which stands in the lines of its fuels already."""
_NAMED: Final = 5


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the energy accounts of a month or a year; changes nothing.

    Args:
        period: ``2026-08`` or ``2026``.
        ports: The outside world.
        subjects: Only these; None means every enterprise and station of which anything is known,
            and the park.

    Returns:
        ``energy-account.{subject}.{period}`` of each; none of a period of which nothing is known.
    """
    if subjects is None or PARK_SUBJECT in {*subjects}:
        demand_whole(ports, "the energy account of the park")
    # 1. What is known of the period: statements of electricity, lines of activity data.
    source = _Source(period, ports)
    # 2. Each subject by itself.
    found = {subject: _of_subject(subject, source, ports) for subject in source.subjects}
    # 3. The park: the sum of its members, and what it said of itself.
    if found:
        found[PARK_SUBJECT] = _together(found, source, ports)
    return [
        Draft(KIND, subject, period, energy_body(each, version=ports.version))
        for subject, each in found.items()
        if subjects is None or subject in subjects
    ]


def own_use(period: str, *, ports: Ports) -> Decimal:
    """Return what public facilities of the park used, from what the park said of itself.

    Args:
        period: ``2026-08`` or ``2026``.
        ports: The outside world.

    Returns:
        Comprehensive energy at equivalent value, exact; 0 where the park said nothing [tce].
    """
    demand_whole(ports, "the energy of public facilities")
    return _of_subject(PARK_SUBJECT, _Source(period, ports), ports).account.total_tce


class _Source:
    """What is known of a period."""

    def __init__(self, period: str, ports: Ports) -> None:
        self.period: str = period
        self.months: tuple[str, ...] = month_names(period)
        self.book = ActivityBook(ports.registry.activity_records())
        self.lines: tuple[ActivityRecord, ...] = self.book.lines(period=period)
        self.matched: dict[str, dict[str, IssuedStatement]] = {}
        for name in self.months:
            for issued in ports.registry.latest_statements(name):
                if issued.kind == MATCHED:
                    self.matched.setdefault(issued.subject, {})[name] = issued
        said = {line.subject for line in self.lines} - {PARK_SUBJECT}
        self.subjects: tuple[str, ...] = tuple(
            subject for subject in ports.park.users if subject in said | self.matched.keys()
        )
        last = month(self.months[-1], ports.park.zone)
        self.on: date = local_last_day(last, ports.park)
        self.of_year: tuple[ActivityRecord, ...] = self.book.lines(period=period[:4])

    def silent(self, subject: str) -> list[tuple[str, Flow]]:
        """Return the series of a subject that speak of the year and not of this month of it."""
        said = self.of(subject)
        series = {(one.item, one.flow) for one in self.of_year if one.subject == subject}
        return sorted(series - said.keys())

    def of(self, subject: str) -> dict[tuple[str, Flow], list[ActivityRecord]]:
        """Return the lines of a subject by item and flow."""
        found: dict[tuple[str, Flow], list[ActivityRecord]] = {}
        for line in self.lines:
            if line.subject == subject:
                found.setdefault((line.item, line.flow), []).append(line)
        return found


def _of_subject(subject: str, source: _Source, ports: Ports) -> SubjectEnergy:
    gaps, facts = Gaps(), dict[str, Fact]()
    said = source.of(subject)
    lines = [*_fuels(subject, said, source, gaps=gaps, facts=facts, ports=ports)]
    _note_silent(subject, source, gaps, ports)
    estimated_wh = 0
    if subject in source.matched:
        power, estimated_wh = _electricity(subject, source, gaps=gaps, facts=facts, ports=ports)
        lines += power
        forms = said.get((ELECTRICITY, Flow.CONSUMED), [])
        compare_with_forms(forms, source.matched[subject], gaps)
    _note_metered(subject, said, source, gaps=gaps, ports=ports)
    balances = tuple(_balances(subject, said, source, gaps))
    account = EnergyAccount(tuple(lines))
    flows = flows_of(account, balances, on=source.on, ports=ports)
    if not account.says_feedstock:
        gaps.add("feedstock", zh=_FEEDSTOCK_ZH, en=_FEEDSTOCK_EN, whole=True)
    return SubjectEnergy(
        account, balances, gaps, facts, estimated_wh, account.says_feedstock, flows
    )


def _fuels(
    subject: str,
    said: Mapping[tuple[str, Flow], list[ActivityRecord]],
    source: _Source,
    *,
    gaps: Gaps,
    facts: dict[str, Fact],
    ports: Ports,
) -> Iterator[CoalAmount]:
    """Yield every energy but metered electricity, in each flow that the account counts."""
    for (item, flow), records in said.items():
        if flow not in _COUNTED:
            continue
        if not is_energy(item, source.on, ports):
            _note_left_out(item, flow, source.on, gaps=gaps, ports=ports)
            continue
        if item == ELECTRICITY and subject in source.matched:
            if flow is not Flow.CONSUMED:
                gaps.add(ELECTRICITY, zh=_OWN_POWER_ZH, en=_OWN_POWER_EN)
            continue
        _note_missing_months(records[0], source, gaps)
        try:
            amount, unit = total(records)
            line = coal_line(item, amount, unit, on=source.on, ports=ports)
        except InputError as error:  # a range without a choice, a unit that does not fit
            gaps.add(f"{item} {flow.value}", zh=str(error), en=str(error))
            continue
        facts |= facts_of(line)
        yield replace(
            coal_amount(item, flow, line, sources=[f"{r.id}.v{r.version}" for r in records]),
            origins=tuple(dict.fromkeys(r.origin for r in records)),
        )


def _note_left_out(item: str, flow: Flow, on: date, *, gaps: Gaps, ports: Ports) -> None:
    """Name what is used up and not counted; without a fuel the account would be too small."""
    if ports.facts.candidates(f"fuel.{item}.ncv", on=on):
        gaps.add(item, zh=_FUEL_ZH.format(item), en=_FUEL_EN.format(item))
    elif flow is Flow.CONSUMED and not item.startswith(_PRODUCT_ENERGY):
        gaps.add(item, zh=_OTHER_ZH.format(item), en=_OTHER_EN.format(item), whole=True)


def _note_missing_months(one: ActivityRecord, source: _Source, gaps: Gaps) -> None:
    """Name the months of a year of which a series says nothing."""
    if "-" in source.period:
        return
    missing = source.book.months_without(one.subject, one.item, one.flow, year=source.period)
    if missing:
        names = ", ".join(missing)
        gaps.add(
            f"{one.item} {one.flow.value}",
            zh=f"{one.item}（{one.flow.value}）缺 {len(missing)} 个月：{names}",
            en=f"{one.item} ({one.flow.value}) lacks {len(missing)} months: {names}",
            whole=is_medium(one.item),
        )


def _note_silent(subject: str, source: _Source, gaps: Gaps, ports: Ports) -> None:
    """Name the energies of which another month of the year speaks: this month lacks them."""
    for item, flow in source.silent(subject):
        is_metered = item == ELECTRICITY and subject in source.matched
        if flow in _COUNTED and not is_metered and is_energy(item, source.on, ports):
            gaps.add(
                f"{item} {flow.value}",
                zh=f"{item}（{flow.value}）当年别的月份有数，{source.period} 未报",
                en=f"{item} ({flow.value}) is reported for the year, and not for {source.period}",
                whole=is_medium(item),
            )


def _electricity(
    subject: str, source: _Source, *, gaps: Gaps, facts: dict[str, Fact], ports: Ports
) -> tuple[list[CoalAmount], int]:
    """Return what the meters say, grid and green apart, and how much of it is estimated [Wh]."""
    issued = source.matched[subject]
    lacking = [name for name in source.months if name not in issued]
    if lacking:
        names = ", ".join(lacking)
        gaps.add(
            ELECTRICITY,
            zh=f"电量缺 {len(lacking)} 个月的声明：{names}",
            en=f"electricity lacks the statements of {len(lacking)} months: {names}",
        )
    bodies = bodies_of(issued.values())
    sums = {name: sum_of(bodies, name) for name in ("load_wh", "line_wh", "pool_wh", "missing")}
    if sums["missing"]:
        gaps.add(
            ELECTRICITY,
            zh=f"{sums['missing']} 个时段缺数，未计入",
            en=f"{sums['missing']} intervals are missing and not counted",
            whole=True,
        )
    green_wh = sums["line_wh"] + sums["pool_wh"]
    ids = [each.id for each in issued.values()]
    found: list[CoalAmount] = []
    for item, wh in ((GRID, sums["load_wh"] - green_wh), (GREEN, green_wh)):
        mwh = Decimal(wh) / WH_PER_MWH
        line = coal_line(ELECTRICITY, mwh, "MWh", on=source.on, ports=ports)
        facts |= facts_of(line)
        found.append(coal_amount(item, Flow.CONSUMED, line, sources=ids))
    return found, sum_of(bodies, "estimated_wh")


def _note_metered(
    subject: str,
    said: Mapping[tuple[str, Flow], list[ActivityRecord]],
    source: _Source,
    *,
    gaps: Gaps,
    ports: Ports,
) -> None:
    """Name meters of other media that gave no amount, and forms beside those that did."""
    for meter in ports.park.media_meters.values():
        is_there = any(serves(meter, name, park=ports.park) for name in source.months)
        for flow in (Flow(flow) for flow in meter.flows):
            if meter.node == subject and is_there and (meter.medium, flow) not in said:
                gaps.add(
                    f"{meter.medium} {flow.value}",
                    zh=f"计量表 {meter.id} 没有给出该期间的用量，也没有表单",
                    en=f"the meter {meter.id} gave no amount of the period, and no form did",
                )
    for form, metered in source.book.beside_meters(period=source.period, subject=subject):
        beside = BesideMedium(form, metered)
        unit, told = form.unit, f"{beside.difference:+f}"
        zh = f"表单 {form.id} 报 {form.amount:f} {unit}，计量表 {beside.metered_amount:f} {unit}"
        en = f"the form {form.id} says {form.amount:f} {unit}, the meters "
        gaps.add(
            f"{form.item} {form.flow.value}",
            zh=f"{zh}，差 {told} {unit}；按计量表",
            en=f"{en}{beside.metered_amount:f} {unit}, difference {told} {unit}; the meters count",
            whole=True,
        )


def _balances(
    subject: str,
    said: Mapping[tuple[str, Flow], list[ActivityRecord]],
    source: _Source,
    gaps: Gaps,
) -> Iterator[MediumBalance]:
    for item in sorted({item for item, _ in said}):
        by_flow = {flow: records for (of, flow), records in said.items() if of == item}
        if set(by_flow) <= {Flow.OUTPUT, Flow.RECOVERABLE}:
            continue
        stock = by_flow.pop(Flow.CLOSING_STOCK, [])
        try:
            # All flows of a medium are said in one unit, or nothing of it can be added up.
            _, unit = total([*stock, *(line for lines in by_flow.values() for line in lines)])
            sums = {flow: total(records) for flow, records in by_flow.items()}
            amounts = {
                flow: in_unit(amount, unit=own, to=unit) for flow, (amount, own) in sums.items()
            }
            for line in stock:
                if line.period == source.months[-1]:
                    amounts[Flow.CLOSING_STOCK] = in_unit(line.amount, unit=line.unit, to=unit)
            opening = _opening(subject, item, source, unit=unit)
            yield MediumBalance(item=item, unit=unit, opening=opening, amounts=amounts)
        except (ActivityOverlapError, MediumError, UnknownUnitError) as error:
            gaps.add(item, zh=str(error), en=str(error))


def _opening(subject: str, item: str, source: _Source, *, unit: str) -> Decimal | None:
    """Return the stock at the end of the month before the period, in a unit."""
    year, number = (int(part) for part in source.months[0].split("-"))
    before = f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02d}"
    line = source.book.line(subject, item, Flow.CLOSING_STOCK, period=before)
    return None if line is None else in_unit(line.amount, unit=line.unit, to=unit)


def _note_unheard(
    found: Mapping[str, SubjectEnergy], source: _Source, gaps: Gaps, ports: Ports
) -> None:
    """Name the members of which nothing is known: without them the park is too small."""
    unheard = [
        subject
        for subject in ports.park.users
        if subject not in found and months_of_stay(stay_of(subject, ports.park), source.period)
    ]
    if unheard:
        names = ", ".join(unheard[:_NAMED]) + (" …" if len(unheard) > _NAMED else "")
        gaps.add(
            "members",
            zh=f"{len(unheard)} 个成员没有任何数据：{names}",
            en=f"nothing is known of {len(unheard)} members: {names}",
        )


def _together(found: Mapping[str, SubjectEnergy], source: _Source, ports: Ports) -> SubjectEnergy:
    """Return the park: its members and what it says of itself, such as street lights."""
    own = _of_subject(PARK_SUBJECT, source, ports)
    every = [*found.values(), own]
    gaps = Gaps(found=[*own.gaps.found], is_whole=all(each.gaps.is_whole for each in every))
    facts = {key: fact for each in every for key, fact in each.facts.items()}
    network, told = _network(own.account, source, gaps=gaps, facts=facts, ports=ports)
    _note_unheard(found, source, gaps, ports)
    silent = [subject for subject, each in found.items() if not each.says_feedstock]
    if silent:
        names = ", ".join(silent[:_NAMED]) + (" …" if len(silent) > _NAMED else "")
        gaps.add(
            "feedstock",
            zh=f"{len(silent)} 个成员未填报原料用能：{names}",
            en=f"{len(silent)} members did not state their feedstock: {names}",
            whole=True,
        )
    open_ = [subject for subject, each in found.items() if not each.gaps.is_whole]
    if open_:
        names = ", ".join(open_[:_NAMED]) + (" …" if len(open_) > _NAMED else "")
        gaps.found.append(
            {
                "what": "members",
                "zh": f"{len(open_)} 个成员的账不完整：{names}",
                "en": f"the accounts of {len(open_)} members are not whole: {names}",
            }
        )
    return SubjectEnergy(
        account=summed([*(each.account for each in every), EnergyAccount(tuple(network))]),
        balances=own.balances,
        gaps=gaps,
        facts=facts,
        estimated_wh=sum(each.estimated_wh for each in every),
        says_feedstock=all(each.says_feedstock for each in every),
        flows=together([*(each.flows for each in every), network_flows(network)]),
        electricity=told,
    )


def _network(
    own: EnergyAccount, source: _Source, *, gaps: Gaps, facts: dict[str, Fact], ports: Ports
) -> tuple[list[CoalAmount], dict[str, JsonValue] | None]:
    """Return what is left of the electricity after members and own use, and the balance."""
    found = park_electricity(source.months, ports=ports)
    if found is None:
        gaps.add(NETWORK, zh=_NO_BALANCE_ZH, en=_NO_BALANCE_EN, whole=True)
        return [], None
    if found.n_open or found.months_without:
        zh = f"{found.n_open} 个时段、{len(found.months_without)} 个月没有闭合的电量平衡"
        en = f"{found.n_open} intervals and {len(found.months_without)} months have no closed "
        gaps.add(NETWORK, zh=f"{zh}，其损耗不知，未计入", en=f"{en}balance: their losses are not "
                 "known and not counted", whole=True)  # fmt: skip
    own_mwh, is_said = _own_power_mwh(own)
    rest_mwh = found.rest_mwh - own_mwh
    told: dict[str, JsonValue] = {
        "came_in_wh": found.came_in_wh,
        "exported_wh": found.exported_wh,
        "users_wh": found.users_wh,
        "storage_wh": found.storage_wh,
        "losses_wh": found.losses_wh,
        "own_mwh": f"{own_mwh.normalize() + 0:f}" if is_said else None,
        "unmetered_ratio": _text(found.unmetered_ratio(own_mwh)),
        "open_intervals": found.n_open,
    }
    if rest_mwh < 0:
        zh = f"园区自报用电 {own_mwh} MWh，多于电量平衡所余 {found.rest_mwh} MWh；请核对"
        en = f"the park says that it used {own_mwh} MWh, and the balance leaves {found.rest_mwh}"
        gaps.add(NETWORK, zh=zh, en=f"{en} MWh: which of the two is wrong?", whole=True)
        return [], told
    line = coal_line(ELECTRICITY, rest_mwh, "MWh", on=source.on, ports=ports)
    facts |= facts_of(line)
    return [coal_amount(NETWORK, Flow.CONSUMED, line, sources=[*found.statements])], told


def _own_power_mwh(own: EnergyAccount) -> tuple[Decimal, bool]:
    """Return what the park said that it used itself, and whether it said anything [MWh]."""
    said = [
        converted(line.amount, unit=line.unit, to="MWh")
        for line in own.lines
        if line.item == ELECTRICITY and line.flow is Flow.CONSUMED
    ]
    return sum(said, start=Decimal(0)), bool(said)


def _text(ratio: Decimal | None) -> str | None:
    return None if ratio is None else f"{ratio.normalize() + 0:f}"
