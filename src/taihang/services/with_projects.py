"""The park as it would have been with further users: a past period, and a load that was not there.

The park file gets the users in memory, and settled rows are given their loads; everything that
works on a settled period then answers for the park with them. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.park.assets import Enterprise
from taihang.core.park.candidate import Candidate
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, Period
from taihang.core.series import Quality
from taihang.services.ports import Columns, Lake, Ports

Loads = Mapping[str, NDArray[np.int64]]
"""Energy of each interval of the period by project, each of shape (n,). [Wh]"""
_MATCHING: Final = "matching"
_USER: Final = "user"
_BALANCE: Final = "balance"
_EXPORT, _IMPORT, _LOAD = "export", "import", "load"
_Named = TypeVar("_Named")


class CandidatePlaceError(InputError):
    """A project names a tariff, line or feeder that the park does not have, or a taken id."""

    code = "input.candidate-place"


def with_projects(
    projects: Sequence[Candidate], loads: Loads, *, period: Period, ports: Ports
) -> Ports:
    """Return the outside world as if projects had been in the park over a period.

    Args:
        projects: The projects.
        loads: What each would have drawn.
        period: The period; other periods are as they were.
        ports: The outside world.

    Returns:
        For reading only.

    Raises:
        CandidatePlaceError: If a project does not fit into the park file.
    """
    lake = _LakeWithLoads(ports.lake, loads, period)
    return replace(ports, park=joined_park(projects, ports.park), lake=cast("Lake", lake))


def joined_park(projects: Sequence[Candidate], park: Park) -> Park:
    """Return the park file as it would be with projects in it.

    Raises:
        CandidatePlaceError: If a project does not fit into it.
    """
    for project in projects:
        park = _joined(project, park)
    return park


def _joined(project: Candidate, park: Park) -> Park:
    """Enter a project into the park file: as a user, on its tariff, line and feeder."""
    load = project.load
    _refuse_taken(project.id, park)
    everybody = set(park.users)
    user = Enterprise(
        id=project.id,
        name_zh=project.name_zh,
        name_en=project.name_en,
        sector=project.sector,
        voltage_kv=load.voltage_kv,
        transformer_kva=load.transformer_kva,
    )
    tariff = _named("grid_tariff", load.grid_tariff, park.grid_tariffs)
    lines, feeders = dict(park.dedicated_lines), dict(park.feeders)
    if load.line is not None:
        line = _named("line", load.line, lines)
        lines[line.id] = replace(line, users=(*line.users, project.id))
    if load.feeder is not None:
        feeder = _named("feeder", load.feeder, feeders)
        feeders[feeder.id] = replace(feeder, members=(*feeder.members, project.id))
    supplies = {
        # A contract with everybody is one with the project too; any other is not.
        name: replace(each, buyers=(*each.buyers, project.id))
        if everybody <= set(each.buyers)
        else each
        for name, each in park.green_supplies.items()
    }
    return replace(
        park,
        enterprises={**park.enterprises, project.id: user},
        grid_tariffs={
            **park.grid_tariffs,
            tariff.id: replace(tariff, users=(*tariff.users, project.id)),
        },
        dedicated_lines=lines,
        feeders=feeders,
        green_supplies=supplies,
    )


def _named(key: str, name: str, among: Mapping[str, _Named]) -> _Named:
    if name not in among:
        raise CandidatePlaceError(
            given=f"{key} = {name}",
            expected=f"one of {', '.join(among) or 'none, the park has no such thing'}",
            remedy="name one of park.toml, or leave the key out",
        )
    return among[name]


def _refuse_taken(name: str, park: Park) -> None:
    if name in park.assets or name in park.meters:
        raise CandidatePlaceError(
            given=f"a project {name}",
            expected="an id that nothing else in the park bears",
            remedy="give the project another id",
        )


class _LakeWithLoads:
    """A lake whose settled matching and balance know further users; all else is the lake behind."""

    def __init__(self, lake: Lake, loads: Loads, period: Period) -> None:
        self._lake, self._loads, self._period = lake, loads, period

    def __getattr__(self, name: str) -> object:
        return getattr(self._lake, name)

    def read(
        self,
        table: str,
        period: Period | None = None,
        key_part: str | None = None,
        *,
        as_of: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> dict[tuple[str, ...], dict[str, NDArray[np.int64]]]:
        """Return rows as the lake does, and those of the projects beside them."""
        found = self._lake.read(table, period, key_part, as_of=as_of, columns=columns)
        if table == _BALANCE:
            self._draw(found)
        if table == _MATCHING and key_part in {None, _USER, *self._loads}:
            for name, wh in self._loads.items():
                if key_part in {None, _USER, name}:
                    found[_USER, name] = _chosen(self._rows(wh, period), columns)
        return found

    def _draw(self, flows: dict[tuple[str, ...], dict[str, NDArray[np.int64]]]) -> None:
        """Let closed balances bear the loads: what was fed in first, the rest is drawn."""
        if (_EXPORT,) not in flows:
            return
        export = flows[_EXPORT,]
        at = (export["time_s"] - self._period.start_s) // STEP_S
        inside = (at >= 0) & (at < self._period.n_steps) & (export["closed"] > 0)
        drawn_wh = np.zeros(len(at), np.int64)
        for wh in self._loads.values():
            drawn_wh[inside] += wh[at[inside]]
        kept_wh = np.minimum(drawn_wh, export["wh"])
        changes = {_EXPORT: -kept_wh, _IMPORT: drawn_wh - kept_wh, _LOAD: drawn_wh}
        for flow, change_wh in changes.items():
            flows[flow,] = {**flows[flow,], "wh": flows[flow,]["wh"] + change_wh}

    def _rows(self, wh: NDArray[np.int64], period: Period | None) -> Columns:
        grid_s = self._period.grid_s()
        inside = np.ones(len(grid_s), np.bool_)
        if period is not None:
            inside = (grid_s >= period.start_s) & (grid_s < period.end_s)
        n = int(inside.sum())
        return {
            "time_s": grid_s[inside],
            "total_wh": wh[inside],
            "line_wh": np.zeros(n, np.int64),
            "pool_wh": np.zeros(n, np.int64),
            "quality": np.full(n, Quality.MEASURED, np.int64),
            "held": np.zeros(n, np.int64),
        }


def _chosen(rows: Columns, columns: Sequence[str] | None) -> dict[str, NDArray[np.int64]]:
    return {
        name: values
        for name, values in rows.items()
        if columns is None or name == "time_s" or name in columns
    }
