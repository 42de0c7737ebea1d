"""The project list of a park, its way to the peak of carbon, and its targets, as tables."""

from decimal import Decimal
from typing import Final

from taihang.core.park.peak_plan import PeakPlan, PeakProject
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.annual import YearStatement, absent_section, heads
from taihang.interfaces.reports.document import NOTHING, Cell, Section, Table, number, prose
from taihang.interfaces.reports.stated import Body, unit_in
from taihang.services.pathway_account import KIND as PATHWAY

_CNY_PER_10K: Final = 10_000
_SHARE: Final = "non-fossil-share"


def project_sections(found: YearStatement, plan: PeakPlan | None) -> list[Section]:
    """Return the project list of park.toml; its sums are held against the plan there.

    Args:
        found: The statement of the report.
        plan: The plan, None where the park has none.
    """
    lang = found.lang
    title = text("report.section.projects", lang)
    if plan is None:
        return [Section(title=title, sentences=(text("report.zero.no_plan", lang),))]
    rows = tuple(_project(each, plan, lang) for each in plan.projects.values())
    sums = (
        prose(text("report.total", lang)),
        *(prose("") for _ in range(4)),
        _added(rows, 5),
        prose(""),
        *(_added(rows, place) for place in (7, 8, 9)),
    )
    columns = heads(
        lang,
        number=None,
        project=None,
        project_class=None,
        action=None,
        state=None,
        investment=unit_in("10⁴CNY", lang),
        years=None,
        carbon_cut="tCO₂/a",
        energy_cut="tce/a",
        non_fossil="tce/a",
    )
    return [
        Section(
            title=title,
            sentences=(text("report.zero.projects_note", lang, source=plan.base.source),),
            tables=(Table(title="", columns=columns, rows=(*rows, sums), n_sums=1),),
        )
    ]


def _added(rows: tuple[tuple[Cell, ...], ...], place: int) -> Cell:
    return number(sum((row[place].value or Decimal(0) for row in rows), start=Decimal(0)))


def _project(each: PeakProject, plan: PeakPlan, lang: Lang) -> tuple[Cell, ...]:
    group, action = plan.classes.get(each.project_class), plan.actions.get(each.action)
    full = each.start_year + each.ramp_years - 1
    names = (
        each.name_zh if lang == "zh" else each.name_en,
        each.project_class if group is None else group.name_zh if lang == "zh" else group.name_en,
        each.action if action is None else action.name_zh if lang == "zh" else action.name_en,
    )
    return (
        prose(each.id),
        *(prose(name) for name in names),
        prose(text(f"report.zero.states.{each.state.value}", lang)),
        number(each.investment_cny / _CNY_PER_10K, 0),
        prose(str(each.start_year) if full == each.start_year else f"{each.start_year}–{full}"),
        number(each.carbon_t_per_year),
        number(each.energy_tce_per_year),
        number(each.non_fossil_tce_per_year),
    )


def pathway_sections(found: YearStatement, pathway: YearStatement | None) -> list[Section]:
    """Return the way to the peak year by year, and its targets.

    Args:
        found: The statement of the report.
        pathway: The statement ``peak-pathway``, None where it was not issued.
    """
    lang = found.lang
    title = text("report.section.pathway", lang)
    if pathway is None:
        return [absent_section(title, PATHWAY, found.year, lang)]
    rows = tuple(_year(pathway, line) for line in pathway.rows("lines"))
    columns = heads(
        lang,
        year=None,
        bau="tCO₂",
        path="tCO₂",
        cut="tCO₂",
        actual="tCO₂",
        over="tCO₂",
        path_energy="tce",
        path_non_fossil="tce",
    )
    peak = text(
        "report.zero.peak",
        lang,
        base=str(pathway.of.get("base_year")),
        year=str(pathway.of.get("peak_year")),
        t=f"{Decimal(str(pathway.of.get('peak_t'))):,.0f}",
    )
    return [
        Section(
            title=title,
            sentences=(peak,),
            tables=(Table(title="", columns=columns, rows=rows), _targets(pathway)),
        )
    ]


def _year(pathway: YearStatement, line: Body) -> tuple[Cell, ...]:
    cut = Decimal(str(line["bau_t"])) - Decimal(str(line["path_t"]))
    values = (
        line["bau_t"],
        line["path_t"],
        str(cut),
        line.get("actual_t"),
        line.get("gap_t"),
        line["energy_tce"],
        line["non_fossil_tce"],
    )
    return (prose(str(line["year"])), *(pathway.figure(value, 0) for value in values))


def _targets(pathway: YearStatement) -> Table:
    lang = pathway.lang
    rows: list[tuple[Cell, ...]] = []
    for one in pathway.rows("targets"):
        is_share = one["indicator"] == _SHARE
        sign, scale, digits = ("≥", 100, 2) if is_share else ("≤", 1, 4)
        chance = one.get("probability")
        name = text(f"cli.pathway.indicators.{one['indicator']}", lang)
        rows.append(
            (
                prose(f"{one['year']} {name}"),
                prose(f"{sign} {Decimal(str(one['target'])) * scale:.{digits}f}"),
                *(
                    pathway.figure(
                        None if one[key] is None else str(Decimal(str(one[key])) * scale), digits
                    )
                    for key in ("planned", "actual")
                ),
                pathway.figure(None if chance is None else str(Decimal(str(chance)) * 100), 1),
                prose(str(one.get("source") or NOTHING)),
            )
        )
    columns = heads(
        lang, target=None, threshold=None, planned="", actual_value="", chance="%", source=None
    )
    return Table(
        title=text("cli.pathway.targets", lang),
        columns=columns,
        rows=tuple(rows),
        note=text("report.zero.chance_note", lang),
    )
