from datetime import date
from decimal import Decimal

import pytest

from taihang.core.ratio.outlook import Thresholds
from taihang.core.ratio.plan import PlannedYear, plan_fit
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.cli.ratio_plan_tables import plan_lines

ASKED = Thresholds(
    self_use_min_ratio=Decimal("0.60"),
    green_min_ratio=Decimal("0.30"),
    export_max_ratio=Decimal("0.20"),
    storage_losses_in_load=True,
)


def _told(generation: int, load: int, lang: Lang) -> list[str]:
    planned = PlannedYear(
        day=date(2026, 12, 31),
        generation_mwh={"G": Decimal(generation)},
        load_mwh={"L": Decimal(load)},
    )
    fit = plan_fit(planned.generation_wh, planned.load_wh, asked=ASKED)
    lines = plan_lines("title", planned, (fit, ASKED), lang)
    return [getattr(line, "plain", "") for line in lines]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("generation", "load", "mark"),
    [(100, 200, "✓"), (100, 1_000, "✗"), (100, 10, "✗"), (0, 0, "✓")],
)
def test_plan_lines__say_whether_the_plan_fits(
    generation: int, load: int, mark: str, lang: Lang
) -> None:
    told = [line for line in _told(generation, load, lang) if line[:1] in {"✓", "✗"}]

    assert [line[0] for line in told] == [mark]


def test_plan_lines__name_what_is_short() -> None:
    (line,) = (line for line in _told(100, 1_000, "en") if line.startswith("✗"))

    assert "200 MWh of generation" in line
    assert "within 333 MWh" in line
