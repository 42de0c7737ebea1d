"""Uploads of a park of many meters: what gateways send, and the same rows as plain arrays."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang import wiring
from taihang.adapters.system import FixedClock
from taihang.config.templates import template_text
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.batch_v2 import seal_batch
from taihang.core.seal.envelope import ClockState, Envelope
from taihang.core.series import Quantity
from taihang.services.keys import gateway_signer
from taihang.services.ports import Ports, Signer

NOW: Final = datetime(2026, 10, 1, tzinfo=UTC)
GATEWAYS: Final = 10
"""Uploads that come together in one group."""
START_S: Final = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp())
_STEP_S: Final = 60
_DIAL: Final = 100_000_000
_SCALE_WH: Final = 10


@dataclass(frozen=True, slots=True)
class Shape:
    """How many points one upload has, and how many minutes of each."""

    n_points: int
    n_minutes: int

    @property
    def n_readings(self) -> int:
        """Readings of one upload."""
        return self.n_points * self.n_minutes


@dataclass(frozen=True, slots=True)
class Rows:
    """The readings of one group as columns."""

    point: NDArray[np.int32]
    time_s: NDArray[np.int64]
    count: NDArray[np.int64]
    quality: NDArray[np.uint8]
    batch: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """What ten gateways send at one time."""

    number: int
    batches: tuple[bytes, ...]
    rows: Rows


def clock() -> FixedClock:
    """Return the clock that every park of these cases runs by."""
    return FixedClock(NOW)


def make_metered_park(root: Path, shape: Shape) -> None:
    """Make a park in which ten gateways read so many meters each."""
    head = re.split(r"^E01", template_text("blank"), flags=re.MULTILINE)[0]
    users = [_user(g, n) for g in range(GATEWAYS) for n in range(shape.n_points)]
    gateways, meters = ["[gateways]"], ["[meters]"]
    for gateway in range(GATEWAYS):
        names = [_point(gateway, number) for number in range(shape.n_points)]
        gateways.append(f"G{gateway} = {{ meters = [{', '.join(map(_quoted, names))}] }}")
        meters += [
            f'{name} = {{ node = "{name[2:]}", measures = "consumption",'
            f" resolution_wh = {_SCALE_WH}, multiplier = 1, digits = 8, max_kw = 2000 }}"
            for name in names
        ]
    wiring.make_park(root, text="\n".join([head, *users, *gateways, *meters, ""]))


def enrolled_keys(*parks: Ports) -> list[Signer]:
    """Return the keys of the ten gateways; every park hears the same ones."""
    names = [f"G{number}" for number in range(GATEWAYS)]
    keys = [gateway_signer(name, ports=parks[0]) for name in names]
    for ports in parks[1:]:
        for name, key in zip(names, keys, strict=True):
            ports.registry.enrol_gateway(name, public_key=key.public.hex(), at_s=0)
    return keys


def groups(keys: Sequence[Signer], shape: Shape, *, n_groups: int) -> Iterator[Group]:
    """Yield what the gateways send, group after group; registers with 8 % of noise."""
    dice = np.random.default_rng(7)
    n = GATEWAYS * shape.n_points
    mean = dice.integers(5, 400, n)
    register = dice.integers(10**6, 5 * 10**7, n)
    for number in range(n_groups):
        noise = 1 + 0.08 * dice.standard_normal((n, shape.n_minutes))
        counts = register[:, None] + np.cumsum((mean[:, None] * noise).astype(np.int64), axis=1)
        register = counts[:, -1]
        start_s = START_S + number * shape.n_minutes * _STEP_S
        batches = tuple(
            _sealed(key, gateway, number, start_s, counts=_part(counts, gateway, shape))
            for gateway, key in enumerate(keys)
        )
        yield Group(number, batches, _rows(counts, start_s, number=number))


def _sealed(
    key: Signer, gateway: int, number: int, start_s: int, *, counts: NDArray[np.int64]
) -> bytes:
    n = len(counts[0])
    times_s = start_s + _STEP_S * np.arange(n, dtype=np.int64)
    blocks = [
        ReadingBlock(
            point=_point(gateway, row),
            quantity=Quantity.REGISTER,
            unit="Wh",
            scale=str(_SCALE_WH),
            modulus=_DIAL,
            times_s=times_s,
            counts=values,
            quality=np.zeros(n, np.uint8),
        )
        for row, values in enumerate(counts)
    ]
    envelope = Envelope(
        gateway=f"G{gateway}",
        counter=number + 1,
        sent_at_s=start_s + n * _STEP_S,
        clock=ClockState.SYNCHRONISED,
        origin={"kind": "benchmark"},
    )
    seed = np.random.default_rng([gateway, number]).bytes(16)
    return seal_batch(envelope, blocks=blocks, seed=seed, sign=key.sign)


def _rows(counts: NDArray[np.int64], start_s: int, *, number: int) -> Rows:
    n_points, n_minutes = counts.shape
    point = np.repeat(np.arange(n_points, dtype=np.int32), n_minutes)
    times_s = start_s + _STEP_S * np.arange(n_minutes, dtype=np.int64)
    return Rows(
        point=point,
        time_s=np.concatenate([times_s] * n_points),
        count=counts.ravel(),
        quality=np.zeros(len(point), np.uint8),
        batch=number * GATEWAYS + point.astype(np.int64) // (n_points // GATEWAYS),
    )


def _part(counts: NDArray[np.int64], gateway: int, shape: Shape) -> NDArray[np.int64]:
    return counts[gateway * shape.n_points : (gateway + 1) * shape.n_points]


def _point(gateway: int, number: int) -> str:
    return f"M-U{gateway}-{number:03d}"


def _user(gateway: int, number: int) -> str:
    return (
        f'{_point(gateway, number)[2:]} = {{ name_zh = "用户", name_en = "User", sector = "C38",'
        " voltage_kv = 10, transformer_kva = 2000 }"
    )


def _quoted(name: str) -> str:
    return f'"{name}"'
