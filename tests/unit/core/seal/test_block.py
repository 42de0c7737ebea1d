"""One block: readings to bytes and back, and nothing in between."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit import MISSING_COUNT, START_S, block
from taihang.core.errors import InputError
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.block import BatchFormatError, open_body, salted_block
from taihang.core.series import Quality, Quantity

SALT = bytes(16)


@st.composite
def reading_blocks(draw: st.DrawFn) -> ReadingBlock:
    quantity = draw(st.sampled_from(Quantity))
    unit = {"register": "Wh", "energy": "Wh", "reactive": "varh"}.get(quantity, "CNY/kWh")
    n = draw(st.integers(1, 40))
    if draw(st.booleans()):
        times = START_S + np.arange(n, dtype=np.int64) * draw(st.integers(1, 86_400))
    else:
        times = np.cumsum(draw(st.lists(st.integers(1, 10_000), min_size=n, max_size=n)))
    quality = draw(st.lists(st.sampled_from(Quality), min_size=n, max_size=n))
    number = st.integers(MISSING_COUNT + 1, (1 << 63) - 1)
    return ReadingBlock(
        point=draw(st.sampled_from(["M-E01", "表计-1", "a" * 128])),
        quantity=quantity,
        unit=unit,
        scale="1000" if unit == "Wh" else draw(st.sampled_from(["0.001", "1", "12.5"])),
        modulus=draw(st.sampled_from([0, 10**8])),
        times_s=times.astype(np.int64),
        counts=np.array(
            [MISSING_COUNT if q is Quality.MISSING else draw(number) for q in quality], np.int64
        ),
        quality=np.array(quality, np.uint8),
    )


def _equal(expected: ReadingBlock, actual: ReadingBlock) -> bool:
    names = ("point", "quantity", "unit", "scale", "modulus")
    arrays = ("times_s", "counts", "quality")
    return [getattr(expected, n) for n in names] == [getattr(actual, n) for n in names] and all(
        np.array_equal(getattr(expected, n), getattr(actual, n)) for n in arrays
    )


@given(reading_blocks())
def test_open_body__gives_back_every_reading(readings: ReadingBlock) -> None:
    salted = salted_block(readings, SALT)

    assert salted.startswith(SALT)
    assert _equal(readings, open_body(salted[16:]))


@given(readings=reading_blocks(), data=st.data())
def test_open_body__is_one_spelling_whatever_it_accepts(
    readings: ReadingBlock, data: st.DataObject
) -> None:
    body = bytearray(salted_block(readings, SALT)[16:])
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= 1 << data.draw(st.integers(0, 7))

    try:
        opened = open_body(bytes(body))
    except InputError:
        return

    assert bytes(body) == salted_block(opened, SALT)[16:]


def test_salted_block__spends_nine_bytes_on_a_regular_reading() -> None:
    short = len(salted_block(block("M1", [1] * 10), SALT))
    long = len(salted_block(block("M1", [1] * 96), SALT))

    assert long - short == 86 * 9


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"times_s": np.array([1, 3, 2], np.int64)}, "not after the one before"),
        ({"times_s": np.array([1, 1, 2], np.int64)}, "not after the one before"),
        ({"times_s": np.array([-1, 1, 2], np.int64)}, r"start_s"),
        ({"times_s": np.array([1, 2, 1 << 60], np.int64)}, "before the year 10000"),
        ({"counts": np.array([1, MISSING_COUNT, 3], np.int64)}, "with quality 0"),
        ({"quality": np.array([0, 3, 0], np.uint8)}, "count 2 with quality 3"),
        ({"quality": np.array([0, 5, 0], np.uint8)}, "quality 5"),
        ({"quality": np.array([0, 0], np.uint8)}, "of one length"),
        ({"quality": np.array([0, 0, 0], np.int64)}, "uint8"),
        ({"counts": np.array([1.0, 2.0, 3.0])}, "int64"),
        ({"scale": "0"}, "scale"),
        ({"scale": "0.5"}, "scale"),
        ({"scale": "010"}, "scale"),
        ({"scale": "1e3"}, "scale"),
        ({"unit": "kWh"}, "expected Wh or L or g or kJ or varh for register"),
        ({"modulus": -1}, "modulus"),
        ({"point": ""}, "point"),
        ({"point": "a\nb"}, "point"),
        ({"point": "a" * 129}, "point"),
    ],
)
def test_salted_block__refuses_readings_that_could_not_be_opened(
    change: dict[str, object], reason: str
) -> None:
    good = block("M1", [1, 2, 3])
    fields: dict[str, object] = {
        name: getattr(good, name)
        for name in (
            "point", "quantity", "unit", "scale", "modulus", "times_s", "counts", "quality"
        )
    }  # fmt: skip
    altered = ReadingBlock(**(fields | change))  # pyright: ignore[reportArgumentType]

    with pytest.raises(InputError, match=reason):
        salted_block(altered, SALT)


def test_salted_block__refuses_no_readings_and_a_short_salt() -> None:
    with pytest.raises(BatchFormatError, match="of one length"):
        salted_block(block("M1", []), SALT)
    with pytest.raises(BatchFormatError, match="a salt of 4 bytes"):
        salted_block(block("M1", [1]), b"salt")


@pytest.mark.parametrize("length", [0, 3, 60, 130, -1])
def test_open_body__refuses_a_body_cut_short_or_long(length: int) -> None:
    body = salted_block(block("M1", [1, 2, 3]), SALT)[16:]

    with pytest.raises(BatchFormatError):
        open_body(body[:length] if length >= 0 else body + b"\x00")


def test_open_body__refuses_explicit_times_where_a_step_says_it() -> None:
    body = salted_block(block("M1", [1, 2, 3]), SALT)[16:]
    header_length = int.from_bytes(body[:4], "little")
    header = body[4 : 4 + header_length].replace(b'"step_s":900', b'"step_s":0')
    times = np.array([START_S, START_S + 900, START_S + 1_800], "<i8").tobytes()
    spelled_out = len(header).to_bytes(4, "little") + header + times + body[4 + header_length :]

    with pytest.raises(BatchFormatError, match="step_s 0 where the times have 900"):
        open_body(spelled_out)


@pytest.mark.parametrize("unit", ["Wh", "L", "g", "kJ", "varh"])
def test_open_body__of_a_register_of_any_medium(unit: str) -> None:
    block = replace(_whole("10"), unit=unit)

    assert open_body(salted_block(block, SALT)[len(SALT) :]).unit == unit


@pytest.mark.parametrize(
    ("quantity", "unit", "scale"),
    [
        (Quantity.REGISTER, "m³", "10"),
        (Quantity.REGISTER, "L", "0.5"),
        (Quantity.ENERGY, "L", "10"),
        (Quantity.REACTIVE, "kJ", "10"),
    ],
)
def test_salted_block__refuses_a_medium_in_another_unit_or_quantity(
    quantity: Quantity, unit: str, scale: str
) -> None:
    block = replace(_whole(scale), quantity=quantity, unit=unit)

    with pytest.raises(InputError, match=r"unit|scale"):
        salted_block(block, SALT)


def test_salted_block__leaves_a_sample_in_litres_its_decimal_scale() -> None:
    block = replace(_whole("0.5"), quantity=Quantity.SAMPLE, unit="L", modulus=0)

    assert open_body(salted_block(block, SALT)[len(SALT) :]).scale == "0.5"


def _whole(scale: str) -> ReadingBlock:
    times_s = np.array([0, 3600, 7200], np.int64)
    counts, quality = np.array([5, 6, 7], np.int64), np.zeros(3, np.uint8)
    return ReadingBlock("N-E01", Quantity.REGISTER, "L", scale, 100, times_s, counts, quality)
