"""How an application, its judgement and its evaluation sheet stand in the text of a decision."""

from taihang.core.admission.judge import Judgement, QuantityLine
from taihang.core.admission.project import Project
from taihang.core.seal.canonical import JsonValue
from taihang.services.indicator_account import plain
from taihang.standards.ndrc_order_31 import EvaluationSheet


def application(project: Project) -> dict[str, JsonValue]:
    """Return an application whole, so that the decision can be judged again from it."""
    return {
        "id": project.id,
        "zh": project.name_zh,
        "en": project.name_en,
        "sector": project.sector,
        "high_energy_high_pollution": project.is_high_energy_high_pollution,
        "efficiency_level": project.efficiency_level,
        "coal_t": plain(project.coal_t),
        "process_carbon_t": plain(project.process_carbon_t),
        "energies": [
            {
                "item": one.item,
                "amount": plain(one.amount),
                "unit": one.unit,
                "carbon_t": plain(one.carbon_t),
            }
            for one in project.energies.values()
        ],
        "demands": {name: plain(amount) for name, amount in project.demands.items()},
        "products": [
            {
                "id": one.id,
                "zh": one.name_zh,
                "en": one.name_en,
                "output": plain(one.output),
                "unit": one.unit,
                "carbon_t": plain(one.carbon_t),
                "levels_t": {name: plain(level) for name, level in one.levels_t.items()},
            }
            for one in project.products.values()
        ],
        "replaces": [*project.replaces],
        "source": project.source,
    }


def judgement_document(judgement: Judgement) -> dict[str, JsonValue]:
    """Return a judgement: decision, every quantity before and after, every ground."""
    decision = judgement.decision
    return {
        "decision": decision.outcome.value,
        "net": {name: plain(amount) for name, amount in decision.net.items()},
        "units": [*decision.units],
        "value": plain(judgement.project.carbon_t),
        "unit": "tCO2/a",
        "lines": [_line(line) for line in judgement.lines],
        "grounds": [
            {"ground": one.ground.value, "of": one.of, "detail": one.detail}
            for one in judgement.refusals
        ],
        "ways_out": [*judgement.ways_out],
    }


def _line(line: QuantityLine) -> dict[str, JsonValue]:
    return {
        "quantity": line.limit.id,
        "zh": line.limit.name_zh,
        "en": line.limit.name_en,
        "unit": line.limit.unit,
        "limit": plain(line.limit.limit),
        "committed": plain(line.committed),
        "reserved": plain(line.reserved),
        "demand": plain(line.demand),
        "freed": plain(line.freed),
        "ratio": plain(line.ratio),
        "replaced": plain(line.replaced),
        "after": plain(line.after),
        "over": plain(line.over),
        "more_to_close": plain(line.more_to_close),
    }


def sheet_document(sheet: EvaluationSheet) -> dict[str, JsonValue]:
    """Return the carbon evaluation sheet of Order 31."""
    return {
        "energy_tce": plain(sheet.energy_tce),
        "carbon_t": plain(sheet.carbon_t),
        "process_carbon_t": plain(sheet.process_carbon_t),
        "exempt": sheet.is_exempt,
        "structure": [
            {
                "item": part.item,
                "energy_tce": plain(part.energy_tce),
                "energy_ratio": plain(part.energy_ratio),
                "carbon_t": plain(part.carbon_t),
            }
            for part in sheet.parts
        ],
        "products": [
            {
                "id": line.product.id,
                "carbon_t_per_unit": plain(line.carbon_t_per_unit),
                "unit": line.product.unit,
                "at_or_below": {**line.better_than},
            }
            for line in sheet.products
        ],
        "unassigned_carbon_t": plain(sheet.unassigned_carbon_t),
    }
