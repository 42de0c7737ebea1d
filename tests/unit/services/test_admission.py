"""The quick way to judge a batch says the same as the slow one, and says it once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small_park
from small_park import DAY
from taihang.core.errors import TaihangError
from taihang.core.seal.batch import open_batch
from taihang.core.seal.envelope import BatchSignatureError
from taihang.core.series import Quality
from taihang.services.admission import (
    Admission,
    ForeignMeterError,
    UnknownGatewayError,
    check_content,
)

ANY_COUNT = st.one_of(st.integers(-3, 3), st.integers(small_park.MODULUS - 3, 10_000_003))


def refusal_of(act: object, *args: object, **named: object) -> str | None:
    assert callable(act)
    try:
        act(*args, **named)
    except TaihangError as error:
        return str(error)
    return None


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    counts=st.lists(ANY_COUNT, min_size=1, max_size=5),
    marks=st.lists(st.sampled_from([0, 1, 2, 4]), min_size=5, max_size=5),
    shift_s=st.sampled_from([0, 0, 60]),
    point=st.sampled_from(["M-E02", "M-E02", "M-E01", "PRICE"]),
    is_energy=st.booleans(),
)
def test_check__refuses_exactly_what_the_slow_way_refuses_in_the_same_words(
    root: Path, counts: list[int], marks: list[int], shift_s: int, point: str, *, is_energy: bool
) -> None:
    make = small_park.energy_block_of if is_energy else small_park.block_of
    block = make(point, DAY.start_s + shift_s, counts)
    block = replace(block, quality=np.array(marks[: len(counts)], np.uint8))
    with small_park.opened(root) as ports:
        batch = open_batch(small_park.sealed(ports, "GW2", 1, block))
        admission = Admission(ports)

        quick = refusal_of(admission.check, batch)

        assert quick == refusal_of(check_content, batch, park=ports.park)
        assert quick == refusal_of(admission.check, batch), "the second time as the first"


def test_open__checks_the_signature_before_the_body_is_unpacked(root: Path) -> None:
    with small_park.opened(root) as ports:
        batch = small_park.sealed(
            ports, "GW2", 1, small_park.registers("M-E02", DAY), key_name="somebody"
        )
        no_body = batch[: len(batch) - 100] + bytes(100)
        enrolled = ports.registry.gateway_keys()

        with pytest.raises(BatchSignatureError):
            Admission(ports).open(no_body, enrolled=enrolled, received_at_s=1)


@pytest.mark.parametrize("ordinal", [2, 255])
def test_open__refuses_a_key_that_was_never_enrolled(root: Path, ordinal: int) -> None:
    with small_park.opened(root) as ports:
        batch = small_park.sealed(
            ports, "GW2", 1, small_park.registers("M-E02", DAY), key_ordinal=ordinal
        )

        with pytest.raises(UnknownGatewayError, match=f"signed by key {ordinal}"):
            Admission(ports).open(batch, enrolled=ports.registry.gateway_keys(), received_at_s=1)


@pytest.mark.parametrize("seal", [small_park.sealed, small_park.sealed_v1])
def test_open_and_check__judge_both_versions(root: Path, seal: Callable[..., bytes]) -> None:
    with small_park.opened(root) as ports:
        admission = Admission(ports)
        good, foreign = (
            admission.open(
                seal(ports, "GW2", 1, small_park.registers(point, DAY)),
                enrolled=ports.registry.gateway_keys(),
                received_at_s=DAY.end_s,
            ).batch
            for point in ("M-E02", "M-E01")
        )

        admission.check(good)
        with pytest.raises(ForeignMeterError):
            admission.check(foreign)


def test_check__takes_a_register_off_the_dial_that_is_rejected_or_estimated(root: Path) -> None:
    block = small_park.block_of("M-E02", DAY.start_s, [5, small_park.MODULUS])
    with small_park.opened(root) as ports:
        for mark in (Quality.REJECTED, Quality.ESTIMATED):
            quality = np.array([0, mark], np.uint8)
            batch = small_park.sealed(ports, "GW2", 1, replace(block, quality=quality))

            Admission(ports).check(open_batch(batch))
