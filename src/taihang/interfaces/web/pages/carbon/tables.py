"""The tables of the page Carbon."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from taihang.core.figure.number import number_of
from taihang.core.figure.story import Named
from taihang.interfaces.catalogue import Lang, has_text, text
from taihang.interfaces.figure_words import FigureWords, unit_words
from taihang.interfaces.web.figure_table import (
    Cell,
    FigureTable,
    Head,
    plain_rows,
    told_cell,
    void_cell,
    words_cell,
)
from taihang.interfaces.web.pages.carbon.view import (
    WAYS,
    CarbonView,
    FactorRow,
    QuotaLine,
    Quotas,
)
from taihang.interfaces.web.pages.figure.page import figure_address
from taihang.interfaces.web.wording import DASH, number
from taihang.services.figure_standing import Standing, Told

_VIEWS: Final = ("location", "market", "physical")
_KWH_PER_MWH: Final = 1_000
_G_PER_KG: Final = 1_000
Columns = tuple[tuple[str, str, int], ...]
"""Code, ``number`` or ``words``, and which rank gives way on a small screen."""
_QUOTA: Final[Columns] = (
    ("subject", "words", 1),
    ("measure", "words", 1),
    ("unit", "words", 3),
    ("used", "number", 1),
    ("limit", "number", 1),
    ("used_ratio", "number", 1),
    ("expected", "number", 2),
    ("range", "number", 2),
    ("chance", "number", 2),
    ("months_left", "number", 3),
    ("alert", "words", 1),
)
_PRODUCT: Final[Columns] = (
    ("product", "words", 1),
    ("value", "number", 1),
    ("unit", "words", 1),
    ("assessed", "number", 3),
    ("stages", "words", 2),
    ("used_power", "words", 2),
    ("state", "words", 1),
    ("file", "words", 1),
)
_GOODS: Final[Columns] = (
    ("product", "words", 1),
    ("value", "number", 1),
    ("unit", "words", 1),
    ("cn_code", "words", 2),
    ("direct_t", "number", 1),
    ("indirect_t", "number", 1),
    ("used_power", "words", 2),
    ("state", "words", 1),
    ("file", "words", 1),
)
_FACTOR: Final[Columns] = (
    ("code", "words", 1),
    ("value", "number", 1),
    ("unit", "words", 2),
    ("region", "words", 2),
    ("force", "words", 2),
    ("document", "words", 2),
    ("used_by", "words", 3),
    ("mark", "words", 1),
)
TONES: Final[Mapping[str, str]] = {
    "within": "ok",
    "watch": "warn",
    "warning": "warn",
    "breached": "bad",
    "unknown": "none",
    "verified": "ok",
    "calc": "ok",
    "declared": "warn",
    "from-memory": "warn",
    "uncertain": "bad",
}


def say(code: str, lang: Lang, **values: str) -> str:
    """Return a text of the page."""
    return text(f"carbon_page.{code}", lang, **values)


def heads_of(table: str, columns: Columns, lang: Lang) -> tuple[Head, ...]:
    """Return the heads of a table.

    Args:
        table: What its texts begin with.
        columns: Its columns.
        lang: The reader's language.
    """
    return tuple(
        Head(say(f"column.{table}_{code}", lang), is_number=sort == "number", priority=rank)
        for code, sort, rank in columns
    )


def month_table(view: CarbonView, lang: Lang) -> FigureTable:
    """Return the enterprises in the month.

    Args:
        view: The page.
        lang: The reader's language.
    """
    heads = [Head(say("column.enterprise", lang)), Head(say("column.sector", lang), priority=3)]
    heads.append(Head(say("column.energy", lang), is_number=True))
    heads += [Head(say(f"column.{way}", lang), is_number=True) for way in WAYS[:2]]
    heads.append(Head(say(f"column.{WAYS[2]}", lang), is_number=True, priority=2))
    heads += [
        Head(say(f"column.{code}", lang), is_number=True, priority=2)
        for code in ("equivalent_tce", "equal_tce")
    ]
    rows = tuple(
        (
            words_cell(f"{row.id} {_of(row.name, lang)}"),
            words_cell(row.sector),
            told_cell(row.energy_kwh, digits=1, over=_KWH_PER_MWH),
            *(told_cell(row.scope2_t[way], digits=2) for way in WAYS[:2]),
            told_cell(row.scope2_t[WAYS[2]], digits=2) if row.has_line else void_cell(),
            told_cell(row.equivalent_tce, digits=2),
            told_cell(row.equal_tce, digits=2),
        )
        for row in view.rows
    )
    return FigureTable(id="month", heads=tuple(heads), rows=rows)


def year_table(view: CarbonView, lang: Lang) -> FigureTable:
    """Return the inventories of the year.

    Args:
        view: The page.
        lang: The reader's language.
    """
    columns = (("scope1", 1), ("heat", 3), ("location", 1), ("market", 1), ("physical", 2))
    heads = (
        Head(say("column.enterprise", lang)),
        *(
            Head(say(f"column.year_{code}", lang), is_number=True, priority=rank)
            for code, rank in columns
        ),
        Head(say("column.half_width", lang), is_number=True, priority=3),
        Head(say("column.method", lang), priority=3),
        Head(say("column.gaps", lang), is_number=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in view.year_rows:
        account = row.account
        views = (account.told("electricity", "views", name, "total_t") for name in _VIEWS)
        method = _of(row.method, lang)
        rows.append(
            (
                words_cell(f"{row.id} {_of(row.name, lang)}"),
                told_cell(account.told("scope1_t"), digits=2),
                told_cell(account.told("heat_t"), digits=2),
                *(told_cell(each, digits=2) for each in views),
                told_cell(account.told("uncertainty", "half_width_t"), digits=1),
                words_cell(method or DASH, title=method),
                words_cell(str(row.n_gaps), tone="warn" if row.n_gaps else "none"),
            )
        )
    return FigureTable(id="year", heads=heads, rows=tuple(rows))


def table_rows(table: FigureTable) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Return a table as heads and rows of words, for a file."""
    return [head.label for head in table.heads], plain_rows(table)


def _of(named: Named, lang: Lang) -> str:
    return named.zh if lang == "zh" else named.en


def quota_table(quotas: Quotas, lang: Lang) -> FigureTable:
    """Return how quotas stand.

    Args:
        quotas: The quotas.
        lang: The reader's language.
    """
    heads = heads_of("quota", _QUOTA, lang)
    words = FigureWords(lang, "UTC", quotas.names)
    rows = tuple(_quota_row(line, words) for line in quotas.lines)
    return FigureTable(id="quota", heads=heads, rows=rows)


def _quota_row(line: QuotaLine, words: FigureWords) -> tuple[Cell, ...]:
    lang = words.lang
    span = DASH
    if line.low is not None and line.high is not None:
        span = f"{number(line.low, digits=1)} – {number(line.high, digits=1)}"
    return (
        words_cell(words.node(line.subject)),
        words_cell(text(f"cli.quota.measures.{line.measure}", lang), title=line.document),
        words_cell(unit_words(line.unit)),
        told_cell(line.used, digits=1),
        told_cell(line.limit, digits=1),
        told_cell(_percent(line.used_ratio), digits=1),
        told_cell(Told(value=line.expected), digits=1),
        words_cell(span),
        told_cell(_percent(Told(value=line.chance_ratio)), digits=1),
        words_cell(str(line.months_left)),
        words_cell(text(f"cli.quota.alerts.{line.alert}", lang), tone=TONES[line.alert]),
    )


def _percent(ratio: Told) -> Told:
    return Told(value=None if ratio.value is None else ratio.value * 100, key=ratio.key)


def state_of(one: Standing | None, lang: Lang) -> dict[str, str]:
    """Return whether an account is on record, in a word and a tone.

    Args:
        one: The account; None for none.
        lang: The reader's language.
    """
    if one is None:
        return {}
    return {
        "words": say("issued" if one.is_issued else "draft", lang),
        "tone": "ok" if one.is_issued else "warn",
    }


# -- products ------------------------------------------------------------------------------------


def product_table(view: CarbonView, words: FigureWords) -> FigureTable:
    """Return the footprints of products.

    Args:
        view: The page.
        words: The reader's language and the park's names.
    """
    lang = words.lang
    heads = heads_of("product", _PRODUCT, lang)
    rows = tuple(
        (
            *_product_head(one, lang),
            told_cell(_kg(one.told("total_g")), digits=1),
            _share(one, lang),
            *_power(one, words),
        )
        for one in view.products
    )
    return FigureTable(id="products", heads=heads, rows=rows)


def _product_head(one: Standing, lang: Lang) -> tuple[Cell, ...]:
    name = one.said("product", lang)
    declared = one.said("declared_unit")
    unit = unit_words(one.said("unit"))
    return (
        words_cell(f"{one.subject} {name}"),
        told_cell(one.told("value"), digits=3),
        words_cell(f"{unit}/{declared}" if declared and "/" not in unit else unit),
    )


def _kg(grams: Told) -> Told:
    return Told(value=None if grams.value is None else grams.value / _G_PER_KG, key=grams.key)


def _share(one: Standing, lang: Lang) -> Cell:
    """Return how much of the footprint each stage is, the largest first."""
    stages = one.at("stages")
    told = {
        name: number_of(value)
        for name, value in (stages.items() if isinstance(stages, Mapping) else ())
    }
    known = {name: value for name, value in told.items() if value}
    whole = sum(known.values(), Decimal(0))
    if not whole:
        return words_cell(DASH)
    ranked = sorted(known.items(), key=lambda each: each[1], reverse=True)
    said = ", ".join(
        f"{text(f'product.stage.{name}', lang)} {value / whole:.0%}" for name, value in ranked
    )
    return words_cell(said, sort=str(ranked[0][1] / whole))


def _power(one: Standing, words: FigureWords) -> tuple[Cell, ...]:
    used = one.said("electricity", "used")
    key = f"product.source.{used}"
    state = state_of(one, words.lang)
    file = f"/carbon/{one.kind}.csv?month={one.period}&product={one.subject}"
    return (
        words_cell(text(key, words.lang) if has_text(key) else used or DASH),
        words_cell(state["words"], tone=state["tone"]),
        Cell(words="CSV", address=file),
    )


def goods_table(view: CarbonView, words: FigureWords) -> FigureTable:
    """Return the sheets for CBAM.

    Args:
        view: The page.
        words: The reader's language and the park's names.
    """
    lang = words.lang
    heads = heads_of("product", _GOODS, lang)
    rows = tuple(
        (
            *_product_head(one, lang),
            words_cell(one.said("product", "cn_code") or DASH),
            told_cell(one.told("direct_t_per_t"), digits=4),
            told_cell(one.told("indirect_t_per_t"), digits=4),
            *_power(one, words),
        )
        for one in view.goods
    )
    return FigureTable(id="goods", heads=heads, rows=rows)


def product_lines(one: Standing, lang: Lang) -> tuple[list[str], list[list[str | None]]]:
    """Return the lines of a product account for a file: quantity, factors, grams.

    Args:
        one: The account.
        lang: The reader's language.
    """
    codes = ("stage", "item", "quantity", "unit", "process_g", "g", "facts")
    heads = [say(f"csv.{code}", lang) for code in codes]
    rows: list[list[str | None]] = []
    for line in one.elements("lines"):
        facts = line.get("facts")
        item = line.get("code", line.get("item", ""))
        cells = [line.get("stage"), item, *(line.get(code) for code in codes[2:6])]
        told = [None if cell is None else str(cell) for cell in cells]
        named = "; ".join(str(fact) for fact in facts) if isinstance(facts, list) else ""
        rows.append([*told, named])
    return heads, rows


def factor_table(factors: Sequence[FactorRow], words: FigureWords) -> FigureTable:
    """Return the published values that the figures rest on.

    Args:
        factors: The values.
        words: The reader's language and the park's names.
    """
    lang = words.lang
    heads = heads_of("factor", _FACTOR, lang)
    return FigureTable(
        id="factors", heads=heads, rows=tuple(_factor_row(each, words) for each in factors)
    )


def _factor_row(each: FactorRow, words: FigureWords) -> tuple[Cell, ...]:
    lang, fact = words.lang, each.fact
    used_by = ", ".join(words.kind(kind) for kind in each.kinds)
    if fact is None:
        lost = words_cell(say("older_edition", lang), tone="warn")
        name = Cell(words=each.name, sort=each.name, address=figure_address(each.key))
        return (name, *([words_cell(DASH)] * 5), words_cell(used_by), lost)
    until = "…" if fact.valid_to is None else fact.valid_to.isoformat()
    year = "" if fact.data_year is None else f" ({fact.data_year})"
    return (
        Cell(
            words=(lang == "zh" and fact.note.partition("；")[0]) or fact.code,
            sort=fact.code,
            address=figure_address(each.key),
            title=each.name,
            wraps=True,
        ),
        Cell(words=str(fact.value), sort=str(fact.value), key=each.key),
        words_cell(unit_words(fact.unit)),
        words_cell(f"{fact.region}{year}"),
        words_cell(f"{fact.valid_from.isoformat()} – {until}"),
        Cell(words=f"{fact.document} {fact.clause}".strip(), sort=fact.document, wraps=True),
        Cell(words=used_by, sort=used_by, wraps=True),
        words_cell(text(f"figures.mark.{fact.status}", lang), tone=TONES.get(fact.status, "warn")),
    )
