"""How product accounts are written down: product, process, lines, electricity, evidence."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from taihang.core.activity.record import ActivityRecord
from taihang.core.park.carbon import Product
from taihang.core.product.process import Borne
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.services.carbon_account import plain
from taihang.services.ports import Ports
from taihang.services.product_inputs import Entry, ProcessInputs
from taihang.services.product_power import Power


def head_of(product: Product, inputs: ProcessInputs, ports: Ports) -> dict[str, JsonValue]:
    """Return what product accounts say of product, process, output and allocation."""
    process = inputs.process
    made = next((each for each in inputs.outputs if each.product == product.id), None)
    enterprise = ports.park.enterprises[process.enterprise]
    return {
        "enterprise": {
            "id": enterprise.id,
            "zh": enterprise.name_zh,
            "en": enterprise.name_en,
        },
        "product": {
            "id": product.id,
            "zh": product.name_zh,
            "en": product.name_en,
            "item": product.item,
            "cn_code": product.cn_code,
            "route": product.route,
        },
        "process": process.id,
        "declared_unit": None if made is None else f"1 {made.unit}",
        "output": None if made is None else {"quantity": plain(made.amount), "unit": made.unit},
        "allocation": {
            "method": process.allocation.value,
            "reason": process.source,
            "outputs": [
                {"product": each.product, "quantity": plain(each.amount), "unit": each.unit}
                for each in inputs.outputs
            ],
        },
    }


def line_of(entry: Entry, part: Borne) -> dict[str, JsonValue]:
    """Return a line: of the process its quantity and emission, of the product what it bears."""
    return {
        "stage": str(entry.charge.stage),
        "code": entry.charge.code,
        "quantity": plain(entry.quantity),
        "unit": entry.unit,
        "process_g": entry.charge.grams,
        "g": part.grams,
        "facts": [fact.key for fact in entry.facts],
        "activities": [*_ids(entry.activities)],
    }


def electricity_document(power: Power, enterprise: str, ports: Ports) -> dict[str, JsonValue]:
    """Return the electricity of a process: what is claimed, what is proven, and by what."""
    judged, evidence = power.judged, power.evidence
    return {
        "claimed": judged.claimed.value,
        "used": judged.used.value,
        "lacking": [*judged.lacking],
        "load_wh": power.load_wh,
        "enterprise_load_wh": power.matched.load_wh,
        "estimated_wh": power.matched.estimated_wh,
        "proven": [
            {"plant": plant, "kind": ports.park.plants[plant].kind.value, "wh": wh}
            for plant, wh in power.proven_wh.items()
        ],
        "rest_wh": power.rest_wh,
        "lines": [*evidence.lines],
        "contracts": [*evidence.contracts],
        "meters": [*_meters(power, enterprise, ports)],
    }


def _meters(power: Power, enterprise: str, ports: Ports) -> Iterator[str]:
    nodes = {enterprise, *power.proven_wh}
    for meter in ports.park.meters.values():
        if meter.node in nodes:
            yield meter.id


def activities_of(entries: Iterable[Entry], inputs: ProcessInputs) -> list[str]:
    """Return the id with version of every line of activity data that was used, in order."""
    return sorted({*_ids(_records(entries, inputs))})


def evidence_of(
    entries: Iterable[Entry], inputs: ProcessInputs, power: Power
) -> Iterator[dict[str, JsonValue]]:
    """Yield every file that proves something, once, with what it proves."""
    about: dict[str, set[str]] = {}
    for sha256, what in _proofs(entries, inputs, power):
        about.setdefault(sha256, set()).add(what)
    for sha256 in sorted(about):
        yield {"sha256": sha256, "about": [*sorted(about[sha256])]}


def _proofs(
    entries: Iterable[Entry], inputs: ProcessInputs, power: Power
) -> Iterator[tuple[str, str]]:
    for record in _records(entries, inputs):
        yield from ((sha256, f"{record.id}.v{record.version}") for sha256 in record.evidence)
    for use in inputs.uses:
        name = f"precursors.{use.precursor.id}"
        yield from ((sha256, name) for sha256 in use.precursor.evidence)
    yield from ((sha256, "link") for sha256 in power.evidence.link_documents)
    yield from ((sha256, "contract") for sha256 in power.evidence.contract_documents)


def _records(entries: Iterable[Entry], inputs: ProcessInputs) -> Iterator[ActivityRecord]:
    """Yield every line of activity data that was used, of output too."""
    for entry in entries:
        yield from entry.activities
    for said in inputs.made.values():
        yield from said


def stated_body(series: str, period: str, ports: Ports) -> dict[str, JsonValue] | None:
    """Return the latest issued statement of a series; None if there is none."""
    issued = {one.series: one for one in ports.registry.latest_statements(period)}.get(series)
    body = None if issued is None else load_canonical(issued.document.encode())
    return body if isinstance(body, dict) else None


def number_of(body: Mapping[str, JsonValue], name: str) -> Decimal | None:
    """Return a number of a statement; None where it has none."""
    value = body.get(name)
    return None if value is None else Decimal(str(value))


def _ids(records: Iterable[ActivityRecord]) -> list[str]:
    return [f"{record.id}.v{record.version}" for record in records]
