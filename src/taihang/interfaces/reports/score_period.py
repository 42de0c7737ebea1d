"""The hourly score of the park, a user or a product over a month or year, with its heat map."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any, Final, cast

import numpy as np

from taihang.core.park.park import PARK_SUBJECT
from taihang.core.product.process import printed
from taihang.interfaces.account_words import gap_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.annual import why_of
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.document import (
    Cell,
    Column,
    Document,
    Figure,
    Section,
    Table,
    Tone,
    number,
    prose,
)
from taihang.interfaces.reports.factors import factor_section
from taihang.interfaces.reports.heat_svg import HeatDay, HeatWords, heat_svg
from taihang.interfaces.reports.stated import Body, Stated
from taihang.interfaces.score_words import (
    measure_name,
    mwh_of,
    raise_title,
    result_told,
    size_told,
    subject_name,
)
from taihang.services.account import Draft, says_the_same
from taihang.services.ports import Ports
from taihang.services.raise_score import STORAGE_RULE, RaiseAnswer, raise_score
from taihang.services.score_account import KIND as STATEMENT
from taihang.services.score_account import Scored, Scores, drafts_of, scores

KIND: Final = "score-period"
_CNY_PER_10K: Final = 10_000
_PERCENT: Final = 100
_DIGITS: Final = 2
_HOURS_A_DAY: Final = 24


def score_period(
    label: str, *, subject: str, points: Decimal | None, lang: Lang, ports: Ports
) -> Document:
    """Draw up the hourly score of a subject.

    Args:
        label: Month or year.
        subject: The park, a user or a product.
        points: By how many points candidate measures shall raise it; None where nobody asks. [%]
        lang: Language of the reader.
        ports: The park.

    Returns:
        The report; of the park it has the scores of all others too.
    """
    # 1. What the command `score` says, from the same two functions.
    subjects = None if subject == PARK_SUBJECT else [subject]
    found = scores(label, ports=ports, subjects=subjects)
    drafts = {draft.subject: draft for draft in drafts_of(found, ports=ports)}
    stated = Stated([label], ports=ports)
    page = _Page(found, drafts, stated=stated, lang=lang, ports=ports)
    # 2. As a document.
    answer = None if points is None else raise_score(found, subject, points=points)
    sections = [
        page.heat(subject),
        None if answer is None else _measures(answer, lang),
        page.subjects() if subjects is None else None,
        page.method(subject),
        page.gaps(subject),
        factor_section([page.body(subject)], lang) if subject in drafts else None,
    ]
    return assemble(
        Heading(kind=KIND, subject=subject, period=label, lang=lang),
        page.figures(subject),
        [section for section in sections if section is not None],
        stated=stated,
        ports=ports,
    )


class _Page:
    """The parts of one report."""

    def __init__(
        self,
        found: Scores,
        drafts: Mapping[str, Draft],
        *,
        stated: Stated,
        lang: Lang,
        ports: Ports,
    ) -> None:
        self._found, self._drafts, self._stated = found, drafts, stated
        self._lang: Lang = lang
        self._ports = ports

    def body(self, subject: str) -> Body:
        """Return what the statement of a subject says, or would say."""
        return self._drafts[subject].body

    def _cites(self, subject: str) -> str:
        """Return the id of the issued statement, where it says what is said here."""
        for name, _ in reversed(self._stated.bodies(STATEMENT, subject)):
            if says_the_same(self._stated.issued(name), self._drafts[subject]):
                return name
        return ""

    def _text(self, name: str, **values: object) -> str:
        return text(f"report.score.{name}", self._lang, **values)

    def figures(self, subject: str) -> list[Figure]:
        """Return the figures at the head."""
        score = self._found.of(subject).score
        if score is None:
            return []
        of, cites = self.body(subject), self._cites(subject)
        grid = _share(score.with_grid_ratio, cites)
        grid_note = "with_grid_absent" if score.with_grid_ratio is None else "with_grid_note"
        return [
            self._figure("hourly", _share(score.contracted_ratio, cites), "%", "hourly_note"),
            self._figure("with_grid", grid, "%", grid_note),
            self._figure("volume", _share(score.volumetric_ratio, cites), "%", "volume_note"),
            self._figure("load", _mwh(of["load_wh"], cites), "MWh"),
            self._figure("matched", _mwh(of["matched_wh"], cites), "MWh"),
            self._figure("market", _tonnes(of["market_hourly_t"], cites), "tCO₂"),
            self._figure("location", _tonnes(of["location_t"], cites), "tCO₂"),
        ]

    def _figure(self, name: str, cell: Cell, unit: str, note: str = "") -> Figure:
        words = self._text(note) if note else ""
        return Figure(label=self._text(name), cell=cell, unit=unit, note=words)

    def heat(self, subject: str) -> Section:
        """Return the map of all hours, and the table of the hours of the day by month."""
        one = self._found.of(subject)
        title = self._text("heat")
        if one.score is None:
            return Section(title=title, sentences=(self._text("no_hours"),))
        months = {
            name: text(f"report.score.months.m{name[5:]}", self._lang)
            for name in dict.fromkeys(str(row["local_month"]) for row in self._profile(subject))
        }
        words = HeatWords(
            label=title,
            missing=self._text("hatched"),
            no_load=self._text("no_load"),
            months=months,
        )
        return Section(
            title=title,
            sentences=(self._text("heat_note"),),
            tables=(self._by_month(subject),),
            drawing=heat_svg(_days(one, self._found), words=words),
        )

    def _profile(self, subject: str) -> Sequence[Mapping[str, Any]]:
        return cast("Sequence[Mapping[str, Any]]", self.body(subject)["profile"])

    def _by_month(self, subject: str) -> Table:
        columns = (
            Column(title=self._text("month"), is_number=False),
            *(Column(title=str(hour)) for hour in range(_HOURS_A_DAY)),
        )
        rows = tuple(
            (prose(month), *(_share_cell(row["load_wh"], row["matched_wh"]) for row in of_month))
            for month, of_month in groupby(
                self._profile(subject), key=lambda row: str(row["local_month"])
            )
        )
        return Table(title=self._text("by_month"), columns=columns, rows=rows)

    def subjects(self) -> Section:
        """Return the scores of everybody, one line each."""
        columns = (
            Column(title=self._text("subject"), is_number=False),
            Column(title=self._text("name"), is_number=False),
            Column(title=self._text("load"), unit="MWh"),
            Column(title=self._text("matched"), unit="MWh"),
            Column(title=self._text("score_column"), unit="%"),
            Column(title=self._text("grid_column"), unit="%"),
            Column(title=self._text("volume_column"), unit="%"),
            Column(title=self._text("market_column"), unit="tCO₂"),
            Column(title=self._text("location_column"), unit="tCO₂"),
            Column(title=self._text("missing_column"), unit="h"),
        )
        rows = tuple(self._row(one) for one in self._found.each)
        table = Table(title="", columns=columns, rows=rows)
        return Section(title=self._text("subjects"), tables=(table,))

    def _row(self, one: Scored) -> tuple[Cell, ...]:
        name = subject_name(one.subject, self._ports.park, self._lang)
        head = (prose(one.subject), prose(name))
        n_missing = number(int(np.count_nonzero(~one.use.known)))
        if one.score is None:
            return (*head, *([number(None)] * 7), n_missing)
        of, cites = self.body(one.subject), self._cites(one.subject)
        ratios = (
            one.score.contracted_ratio,
            one.score.with_grid_ratio,
            one.score.volumetric_ratio,
        )
        return (
            *head,
            _mwh(of["load_wh"], cites),
            _mwh(of["matched_wh"], cites),
            *(_share(ratio, cites) for ratio in ratios),
            _tonnes(of["market_hourly_t"], cites),
            _tonnes(of["location_t"], cites),
            n_missing,
        )

    def method(self, subject: str) -> Section:
        """Return how it is counted."""
        names = ["method_hourly", "method_volume", "method_market"]
        products = self._ports.park.carbon.products
        if subject in products or (subject == PARK_SUBJECT and products):
            names.append("method_product")
        sentences = tuple(self._text(name) for name in names)
        return Section(title=self._text("method"), sentences=sentences)

    def gaps(self, subject: str) -> Section | None:
        """Return what could not be assessed of the subject."""
        if subject not in self._drafts:
            return None
        gaps = cast("list[dict[str, Any]]", self.body(subject)["not_assessed"])
        sentences = tuple(
            f"{gap_name(str(gap['what']), self._lang)}: {why_of(gap, self._lang)}" for gap in gaps
        )
        title = text("report.section.not_assessed", self._lang)
        return Section(title=title, sentences=sentences) if gaps else None


def _days(one: Scored, found: Scores) -> list[HeatDay]:
    """Put hours on local days; an hour that a day does not have is left empty."""
    percent: dict[str, list[float | None]] = {}
    known: dict[str, list[bool]] = {}
    load_wh, matched_wh = one.use.load_wh.tolist(), one.use.matched_wh.tolist()
    for at, (day, hour) in enumerate(found.hours.local_hours):
        shares = percent.setdefault(day, [None] * _HOURS_A_DAY)
        marks = known.setdefault(day, [True] * _HOURS_A_DAY)
        marks[hour] = bool(one.use.known[at])
        if load_wh[at]:
            shares[hour] = _PERCENT * matched_wh[at] / load_wh[at]
    return [
        HeatDay(day=day, percent=tuple(shares), known=tuple(known[day]))
        for day, shares in percent.items()
    ]


def _measures(answer: RaiseAnswer, lang: Lang) -> Section:
    """Return what each candidate measure would need, alone."""
    title = text("report.score.raise", lang, points=answer.points)
    if not answer.each:
        return Section(title=title, sentences=(text("cli.score.raise.none", lang),))
    columns = (
        Column(title=text("report.score.measure_column", lang), is_number=False),
        Column(title=text("report.score.size_column", lang), is_number=False),
        Column(
            title=text("report.score.cost_column", lang), unit=text("cli.score.raise.cost", lang)
        ),
        Column(title=text("report.score.result_column", lang), is_number=False),
        Column(title=text("report.score.source_column", lang), is_number=False),
    )
    rows = tuple(
        (
            prose(measure_name(one, lang)),
            prose(size_told(one, lang)),
            number(None if one.cost_cny is None else one.cost_cny / _CNY_PER_10K, 1),
            prose(result_told(one, answer, lang), tone=Tone.BAD if one.size is None else Tone.GOOD),
            prose(one.measure.source),
        )
        for one in answer.each
    )
    note = text("cli.score.raise.note", lang, rule=STORAGE_RULE)
    return Section(
        title=title,
        sentences=(raise_title(answer, lang),),
        tables=(Table(title="", columns=columns, rows=rows, note=note),),
    )


def _share(ratio: Fraction | None, statement: str) -> Cell:
    if ratio is None:
        return number(None)
    return number(printed(ratio * _PERCENT, _DIGITS), _DIGITS, statement=statement)


def _share_cell(load_wh: int, matched_wh: int) -> Cell:
    if load_wh == 0:
        return number(None)
    return number(printed(Fraction(matched_wh * _PERCENT, load_wh), 1), 1)


def _mwh(wh: object, statement: str) -> Cell:
    return number(mwh_of(int(str(wh))), 1, statement=statement)


def _tonnes(value: object, statement: str) -> Cell:
    exact = None if value is None else Decimal(str(value))
    return number(exact, 1, statement=statement)
