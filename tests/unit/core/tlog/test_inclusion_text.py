"""The text of an inclusion: one spelling, read back as written, everything else refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.tlog.inclusion_text import (
    HEAD,
    MAX_PATH,
    InclusionTextError,
    encode_inclusion,
    parse_inclusion,
)

NOTE = "park.example/log\n1\nAAAA\n\n— park.example/log AAAA\n"
HASHES = st.lists(st.binary(min_size=32, max_size=32), max_size=MAX_PATH)


@given(index=st.integers(0, (1 << 63) - 1), path=HASHES)
def test_parse_inclusion__gives_what_was_encoded(index: int, path: list[bytes]) -> None:
    found = parse_inclusion(encode_inclusion(index, path=path, checkpoint_note=NOTE))

    assert (found.index, found.path, found.checkpoint_note) == (index, tuple(path), NOTE)


def test_encode_inclusion__is_the_published_form_line_by_line() -> None:
    text = encode_inclusion(7, path=[b"\1" * 32], checkpoint_note=NOTE)

    assert text.split("\n")[:5] == [
        "c2sp.org/tlog-proof@v1",
        "index 7",
        "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
        "",
        "park.example/log",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        HEAD,
        f"{HEAD}\nindex 1\n",
        f"{HEAD}\nindex 1\n\n",
        f"{HEAD}\nindex 01\n\n{NOTE}",
        f"{HEAD}\nindex -1\n\n{NOTE}",
        f"{HEAD}\nindex 1\nAAAA\n\n{NOTE}",
        f"{HEAD}\nindex 1\nno base64\n\n{NOTE}",
        f"other@v1\nindex 1\n\n{NOTE}",
        f"{HEAD}\n\n{NOTE}",
        encode_inclusion(1, path=[bytes(32)] * (MAX_PATH + 1), checkpoint_note=NOTE),
    ],
)
def test_parse_inclusion__refuses_every_other_text(text: str) -> None:
    with pytest.raises(InclusionTextError):
        parse_inclusion(text)
