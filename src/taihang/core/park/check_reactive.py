"""Whether registers of reactive energy belong to somebody who is billed, and can be read safely."""

from collections.abc import Iterator

from taihang.core.park.assets import ChargingStation, Enterprise, GridConnection
from taihang.core.park.check_assets import check_in_service
from taihang.core.park.check_metering import check_dial
from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem, remedy_for_name
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.quantities import SECONDS_PER_HOUR


def check_reactive(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with ``[reactive_meters]``.

    Args:
        park: The park.

    Yields:
        Problems, in the order of the file.
    """
    for meter in park.reactive_meters.values():
        yield from check_in_service(("reactive_meters", meter.id), meter.in_service)
        yield from _check_node(meter, park)
        yield from check_dial(
            ("reactive_meters", meter.id, "digits"),
            turn=meter.modulus * meter.scale,
            per_h=meter.max_steps_per_s * SECONDS_PER_HOUR,
            unit=meter.unit,
            limit="max_kvar",
            others="resolution_varh, multiplier or max_kvar",
        )


def _check_node(meter: ReactiveMeter, park: Park) -> Iterator[ParkProblem]:
    if isinstance(park.assets.get(meter.node), Enterprise | ChargingStation | GridConnection):
        return
    known = (*park.users, *park.grids)
    yield ParkProblem(
        path=("reactive_meters", meter.id, "node"),
        given=repr(meter.node),
        expected="the id of an enterprise, a station or a grid connection of this park",
        remedy=remedy_for_name(meter.node, known=known, otherwise="name whose bill it serves"),
    )
