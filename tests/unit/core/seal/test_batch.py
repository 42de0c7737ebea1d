"""Batches of both versions through one door."""

import pytest

from column_kit import golden_columns
from evidence_kit import GATEWAY_KEY, block, golden_log, sealed, verify_signature
from taihang.core.seal import batch_v1, batch_v2
from taihang.core.seal.batch import MAGICS, leaf_entry_of, open_batch
from taihang.core.seal.block import BatchFormatError


def test_open_batch__opens_either_version_by_its_first_line() -> None:
    one, two = open_batch(sealed(block("M", [1]))), open_batch(golden_columns())

    assert isinstance(one, batch_v1.SealedBatch)
    assert isinstance(two, batch_v2.ColumnBatch)
    for batch in (one, two):
        batch.check_signature(verify_signature, key=GATEWAY_KEY)
        shown = batch.blocks[0]
        found = batch.disclose(shown.block.point, quantity=shown.block.quantity)
        assert (found.salt, found.body) == (shown.salt, shown.body)


def test_leaf_entry_of__is_that_of_the_opened_batch() -> None:
    for data in (sealed(block("M", [1])), golden_columns()):
        assert leaf_entry_of(data) == open_batch(data).leaf_entry


@pytest.mark.parametrize("data", [b"", b"taihang/batch/v3\n", MAGICS[0][:-1], MAGICS[1][:-1]])
def test_open_batch__refuses_every_other_first_line(data: bytes) -> None:
    with pytest.raises(BatchFormatError):
        open_batch(data)


def test_leaf_entries__of_the_two_versions_begin_differently() -> None:
    """So that no entry of one version can be taken for one of the other."""
    assert golden_log().batches[0].leaf_entry[:1] == b"{"
    assert open_batch(golden_columns()).leaf_entry[:1] == b"\x01"
