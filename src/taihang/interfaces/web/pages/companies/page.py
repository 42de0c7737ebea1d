"""The page of companies in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.access.aggregate import GroupSum
from taihang.core.energy.quota import Alert
from taihang.core.figure.key import key_of
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.inert import csv_words
from taihang.interfaces.web.pages.companies.view import CompaniesView, CompanyRow
from taihang.interfaces.web.visit import Visit
from taihang.interfaces.web.wording import local_instant, number

LOW_COVERAGE_RATIO: Final = Decimal("0.95")
"""Below it a figure says how much of it was read."""
ALERT_TONES: Final = {
    Alert.WITHIN.value: "ok",
    Alert.WATCH.value: "warn",
    Alert.WARNING.value: "bad",
    Alert.BREACHED.value: "bad",
    Alert.UNKNOWN.value: "plain",
}
_OVER: Final = (Alert.WATCH.value, Alert.WARNING.value, Alert.BREACHED.value)
"""Levels that somebody has to look at, the worst last."""
_W_PER_KW: Final = 1_000
_PERCENT: Final = 100
_NAMED: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the table: what it says, how it sorts, where it leads."""

    words: str
    sort: str = ""
    """What the table sorts by; empty of what is missing, which stays at the end."""
    exact: str = ""
    """What the CSV holds."""
    tone: str = ""
    note: str = ""
    figure: str = ""
    """Key of its story."""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table."""

    code: str
    cell: Callable[[CompanyRow, CompaniesView, Lang], Cell]
    is_number: bool = True
    priority: str = ""
    unit: str = ""


def companies_context(view: CompaniesView, *, visit: Visit) -> dict[str, object]:
    """Return what the page prints.

    Args:
        view: The enterprises.
        visit: Who looks.
    """
    lang = visit.look.lang
    return {
        "month": view.month,
        "months": [(name, name == view.month) for name in view.months],
        "columns": [
            {
                "code": column.code,
                "label": text(f"companies.column.{column.code}", lang),
                "unit": column.unit.replace("CNY", "元") if lang == "zh" else column.unit,
                "is_number": column.is_number,
                "priority": column.priority,
            }
            for column in COLUMNS
        ],
        "rows": [_cells(row, view, lang) for row in view.rows],
        "answers": _answers(view, lang),
        "sums": [_sum(each, lang) for each in view.sums],
        "as_of": None if view.as_of_s is None else local_instant(view.as_of_s, zone=view.zone),
        "unstated": ", ".join(view.unstated[:_NAMED]),
        "n_unstated": len(view.unstated),
        "csv_address": f"/companies/companies.csv?month={view.month}",
        "zone": view.zone,
    }


def companies_csv(view: CompaniesView, lang: Lang) -> list[list[str]]:
    """Return the table as rows of CSV, numbers exact and names inert."""
    heads = ["id", "name", *(column.code for column in COLUMNS[1:])]
    rows = [
        [
            csv_words(row.id),
            csv_words(_name(row, lang)),
            *(
                csv_words(cell.exact) if not _is_number(cell.exact) else cell.exact
                for cell in cells
            ),
        ]
        for row in view.rows
        for cells in ([column.cell(row, view, lang) for column in COLUMNS[1:]],)
    ]
    return [heads, *rows]


def sector_words(code: str, lang: Lang) -> str:
    """Return the name of a division of GB/T 4754; its code where it has none here."""
    return text(f"sector.{code}", lang) if has_text(f"sector.{code}") else code


def _is_number(words: str) -> bool:
    return words.lstrip("-").replace(".", "", 1).isdigit() and words.isascii()


def _cells(row: CompanyRow, view: CompaniesView, lang: Lang) -> list[dict[str, object]]:
    cells: list[dict[str, object]] = []
    for column in COLUMNS:
        cell = column.cell(row, view, lang)
        cells.append(
            {
                "code": column.code,
                "priority": column.priority,
                "is_number": column.is_number,
                "words": cell.words,
                "sort": cell.sort,
                "tone": cell.tone,
                "note": cell.note,
                "figure": cell.figure,
                "href": cell.href,
            }
        )
    return cells


def _name(row: CompanyRow, lang: Lang) -> str:
    return row.zh if lang == "zh" else row.en


def _name_cell(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    address = f"/companies/{row.id}/?month={view.month}"
    words = f"{row.id} {_name(row, lang)}"
    return Cell(words=words, sort=row.id, exact=row.id, href=address)


def _sector_cell(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view
    return Cell(words=sector_words(row.sector, lang), sort=row.sector, exact=row.sector)


def _plain(
    value: Decimal | None, digits: int, *, figure: str = "", tone: str = "", note: str = ""
) -> Cell:
    exact = "" if value is None else format(value, "f")
    words = number(value, digits=digits)
    return Cell(words=words, sort=exact, exact=exact, figure=figure, tone=tone, note=note)


def _statement(row: CompanyRow, kind: str) -> str:
    """Return the key of the story of a statement's value; empty where none says it."""
    id_ = row.statements.get(kind, "")
    return key_of("statement", id_, "value") if id_ else ""


def _over(value: int | None, by: int) -> Decimal | None:
    return None if value is None else Decimal(value) / by


def _percent(ratio: Decimal | None) -> Decimal | None:
    return None if ratio is None else ratio * _PERCENT


def _latest(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    return _plain(_over(row.latest_w, _W_PER_KW), 0)


def _load(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    return _plain(_over(row.load_wh, WH_PER_MWH), 1, figure=_statement(row, "energy"))


def _change(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    cell = _plain(_percent(row.before_ratio), 1)
    sign = "+" if row.before_ratio is not None and row.before_ratio > 0 else ""
    return Cell(words=f"{sign}{cell.words}", sort=cell.sort, exact=cell.exact)


def _peak(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    return _plain(_over(row.peak_w, _W_PER_KW), 0)


def _factor(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    of_sector = view.sector_factor.get(row.sector)
    note = ""
    if of_sector is not None:
        mean = number(of_sector * _PERCENT, digits=0)
        note = text("companies.sector_mean", lang, mean=mean)
    return _plain(_percent(row.load_factor), 0, note=note)


def _coal(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    return _plain(row.coal_tce, 1, figure=_statement(row, "standard-coal"))


def _coal_equal(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    return _plain(row.coal_equal_tce, 1)


def _carbon(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    return _plain(row.location_tco2, 1, figure=_statement(row, "scope2-location"))


def _green(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    return _plain(_percent(row.green_ratio), 1)


def _bill(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view, lang
    return _plain(row.bill_cny, 0, figure=_statement(row, "bill"))


def _budget(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    if row.id in view.unstated:
        return Cell(words=text("companies.not_issued", lang), tone="plain")
    if row.budget is None:
        return Cell(words="")
    used = row.budget.used_ratio
    words = "—" if used is None else f"{number(used * _PERCENT, digits=1)} %"
    return Cell(
        words=words,
        sort="" if used is None else format(used, "f"),
        exact="" if used is None else format(used * _PERCENT, "f"),
        tone=ALERT_TONES[row.budget.alert],
        note=text(f"companies.alert.{row.budget.alert}", lang),
    )


def _quality(row: CompanyRow, view: CompaniesView, lang: Lang) -> Cell:
    del view
    exact = "" if row.coverage_ratio is None else format(row.coverage_ratio * _PERCENT, "f")
    covered = number(_percent(row.coverage_ratio), digits=1)
    if row.n_missing:
        words = text("companies.missing", lang, n=row.n_missing, covered=covered)
        return Cell(words=words, sort=exact, exact=exact, tone="bad")
    if row.n_estimated:
        words = text("companies.estimated", lang, n=row.n_estimated, covered=covered)
        return Cell(words=words, sort=exact, exact=exact, tone="warn")
    return Cell(words=text("companies.measured", lang), sort=exact, exact=exact)


COLUMNS: Final = (
    Column(code="name", cell=_name_cell, is_number=False),
    Column(code="sector", cell=_sector_cell, is_number=False, priority="p3"),
    Column(code="latest", cell=_latest, unit="kW", priority="p2"),
    Column(code="load", cell=_load, unit="MWh"),
    Column(code="change", cell=_change, unit="%", priority="p3"),
    Column(code="peak", cell=_peak, unit="kW", priority="p2"),
    Column(code="factor", cell=_factor, unit="%", priority="p3"),
    Column(code="coal", cell=_coal, unit="tce", priority="p2"),
    Column(code="coal_equal", cell=_coal_equal, unit="tce", priority="p3"),
    Column(code="carbon", cell=_carbon, unit="tCO₂", priority="p2"),
    Column(code="green", cell=_green, unit="%"),
    Column(code="bill", cell=_bill, unit="CNY", priority="p2"),
    Column(code="budget", cell=_budget, priority="p2"),
    Column(code="quality", cell=_quality),
)


def _answers(view: CompaniesView, lang: Lang) -> list[dict[str, object]]:
    """Return the three answers of the page: who uses, who is over budget, who lacks data."""
    if not view.rows:
        return []
    total_wh = sum(row.load_wh or 0 for row in view.rows)
    uses = [
        (row, f"{number(Decimal(row.load_wh) / total_wh * _PERCENT, digits=1)} %")
        for row in view.rows[:_NAMED]
        if row.load_wh and total_wh
    ]
    over = sorted(
        (row for row in view.rows if row.budget and row.budget.alert in _OVER),
        key=lambda row: -_OVER.index(row.budget.alert if row.budget else _OVER[0]),
    )
    budgets = [
        (row, text(f"companies.alert.{row.budget.alert}", lang)) for row in over if row.budget
    ]
    lacking = sorted(
        (row for row in view.rows if row.n_missing or row.n_estimated),
        key=lambda row: -(row.n_missing * 10_000 + row.n_estimated),
    )
    gaps = [(row, _quality(row, view, lang).words) for row in lacking]
    is_bad = any(row.budget.alert != Alert.WATCH.value for row in over if row.budget)
    tone = ("bad" if is_bad else "warn") if budgets else "ok"
    first = [_answer("uses", uses, view, lang, tone="")] if view.is_whole else []
    return [
        *first,
        _answer("over", budgets, view, lang, tone=tone),
        _answer("lacking", gaps, view, lang, tone="warn" if gaps else "ok"),
    ]


def _answer(
    key: str,
    found: Sequence[tuple[CompanyRow, str]],
    view: CompaniesView,
    lang: Lang,
    *,
    tone: str,
) -> dict[str, object]:
    none = "none_known" if key == "over" and not view.has_budgets else "none"
    return {
        "key": key,
        "title": text(f"companies.answer.{key}", lang),
        "tone": tone,
        "none": "" if found else text(f"companies.{none}.{key}", lang),
        "named": [
            {
                "words": f"{row.id} {_name(row, lang)}",
                "said": said,
                "href": f"/companies/{row.id}/?month={view.month}",
            }
            for row, said in found[:_NAMED]
        ],
        "more": max(0, len(found) - _NAMED),
    }


def _sum(each: GroupSum, lang: Lang) -> dict[str, object]:
    group = each.group if each.group == "park" else sector_words(each.group, lang)
    value = each.found.value
    return {
        "measure": text(f"companies.measure.{each.measure}", lang),
        "group": text("companies.group_park", lang) if each.group == "park" else group,
        "members": each.found.n_members,
        "words": ""
        if value is None
        else f"{number(Decimal(value.numerator) / value.denominator, digits=1)} {each.unit}",
        "withheld": ""
        if each.found.withheld is None
        else text(f"companies.withheld.{each.found.withheld}", lang),
    }
