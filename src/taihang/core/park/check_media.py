"""Whether meters of other media say all that an amount needs, once, and nothing that contradicts.

Source: metering of energy in enterprises, GB 17167 family [from memory]; that a gas volume means
nothing without its state, GB/T 2589-2020 (units of the annex).
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from taihang.core.park.assets import ChargingStation, Enterprise
from taihang.core.park.check_assets import check_in_service
from taihang.core.park.check_metering import check_dial
from taihang.core.park.medium_meter import MediumMeter, StepUnit
from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem, remedy_for_name
from taihang.core.quantities import SECONDS_PER_HOUR

_ELECTRICITY: Final = "electricity"
_HEAT: Final = "heat"
_WORDS: Final = {
    StepUnit.LITRE: ("resolution_l", "max_m3_per_h"),
    StepUnit.GRAM: ("resolution_g", "max_t_per_h"),
    StepUnit.KILOJOULE: ("resolution_kj", "max_gj_per_h"),
}
_STATE: Final = "counts_at_c, counts_at_kpa, stated_at_c, stated_at_kpa"


def check_media(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with meters of other media.

    Args:
        park: The park.

    Yields:
        Problems, in the order of the file.
    """
    for meter in park.media_meters.values():
        yield from check_in_service(("media_meters", meter.id), meter.in_service)
        yield from _check_node(meter, park)
        whole = list(_check_unit(meter))
        yield from whole
        if not whole:
            yield from check_dial(
                ("media_meters", meter.id, "digits"),
                turn=meter.modulus * meter.scale,
                per_h=meter.max_steps_per_s * SECONDS_PER_HOUR,
                unit=meter.unit,
                limit="the largest flow",
                others="the resolution, multiplier or the largest flow",
            )
            yield from _check_conversion(meter)
    yield from _check_once(park)


def _problem(
    meter: MediumMeter, key: str, *, given: str, expected: str, remedy: str
) -> ParkProblem:
    return ParkProblem(
        path=("media_meters", meter.id, key), given=given, expected=expected, remedy=remedy
    )


def _check_node(meter: MediumMeter, park: Park) -> Iterator[ParkProblem]:
    if not isinstance(park.assets.get(meter.node), Enterprise | ChargingStation):
        yield _problem(
            meter,
            "node",
            given=repr(meter.node),
            expected="the id of an enterprise or a station of this park",
            remedy=remedy_for_name(
                meter.node, known=park.users, otherwise="name who uses the medium"
            ),
        )
    if len({*meter.flows}) < len(meter.flows):
        yield _problem(
            meter,
            "flows",
            given=", ".join(meter.flows),
            expected="each flow once",
            remedy="remove the second",
        )
    if meter.medium == _ELECTRICITY:
        yield _problem(
            meter,
            "medium",
            given=_ELECTRICITY,
            expected="another medium",
            remedy="put the meter into [meters]",
        )


def _check_unit(meter: MediumMeter) -> Iterator[ParkProblem]:
    """One resolution says what is counted; the largest flow must be of the same kind."""
    if len(meter.resolutions) != 1:
        yield _problem(
            meter,
            "resolution_l",
            given=", ".join(_WORDS[unit][0] for unit in meter.resolutions) or "no resolution",
            expected=f"exactly one of {', '.join(names[0] for names in _WORDS.values())}",
            remedy="say what one count of the register is worth",
        )
        return
    resolution, rate = _WORDS[meter.unit]
    if [*meter.max_rates] != [meter.unit]:
        yield _problem(
            meter,
            rate,
            given=", ".join(_WORDS[unit][1] for unit in meter.max_rates) or "no largest flow",
            expected=f"{rate} alone, beside {resolution}",
            remedy=f"give {rate}",
        )


def _check_conversion(meter: MediumMeter) -> Iterator[ParkProblem]:
    """A volume is a gas at a stated state, or a liquid of a stated density; else neither."""
    stated = [each is not None for each in meter.state]
    has_density = meter.density_kg_per_m3 is not None
    if meter.unit is not StepUnit.LITRE:
        fits = not any(stated) and not has_density
        expected = "neither state nor density beside a register of mass or heat"
    else:
        fits = (all(stated) or not any(stated)) and all(stated) != has_density
        expected = f"a gas with all of {_STATE}, or a liquid with density_kg_per_m3"
    if not fits:
        yield _problem(
            meter,
            "counts_at_c",
            given=f"{sum(stated)} of {_STATE}, and {'a' if has_density else 'no'} density",
            expected=expected,
            remedy="take the state from corrector or contract, the density from its document",
        )
    is_steam = meter.unit is StepUnit.GRAM and meter.medium == _HEAT
    if is_steam != (meter.heat_kj_per_kg is not None):
        yield _problem(
            meter,
            "heat_kj_per_kg",
            given="no heat_kj_per_kg" if is_steam else "heat_kj_per_kg",
            expected="heat_kj_per_kg where heat is counted by mass, and nowhere else",
            remedy="take it from the steam table at the state of the contract, or remove it",
        )


def _check_once(park: Park) -> Iterator[ParkProblem]:
    """One amount has one meter on any day, or it is counted twice."""
    for one, other in combinations(park.media_meters.values(), 2):
        same = (one.node, one.medium) == (other.node, other.medium)
        flows = [flow.value for flow in one.flows if flow in other.flows]
        if same and flows and one.in_service.overlaps(other.in_service):
            yield _problem(
                other,
                "node",
                given=f"{other.medium} {', '.join(flows)} of {other.node}, which {one.id} counts",
                expected="one meter for one flow of a medium on any day",
                remedy="remove one, or end the first with in_service = { until = … }",
            )
