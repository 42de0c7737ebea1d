"""Stories in words: every code that a service says has a text in both languages."""

import ast
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest

from conventions.source_tree import SRC, parsed
from taihang.core.figure.story import Ground, Label, Named, Placed
from taihang.core.series import Quality
from taihang.interfaces.catalogue import LANGS, has_text, load_catalogue, text
from taihang.interfaces.figure_words import FigureWords, exact, readable, unit_words
from taihang.services.figure_kinds import known_kinds

ENGLISH = FigureWords("en", "Asia/Shanghai", {"E17": Named("企业17", "Enterprise 17")})


def said_codes() -> Iterator[str]:
    """Yield every code of words that the services of figures say; ``*`` for what is built."""
    for path in sorted((SRC / "services").glob("figure_*.py")):
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            at = {"Label": 0, "counts": 0, "rests_on": 1}.get(node.func.id)
            if at is not None and len(node.args) > at:
                yield from _codes(node.args[at])


def _codes(code: ast.expr) -> Iterator[str]:
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        yield code.value
    elif isinstance(code, ast.IfExp):
        yield from (*_codes(code.body), *_codes(code.orelse))
    elif isinstance(code, ast.JoinedStr):
        parts = (str(each.value) if isinstance(each, ast.Constant) else "*" for each in code.values)
        yield "".join(parts)


def test_catalogue__has_words_for_every_code_that_services_say() -> None:
    keys = {
        key.rpartition(".")[2]
        for key in load_catalogue()
        if key.startswith(("figures.name.", "figures.note.", "figures.proof."))
    }
    codes = set(said_codes())

    assert len(codes) > 80
    unknown = [
        code
        for code in codes
        if not any(re.fullmatch(re.escape(code).replace(r"\*", ".+"), key) for key in keys)
    ]
    assert not unknown, sorted(unknown)


@pytest.mark.parametrize("lang", LANGS)
def test_catalogue__has_words_for_every_ground_quality_and_kind(lang: str) -> None:
    del lang
    wanted = [f"figures.ground.{ground}" for ground in Ground]
    wanted += [f"figures.quality.{quality.name.lower()}" for quality in Quality]
    wanted += [f"figures.kind.{kind}" for kind in known_kinds()]

    assert [key for key in wanted if not has_text(key)] == []


def test_name__says_local_times_and_names() -> None:
    label = Label("meter_energy", {"meter": "M-E17", "span": "2026-09-14T02:15Z"})

    assert ENGLISH.name(label) == "Energy of meter M-E17, 2026-09-14 10:15, by its readings"
    green = Label("matched_pool_wh", {"node": "E17", "span": "2026-09-01..2026-09-14"})
    assert "E17 Enterprise 17, 2026-09-01 – 2026-09-14" in ENGLISH.name(green)
    flow = Label("flow", {"flow": "import", "span": "2026-09"})
    assert ENGLISH.name(flow) == "Import of the park, 2026-09"


def test_name__of_a_number_of_a_statement_says_which() -> None:
    placed = Placed(
        kind="bill",
        subject="E17",
        period="2026-09",
        path=("lines", "energy.grid.peak", "amount_cny"),
        line=Named("电能量电费(高峰)", "Energy (peak)"),
    )
    other = Placed(kind="bill-what-if", subject="park", period="2026", path=("value",))
    bare = Placed(kind="new-kind", subject="E01", period="2026", path=("a", "b", "strange_wh"))

    assert ENGLISH.name(placed) == "Bill E17 Enterprise 17 2026-09 · Energy (peak) · amount"
    assert ENGLISH.name(other) == "Bill (what-if) 2026"
    assert ENGLISH.name(bare) == "new-kind E01 2026 · a / b · strange_wh"


def test_note__of_a_statement_is_in_its_own_words() -> None:
    assert ENGLISH.note(Named("缺", "lacks")) == "lacks"
    assert text("figures.note.of_others", "en") == ENGLISH.note(Label("of_others"))


def test_numbers__keep_every_digit() -> None:
    assert exact(Decimal("-1234.500")) == "−1,234.500"
    assert readable(Decimal(1_500), unit="Wh") == "1.5 kWh"
    assert not readable(Decimal(1_500), unit="kWh")
    assert unit_words("tCO2e/t") == "tCO₂e/t"
    assert not unit_words("count")


def test_instant__is_local_and_to_the_second() -> None:
    assert ENGLISH.instant(0) == "1970-01-01 08:00:00"
