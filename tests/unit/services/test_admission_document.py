"""What stands in the text of a decision: all that the application said, and sums that close."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import cast

import pytest

from admission_case import ON, judged, product_of, project
from taihang.adapters.facts import load_facts
from taihang.core.admission.project import Project
from taihang.core.seal.canonical import canonical_bytes
from taihang.services.admission_document import application, judgement_document, sheet_document
from taihang.standards.ndrc_order_31 import evaluate

WHOLE = replace(project(), products={"P1": product_of("1500")})
OTHERS = {
    "id": "PJ2",
    "name_zh": "另一",
    "name_en": "another",
    "sector": "C39",
    "is_high_energy_high_pollution": True,
    "efficiency_level": 1,
    "coal_t": Decimal(1),
    "process_carbon_t": Decimal(1),
    "energies": {},
    "demands": {"so2": Decimal(11)},
    "products": {},
    "replaces": ("K1",),
    "source": "another",
}


@pytest.mark.parametrize("name", [field.name for field in fields(Project)])
def test_application__says_every_field(name: str) -> None:
    other = replace(WHOLE, **{name: OTHERS[name]})

    assert canonical_bytes(application(other)) != canonical_bytes(application(WHOLE))


def test_judgement_document__closes() -> None:
    document = judgement_document(judged(project(so2="12", replaces=("K1",))))

    lines = cast("list[dict[str, str]]", document["lines"])
    assert len(lines) == 3
    for line in lines:
        c, r, d, minus, after, limit, over = (
            Decimal(line[key])
            for key in ("committed", "reserved", "demand", "replaced", "after", "limit", "over")
        )
        assert c + r + d - minus == after
        assert after - limit == over


def test_sheet_document__shares_sum_to_one_and_carbon_to_the_whole() -> None:
    sheet = evaluate(WHOLE, energies_tce={"electricity": Decimal(1229)}, book=load_facts(), on=ON)
    document = sheet_document(sheet)

    structure = cast("list[dict[str, str]]", document["structure"])
    assert sum(Decimal(part["energy_ratio"]) for part in structure) == 1
    assert document["unassigned_carbon_t"] == "2500"
    assert canonical_bytes(document)
