"""The monthly statement of one enterprise: energy, green share, carbon, bill, quality."""

from decimal import Decimal
from typing import Final

from taihang.core.errors import StateError
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.bill_section import bill_section
from taihang.interfaces.reports.document import (
    Column,
    Document,
    Figure,
    Section,
    Table,
    number,
    prose,
)
from taihang.interfaces.reports.factors import factor_section
from taihang.interfaces.reports.stated import Body, Stated, unit_in
from taihang.services.ports import Ports

KIND: Final = "enterprise-month"
_CARBON: Final = ("scope2-location", "scope2-market", "scope2-physical")
_QUOTED: Final = ("energy", "standard-coal", *_CARBON)


class NothingStatedError(StateError):
    """No statement speaks of the subject in the period."""

    code = "state.nothing-stated"


def enterprise_month(enterprise: str, month: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up the monthly statement of an enterprise.

    Args:
        enterprise: Its id.
        month: The local month, ``YYYY-MM``.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report; every number of it is said by a statement or follows from one.

    Raises:
        NothingStatedError: If the park knows no such enterprise, or the month is not accounted.
    """
    stated = Stated([month], ports=ports)
    if not stated.bodies("energy", enterprise):
        raise NothingStatedError(
            given=f"{enterprise} in {month}",
            expected="an enterprise of the park and a month that is settled and accounted",
            remedy="correct the id, or run `taihang settle` for the month first",
        )
    bodies = [each for kind in _QUOTED for _, each in stated.bodies(kind, enterprise)]
    sections = [
        _energy(stated, enterprise, lang),
        _carbon(stated, enterprise, lang),
        *(bill_section(name, of, lang) for name, of in stated.bodies("bill", enterprise)),
        factor_section(bodies, lang),
    ]
    return assemble(
        Heading(kind=KIND, subject=enterprise, period=month, lang=lang),
        _figures(stated, enterprise, lang),
        [section for section in sections if section is not None],
        stated=stated,
        ports=ports,
    )


def _figures(stated: Stated, enterprise: str, lang: Lang) -> list[Figure]:
    rows = (
        ("energy", "energy", 0, "kWh"),
        ("coal", "standard-coal", 2, "tce"),
        ("location", "scope2-location", 2, "tCO₂"),
        ("market", "scope2-market", 2, "tCO₂"),
        ("bill", "bill", 2, "CNY"),
    )
    figures = [
        Figure(
            label=text(f"report.figure.{label}", lang),
            cell=stated.cell(kind, enterprise, digits),
            unit=unit_in(unit, lang),
        )
        for label, kind, digits, unit in rows
    ]
    for name, of in stated.bodies("scope2-market", enterprise):
        share = _share(of)
        figures.insert(
            1,
            Figure(
                label=text("report.figure.green_share", lang),
                cell=number(share, 2, statement=name),
                unit="%",
                note=text("report.figure.green_note", lang),
            ),
        )
    return figures


def _share(of: Body) -> Decimal | None:
    load_wh = Decimal(str(of["load_wh"]))
    green_wh = Decimal(str(of["line_wh"])) + Decimal(str(of["pool_wh"]))
    return green_wh / load_wh * 100 if load_wh else None


def _energy(stated: Stated, enterprise: str, lang: Lang) -> Section | None:
    """Return where the energy came from: the parts sum to the load."""
    found = stated.bodies("scope2-market", enterprise)
    if not found:
        return None
    ((name, of),) = found
    load_wh, line_wh, pool_wh = (int(str(of[key])) for key in ("load_wh", "line_wh", "pool_wh"))
    parts = (
        ("grid", load_wh - line_wh - pool_wh),
        ("line", line_wh),
        ("pool", pool_wh),
        ("load", load_wh),
    )
    rows = tuple(
        (
            prose(text(f"report.energy.{label}", lang)),
            number(Decimal(wh) / WH_PER_MWH, 6, statement=name),
            number(Decimal(wh) / load_wh * 100 if load_wh else None, 2, statement=name),
        )
        for label, wh in parts
    )
    columns = (
        Column(title=text("report.energy.source", lang), is_number=False),
        Column(title=text("report.energy.amount", lang), unit="MWh"),
        Column(title=text("report.energy.share", lang), unit="%"),
    )
    quality = text(
        "report.energy.quality", lang, missing=str(of["missing"]), estimated=str(of["estimated"])
    )
    return Section(
        title=text("report.section.energy", lang),
        sentences=(quality,),
        tables=(Table(title="", columns=columns, rows=rows, n_sums=1),),
    )


def _carbon(stated: Stated, enterprise: str, lang: Lang) -> Section:
    """Return the views of scope 2 side by side; they are never added."""
    rows = tuple(
        (
            prose(text(f"report.carbon.{kind}", lang)),
            stated.cell(kind, enterprise, 3),
            prose(text(f"report.carbon.{kind}-how", lang)),
        )
        for kind in _CARBON
        if stated.bodies(kind, enterprise)
    )
    columns = (
        Column(title=text("report.carbon.view", lang), is_number=False),
        Column(title=text("report.carbon.amount", lang), unit="tCO₂"),
        Column(title=text("report.carbon.how", lang), is_number=False),
    )
    return Section(
        title=text("report.section.carbon", lang),
        sentences=(text("report.carbon.note", lang),),
        tables=(Table(title="", columns=columns, rows=rows),),
    )
