from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.standards.energytag import (
    Configuration,
    Device,
    GranularCertificate,
    GranularRecordError,
    IssuedFrom,
    Piece,
    Terms,
    granular_records,
    record_of,
    record_texts,
    whole_wh,
)

T0 = 1_780_243_200  # 2026-05-31T16:00:00Z, a whole hour
DEVICES = {
    name: Device(
        id=name,
        name=f"电站 {name}",
        source="solar",
        technology="photovoltaic",
        operational_since=date(2024, 5, 1),
        capacity_kw=Decimal(1500),
        region="Shanxi",
        latitude_deg=Decimal("36.2"),
        longitude_deg=Decimal("113.1"),
    )
    for name in ("PV01", "W01")
}
TERMS = Terms(
    issued_s=T0 + 86_400 * 40,
    issuer="small.example/log",
    issued_from=IssuedFrom.PRODUCTION,
    is_usable_for_disclosure=True,
    configuration=Configuration.SIDE_BY_SIDE,
)


def records(pieces: list[Piece], step_s: int = 3600) -> tuple[GranularCertificate, ...]:
    return granular_records(
        pieces, certificate="2026-06.pool.E01", devices=DEVICES, terms=TERMS, step_s=step_s
    )


def one() -> dict[str, str]:
    (record,) = records([Piece("PV01", T0, 7)])
    return record_texts(record)


def test_granular_records__quarters_of_an_hour_become_hours_by_device() -> None:
    found = records(
        [
            Piece("PV01", T0, 1),
            Piece("W01", T0, 5),
            Piece("PV01", T0 + 2700, 2),
            Piece("PV01", T0 + 3600, 4),
        ]
    )

    assert [(record.id, record.energy_wh) for record in found] == [
        ("2026-06.pool.E01/PV01@2026-05-31T16:00:00Z", 3),
        ("2026-06.pool.E01/W01@2026-05-31T16:00:00Z", 5),
        ("2026-06.pool.E01/PV01@2026-05-31T17:00:00Z", 4),
    ]


@given(
    st.lists(
        st.builds(
            Piece,
            st.sampled_from(["PV01", "W01"]),
            st.integers(0, 200).map(lambda n: T0 + 900 * n),
            st.integers(1, 10**9),
        ),
        max_size=60,
    ),
    st.sampled_from([900, 1800, 3600]),
)
def test_granular_records__conserve_energy_and_each_id_is_one(
    pieces: list[Piece], step_s: int
) -> None:
    found = records(pieces, step_s)

    assert sum(piece.energy_wh for piece in pieces) == sum(record.energy_wh for record in found)
    assert len(found) == len({record.id for record in found})
    assert all(record.end_s - record.start_s <= 3600 for record in found)


@given(st.integers(1, 2**62), st.integers(0, 10_000), st.sampled_from(Configuration))
def test_record_of__reads_what_record_texts_writes(
    energy_wh: int, n_quarter: int, configuration: Configuration
) -> None:
    record = GranularCertificate(
        id="x",
        device=DEVICES["PV01"],
        start_s=T0 + 900 * n_quarter,
        end_s=T0 + 900 * n_quarter + 900,
        energy_wh=energy_wh,
        terms=Terms(
            issued_s=T0 + 900 * n_quarter + 900,
            issuer="i",
            issued_from=IssuedFrom.STORAGE,
            is_usable_for_disclosure=False,
            configuration=configuration,
        ),
    )

    assert record == record_of(record_texts(record), where="row 2")


def test_record_texts__say_every_attribute_of_the_scheme() -> None:
    # The list of the handbook, §5.2 [verified: K27], in its order.
    assert list(one()) == [
        "energy_carrier",
        "id",
        "device_operational_date",
        "interval_start",
        "interval_end",
        "issued_at",
        "source",
        "technology",
        "device_name",
        "device_id",
        "capacity_kw",
        "region",
        "latitude_deg",
        "longitude_deg",
        "energy_wh",
        "issuer",
        "issued_from",
        "usable_for_disclosure",
        "after_conversion",
        "configuration",
    ]


@pytest.mark.parametrize("name", list(one()))
def test_record_of__wants_every_attribute(name: str) -> None:
    with pytest.raises(GranularRecordError, match=f"row 2: no {name}"):
        record_of({**one(), name: ""}, where="row 2")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("energy_carrier", "hydrogen"),
        ("energy_wh", "-5"),
        ("energy_wh", "1.5"),
        ("energy_wh", "1e3"),
        ("energy_wh", "NaN"),
        ("energy_wh", "0"),
        ("energy_wh", "٣"),
        ("energy_wh", "9" * 400),
        ("capacity_kw", "NaN"),
        ("capacity_kw", "Infinity"),
        ("capacity_kw", "-1"),
        ("latitude_deg", "91"),
        ("longitude_deg", "-180.5"),
        ("interval_start", "2026-06-01"),
        ("interval_start", "2026-5-31T16:0:0Z"),
        ("interval_start", "2026-05-31T15:00:00Z"),  # two hours
        ("interval_end", "2026-05-31T16:00:00Z"),  # empty
        ("interval_end", "2026-05-31T16:00:00+08:00"),
        ("issued_at", "2026-05-31T16:30:00Z"),  # before the interval has ended
        ("device_operational_date", "20240501"),
        ("issued_from", "battery"),
        ("after_conversion", "yes"),  # of production
        ("usable_for_disclosure", "true"),
        ("configuration", "4"),
    ],
)
def test_record_of__refuses_what_the_scheme_does_not_allow(name: str, text: str) -> None:
    with pytest.raises(GranularRecordError):
        record_of({**one(), name: text}, where="row 2")


def test_record_of__refuses_an_unknown_column() -> None:
    with pytest.raises(GranularRecordError, match="'colour'"):
        record_of({**one(), "colour": "green"}, where="row 2")


@pytest.mark.parametrize("step_s", [0, 600, 2700, 7200])
def test_granular_records__are_of_whole_parts_of_an_hour(step_s: int) -> None:
    with pytest.raises(GranularRecordError, match="900, 1800 or 3600"):
        records([Piece("PV01", T0, 1)], step_s)


def test_granular_records__refuse_a_device_nobody_knows() -> None:
    with pytest.raises(GranularRecordError, match="the device PV99"):
        records([Piece("PV99", T0, 1)])


def test_whole_wh__rounds_down() -> None:
    assert [whole_wh(Decimal(text)) for text in ("0.999", "12.999", "13")] == [0, 12, 13]
