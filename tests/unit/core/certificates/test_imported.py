from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.imported import ImportedBatch, imported_bytes, open_imported
from taihang.core.certificates.outside import OutsideCertificate
from taihang.core.seal.canonical import DocumentError

RECORDS = st.builds(
    OutsideCertificate,
    registry=st.just("i-rec"),
    serial_first=st.text("A0", min_size=1, max_size=8),
    serial_last=st.text("A0", min_size=1, max_size=8),
    device_code=st.sampled_from(["CN-1", "大坝"]),
    device_name=st.just("Dam"),
    technology=st.just("hydro"),
    start_s=st.integers(0, 10**9),
    end_s=st.integers(10**9, 2 * 10**9),
    energy_wh=st.integers(1, 10**15),
    expires_on=st.none() | st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    kind=st.sampled_from(["", "tradable"]),
)


@given(st.lists(RECORDS, max_size=4))
def test_open_imported__reads_what_imported_bytes_says(records: list[OutsideCertificate]) -> None:
    batch = ImportedBatch(
        id="i1", map="i-rec", registry="i-rec", evidence="ab" * 32, records=tuple(records)
    )

    assert open_imported(imported_bytes(batch)) == batch
    assert batch.energy_wh == sum(one.energy_wh for one in records)


def test_open_imported__refuses_a_field_too_many() -> None:
    batch = ImportedBatch(id="i1", map="m", registry="r", evidence="", records=())
    data = imported_bytes(batch).replace(b'"id":"i1"', b'"id":"i1","issued":1')

    with pytest.raises(DocumentError):
        open_imported(data)
