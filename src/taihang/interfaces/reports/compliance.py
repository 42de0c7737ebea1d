"""The monthly certificate of compliance of a direct connection: ratios, gaps, outlook, remedies."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, cast

from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.outlook import SYMBOLS
from taihang.interfaces.account_words import NOTHING, headed
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.ratio_words import asked, whole_percent
from taihang.interfaces.reports.annual import NotIssuedError, signature_section
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
from taihang.interfaces.reports.ratio_svg import RatioBar, ratio_svg
from taihang.interfaces.reports.stated import Body, Stated, unit_in
from taihang.services.account import PARK_SUBJECT
from taihang.services.ports import Ports
from taihang.services.ratio_account import KIND as STATEMENT

KIND: Final = "compliance"
Facts = Mapping[str, Any]
_TONES: Final = {"met": Tone.GOOD, "missed": Tone.BAD, "undefined": Tone.OPEN}
_FLOWS: Final = (
    "available_wh",
    "self_used_wh",
    "exported_wh",
    "curtailed_wh",
    "imported_wh",
    "load_wh",
)
_JUDGED: Final = 1
"""The window that the conclusion speaks of: the year to date."""


def compliance(period: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up the certificate of a month from the statement that was issued.

    Args:
        period: The month, ``YYYY-MM``.
        lang: Language of the reader.
        ports: The park.

    Returns:
        The certificate; every number that the statement says bears its id.

    Raises:
        NotIssuedError: If ``ratios.park.YYYY-MM`` was never issued.
    """
    stated = Stated([period], ports=ports)
    found = stated.bodies(STATEMENT, PARK_SUBJECT)
    if not found:
        raise NotIssuedError(
            given=f"{STATEMENT}.{PARK_SUBJECT}.{period}",
            expected="a statement that was issued: a certificate quotes it and draws none up",
            remedy=f"`taihang ratios DIR --month {period} --issue`, then ask again",
        )
    name, of = found[-1]
    page = _Page(name, of, lang)
    sections = [
        page.conclusion(),
        page.ratios(),
        page.energies(),
        page.completeness(),
        *page.outlook(),
        factor_section([of], lang),
        signature_section(lang),
    ]
    return assemble(
        Heading(kind=KIND, subject=PARK_SUBJECT, period=period, lang=lang),
        page.figures(),
        [section for section in sections if section is not None],
        stated=stated,
        ports=ports,
    )


class _Page:
    """The parts of one certificate."""

    def __init__(self, name: str, of: Body, lang: Lang) -> None:
        self._id, self._of = name, of
        self._lang: Lang = lang
        self._windows = cast("list[Facts]", of["windows"])
        self._forecast = cast("Facts | None", of["forecast"])

    def figures(self) -> list[Figure]:
        """Return the ratios of the year to date, and how the year may end."""
        note = self._text("to_date")
        found = [
            Figure(
                label=self._name(each["symbol"]),
                cell=self._percent(each),
                unit="%",
                note=f"{asked(each)} · {note}",
            )
            for each in self._windows[_JUDGED]["requirements"]
        ]
        if self._forecast is not None:
            chance = Decimal(self._forecast["chance"]) * 100
            found.append(
                Figure(
                    label=self._text("chance_any"),
                    cell=number(chance, 1, statement=self._id),
                    unit="%",
                    note=self._text("by_end", day=self._forecast["last"]),
                )
            )
        return found

    def conclusion(self) -> Section:
        """Return the three verdicts in the words of the standard."""
        window = self._windows[_JUDGED]
        sentences = [self._text("basis", first=window["from"], last=window["to"])]
        sentences += [
            f"{each[self._lang]}。" if self._lang == "zh" else f"{each['en']}."
            for each in window["requirements"]
        ]
        verdicts = {each["verdict"] for each in window["requirements"]}
        key = "missed" if "missed" in verdicts else "open" if "undefined" in verdicts else "met"
        sentences.append(self._text(f"verdict.{key}"))
        return Section(title=self._text("section.conclusion"), sentences=tuple(sentences))

    def ratios(self) -> Section:
        """Return the three ratios in three windows, and the year to date as bars."""
        columns = [self._column("ratio"), self._column("asked"), *self._window_columns("%")]
        rows: list[tuple[Cell, ...]] = []
        for at, symbol in enumerate(SYMBOLS):
            each = [window["requirements"][at] for window in self._windows]
            cells = [self._percent(one) for one in each]
            rows.append((prose(self._name(symbol)), prose(asked(each[0])), *cells))
        return Section(
            title=self._text("section.ratios"),
            sentences=(self._text("yearly"), *self._of_limit()),
            tables=(Table(title="", columns=tuple(columns), rows=tuple(rows)),),
            drawing=self._bars(),
        )

    def _of_limit(self) -> Iterator[str]:
        """Yield what is to be said of the limit: above the text, or without a document."""
        limit = cast("Facts", self._of["export_limit"])
        if limit["above_ceiling"]:
            yield self._text("above_ceiling", limit=whole_percent(limit["ratio"]))
        if limit["basis"] is None:
            yield self._text("undated", limit=whole_percent(limit["ratio"]))

    def _bars(self) -> str:
        bars: list[RatioBar] = []
        for each in self._windows[_JUDGED]["requirements"]:
            percent = each["percent"]
            told = NOTHING if percent is None else f"{percent} %"
            bars.append(
                RatioBar(
                    name=self._name(each["symbol"]),
                    percent=None if percent is None else float(percent),
                    threshold_percent=float(Decimal(each["threshold"]) * 100),
                    is_met=each["verdict"] == "met",
                    told=f"{told}（{asked(each)}）"
                    if self._lang == "zh"
                    else f"{told} ({asked(each)})",
                )
            )
        return ratio_svg(bars, label=self._text("section.ratios"))

    def energies(self) -> Section:
        """Return the energies behind the ratios."""
        columns = (self._column("energy"), *self._window_columns("MWh"))
        rows = tuple(
            (
                prose(headed(text(f"cli.ratios.flows.{flow}", self._lang))),
                *(self._flow(window, flow) for window in self._windows),
            )
            for flow in _FLOWS
        )
        side = "in" if self._of["storage_losses_in_load"] else "out"
        return Section(
            title=self._text("section.energies"),
            sentences=(
                self._text(f"curtailment-{self._of['curtailment']}"),
                self._text(f"storage-{side}"),
            ),
            tables=(Table(title="", columns=columns, rows=rows),),
        )

    def _flow(self, window: Facts, flow: str) -> Cell:
        """An energy; what is not metered is said, and is no zero."""
        if flow == "curtailed_wh" and self._of["curtailment"] != "metered":
            return prose(self._text("not_metered"), tone=Tone.OPEN)
        return self._mwh(window[flow], 3)

    def completeness(self) -> Section:
        """Return how many intervals each window counts, and how many it does not."""
        columns = (self._column("intervals"), *self._window_columns(""))
        rows = tuple(
            (
                prose(self._text(f"state.{state}")),
                *(
                    Cell(
                        value=Decimal(window["intervals"][state]),
                        statement=self._id,
                        tone=Tone.OPEN
                        if state != "closed" and window["intervals"][state]
                        else Tone.PLAIN,
                    )
                    for window in self._windows
                ),
            )
            for state in ("closed", "open", "unsettled")
        )
        return Section(
            title=self._text("section.completeness"),
            sentences=(self._text("not_zero"),),
            tables=(Table(title="", columns=columns, rows=rows),),
        )

    def outlook(self) -> Iterator[Section]:
        """Yield the end of the year and the remedies, or why there is none."""
        title = self._text("section.outlook")
        if self._forecast is None:
            gaps = cast("list[Facts]", self._of["not_assessed"])
            told = tuple(self._text("no_forecast", why=gap["reason"]) for gap in gaps)
            yield Section(title=title, sentences=told)
            return
        yield Section(
            title=title,
            sentences=tuple(self._outlook_sentences(self._forecast)),
            tables=(self._quantiles(self._forecast),),
        )
        yield self._remedies(self._forecast)

    def _quantiles(self, forecast: Facts) -> Table:
        rows: list[tuple[Cell, ...]] = []
        for each in cast("list[Facts]", forecast["ratios"]):
            sign = "≤" if each["symbol"] == SYMBOLS[-1] else "≥"
            is_likely = Decimal(each["chance"]) >= Decimal(forecast["likely_from"])
            told = [each["p10"], each["p50"], each["p90"], each["chance"]]
            cells = [self._hundred(one) for one in told]
            cells[-1] = Cell(
                value=cells[-1].value,
                digits=1,
                statement=self._id,
                tone=Tone.BAD if is_likely else Tone.GOOD,
            )
            wanted = f"{sign} {whole_percent(each['threshold'])}"
            rows.append((prose(self._name(each["symbol"])), prose(wanted), *cells))
        heads = [self._column("ratio"), self._column("asked")]
        heads += [Column(title=name, unit="%") for name in ("P10", "P50", "P90")]
        heads.append(Column(title=self._text("column.chance"), unit="%"))
        return Table(title="", columns=tuple(heads), rows=tuple(rows))

    def _outlook_sentences(self, forecast: Facts) -> Iterator[str]:
        allowance = cast("Facts", forecast["allowance"])
        most, used = int(allowance["p50_wh"]), int(allowance["exported_wh"])
        yield self._text(
            "allowance", most=_told(most), used=_told(used), left=_told(max(most - used, 0))
        )
        if allowance["used_up_on"] is not None:
            share = whole_percent(forecast["certainty"])
            yield self._text("used_up", share=share, day=allowance["used_up_on"])
        yield self._text(
            "method",
            first=forecast["first"],
            last=forecast["last"],
            scenarios=f"{forecast['scenarios']:,}",
            seed=forecast["seed"],
            block=forecast["block_days"],
            season=forecast["season_days"],
        )
        n_season, n_plan = int(forecast["days_by_season"]), int(forecast["days_by_plan"])
        yield self._text("parts", n=n_season + n_plan, season=n_season, plan=n_plan)

    def _remedies(self, forecast: Facts) -> Section:
        title = self._text("section.remedies")
        cure = cast("Facts | None", forecast["cure"])
        if cure is None:
            likely = whole_percent(forecast["likely_from"])
            return Section(title=title, sentences=(self._text("no_remedy", likely=likely),))
        rows = [self._dose(dose) for dose in cast("list[Facts]", cure["doses"])]
        rows += [self._left_out(one) for one in cast("list[Facts]", forecast["not_priced"])]
        names = ("remedy", "price", "needed", "start", "cost")
        units = ("", "CNY/MWh", "MWh", "", "CNY")
        columns = tuple(
            Column(
                title=self._text(f"column.{name}"),
                unit=unit_in(unit, self._lang),
                is_number=name not in {"remedy", "start"},
            )
            for name, unit in zip(names, units, strict=True)
        )
        return Section(
            title=title,
            sentences=tuple(self._cure_sentences(forecast, cure)),
            tables=(Table(title="", columns=columns, rows=tuple(rows)),),
        )

    def _cure_sentences(self, forecast: Facts, cure: Facts) -> Iterator[str]:
        yield self._text("certainty", share=whole_percent(forecast["certainty"]))
        if cure["enough"]:
            day = cure["latest_start"] or forecast["first"]
            yield self._text("enough", day=day, cost=f"{Decimal(cure['cost_cny']):,.2f}")
        for symbol, short_wh in cast("Mapping[str, int]", cure["short_wh"]).items():
            if short_wh:
                yield self._text("short", ratio=self._name(symbol), mwh=_told(short_wh))
        value = cure["allowance_value_cny_per_mwh"]
        if value is not None:
            yield self._text("value", value=f"{Decimal(value):,.2f}")

    def _dose(self, dose: Facts) -> tuple[Cell, ...]:
        price = Decimal(dose["price_cny_per_mwh"])
        cost = price * int(dose["energy_wh"]) / WH_PER_MWH
        return (
            prose(f"{dose['id']} {dose[self._lang]}"),
            number(price, 2, statement=self._id),
            self._mwh(dose["energy_wh"], 3),
            prose(str(dose["latest_start"] or NOTHING)),
            number(cost, 2),
        )

    def _left_out(self, one: Facts) -> tuple[Cell, ...]:
        kind = text(f"cli.ratios.kinds.{one['kind']}", self._lang)
        name = f"{one['id']} {one[self._lang]}" if "id" in one else kind
        reason = text(f"cli.ratios.cure.{str(one['reason']).replace('-', '_')}", self._lang)
        blank = [prose(NOTHING, tone=Tone.OPEN) for _ in range(3)]
        return (prose(name), prose(reason, tone=Tone.OPEN), *blank)

    def _percent(self, each: Facts) -> Cell:
        if each["percent"] is None:
            return number(None)
        tone = _TONES[str(each["verdict"])]
        return Cell(value=Decimal(each["percent"]), digits=1, statement=self._id, tone=tone)

    def _hundred(self, ratio: str | None) -> Cell:
        return number(None if ratio is None else Decimal(ratio) * 100, 1, statement=self._id)

    def _mwh(self, energy_wh: int, digits: int) -> Cell:
        return number(Decimal(energy_wh) / WH_PER_MWH, digits, statement=self._id)

    def _window_columns(self, unit: str) -> Sequence[Column]:
        names = [
            text(f"cli.ratios.windows.{window['name']}", self._lang) for window in self._windows
        ]
        return [Column(title=headed(name), unit=unit) for name in names]

    def _column(self, key: str) -> Column:
        return Column(title=self._text(f"column.{key}"), is_number=False)

    def _name(self, symbol: str) -> str:
        return headed(text(f"cli.ratios.names.{symbol}", self._lang))

    def _text(self, key: str, **values: object) -> str:
        return text(f"report.compliance.{key}", self._lang, **values)


def _told(energy_wh: int) -> str:
    """Whole kilowatt-hours as MWh, rounded up: a need is never told as less."""
    return f"{Decimal(-(-energy_wh // 1_000)) / 1_000:,.3f}"
