"""A limit book that is nearly full, and a project that just fits."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from taihang.core.admission.judge import Judgement, LimitBook, judge
from taihang.core.admission.ledger import EMPTY, Ledger
from taihang.core.admission.project import Product, Project, ProjectEnergy
from taihang.core.park.limits import AdmissionRules, ClosedUnit, Limit, LimitMeasure

ON: Final = date(2026, 6, 1)


def limit(name: str, measure: LimitMeasure, most: str, committed: str, unit: str = "t/a") -> Limit:
    return Limit(
        id=name,
        name_zh=f"限额{name}",
        name_en=f"limit of {name}",
        measure=measure,
        unit=unit,
        limit=Decimal(most),
        committed=Decimal(committed),
        source="test",
    )


def unit(name: str, frees: Mapping[str, str], closed_on: date = date(2025, 1, 1)) -> ClosedUnit:
    return ClosedUnit(
        id=name,
        name_zh=f"已关停{name}",
        name_en=f"closed {name}",
        closed_on=closed_on,
        frees={quantity: Decimal(amount) for quantity, amount in frees.items()},
        source="test",
    )


RULES: Final = AdmissionRules(
    negative_sectors=("C25", "C31"),
    worst_efficiency_level=2,
    replacement_ratio=Decimal("1.25"),
    source="test",
)
BOOK: Final = LimitBook(
    rules=RULES,
    limits={
        "energy": limit("energy", LimitMeasure.ENERGY, "10000", "8000", "tce/a"),
        "carbon": limit("carbon", LimitMeasure.CARBON, "50000", "46000"),
        "so2": limit("so2", LimitMeasure.STATED, "100", "90"),
    },
    closed_units={
        "K1": unit("K1", {"energy": "1000", "carbon": "2500", "so2": "5"}),
        "K2": unit("K2", {"so2": "50"}),
        "K3": unit("K3", {"energy": "9000"}, date(2027, 1, 1)),
    },
)
"""Room for 2 000 tce, 4 000 t of CO2 and 10 t of SO2; 1.25 must be closed for 1."""


def project(
    name: str = "PJ1", *, carbon: str = "4000", so2: str = "10", replaces: tuple[str, ...] = ()
) -> Project:
    return Project(
        id=name,
        name_zh=f"项目{name}",
        name_en=f"Project {name}",
        sector="C38",
        is_high_energy_high_pollution=False,
        efficiency_level=2,
        coal_t=Decimal(0),
        process_carbon_t=Decimal(0),
        energies={
            "electricity": ProjectEnergy(
                item="electricity",
                amount=Decimal(10_000_000),
                unit="kWh",
                carbon_t=Decimal(carbon),
            )
        },
        demands={"so2": Decimal(so2)},
        products={},
        replaces=replaces,
        source="test",
    )


def product_of(carbon_t: str) -> Product:
    return Product(
        id="P1",
        name_zh="产品",
        name_en="product",
        output=Decimal(1_000),
        unit="t",
        carbon_t=Decimal(carbon_t),
        levels_t={"national": Decimal(2)},
    )


def judged(
    asking: Project,
    *,
    ledger: Ledger = EMPTY,
    energy_tce: str = "2000",
    book: LimitBook = BOOK,
    lacks_evaluation: bool = False,
) -> Judgement:
    return judge(
        asking,
        book=book,
        ledger=ledger,
        energy_tce=Decimal(energy_tce),
        lacks_evaluation=lacks_evaluation,
        on=ON,
    )
