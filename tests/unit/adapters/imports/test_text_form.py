"""Encoding and delimiter follow from the bytes; what is no text of one encoding is refused."""

import pytest

from taihang.adapters.imports.refusal import TableUnreadableError
from taihang.adapters.imports.text_form import text_form

TEXT = "时间,用电量\n2026-06-01 00:00,1\n2026-06-01 00:15,2\n"


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_text_form__finds_the_encoding(encoding: str, found: str) -> None:
    form = text_form(TEXT.encode(encoding), name="a.csv")

    assert (form.encoding, form.delimiter, form.is_certain) == (found, ",", True)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|", "，"])
def test_text_form__finds_the_delimiter(delimiter: str) -> None:
    text = TEXT.replace(",", delimiter).replace(f"{delimiter}1\n", f"{delimiter}1.5\n")

    assert text_form(text.encode(), name="a.csv").delimiter == delimiter


def test_text_form__a_preface_does_not_decide(tmp_path: object) -> None:
    del tmp_path
    form = text_form(f"园区；负荷\n{TEXT}".encode(), name="a.csv")

    assert (form.delimiter, form.is_certain) == (",", False)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing"),
        (b"a\0b,c\n", "no text has"),
        (b"word\nword\n", "lines such as 'word'"),
        ("时,间\n".encode("gb18030") + "时,间\n".encode(), "line 2"),
        ("时,间\n".encode() + b"\xff\xff\xff\n", "line 1"),
        (b"\xef\xbb\xbfa,b\n\xff\xfe\n", "line 2"),
        (",".join(["a"] * 2_001).encode(), "2001 columns"),
    ],
)
def test_text_form__what_is_no_table_of_one_encoding_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(TableUnreadableError, match=words):
        text_form(data, name="a.csv")
