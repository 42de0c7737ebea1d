"""What is known of a file of evidence never changes."""

from dataclasses import FrozenInstanceError

import pytest

from taihang.core.seal.evidence_file import MAX_EVIDENCE_BYTES, EvidenceFile


def test_evidence_file__is_frozen() -> None:
    file = EvidenceFile("ab" * 32, "invoice.pdf", MAX_EVIDENCE_BYTES, 0)

    with pytest.raises(FrozenInstanceError):
        file.name = "other.pdf"  # pyright: ignore[reportAttributeAccessIssue]
