"""A workbook as a zip: bounded, without macros, links, document types, or sizes that lie."""

import struct
import zipfile
from io import BytesIO

import pytest

from taihang.adapters.forms.package import MAX_PART_BYTES, Package
from taihang.adapters.forms.refusal import FormFileError
from xlsx_kit import packed, parts, rels

BOOK = "xl/workbook.xml"


def refused(data: bytes, part: str = BOOK) -> str:
    with pytest.raises(FormFileError) as error:
        Package(data, name="f.xlsx").xml(part)
    return error.value.given


def test_package__reads_parts_and_where_they_point() -> None:
    package = Package(packed(parts()), name="f.xlsx")

    assert package.relations("") == {"rId1": ("officeDocument", BOOK)}
    assert package.relations(BOOK) == {"rId1": ("worksheet", "xl/worksheets/sheet1.xml")}
    assert package.xml(BOOK).tag.endswith("workbook")
    assert package.relations("xl/worksheets/sheet1.xml") == {}


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"xl/vbaProject.bin": "x"}, "macros"),
        ({"xl/macrosheets/sheet1.xml": "x"}, "macros"),
        ({"xl/activeX/activeX1.bin": "x"}, "macros"),
        ({"xl/externalLinks/externalLink1.xml": "x"}, "a link to another file"),
        ({"xl/connections.xml": "x"}, "a link to another file"),
        ({f"x/{n}": "x" for n in range(600)}, "parts"),
        ({BOOK: '<!DOCTYPE a [<!ENTITY b "c">]><workbook/>'}, "document type"),
        ({BOOK: '<?xml version="1.0" encoding="cp037"?><workbook/>'}, "not in UTF-8"),
        ({BOOK: "<workbook/>".encode("utf-16")}, "not in UTF-8"),
        ({BOOK: "<workbook>"}, "no element"),
        ({BOOK: b"<workbook>\xff</workbook>"}, "invalid token"),
    ],
)
def test_package__refuses_what_acts_reaches_out_or_deceives(
    extra: dict[str, str | bytes], told: str
) -> None:
    assert told in refused(packed({**parts(), **extra}))


def test_package__refuses_a_zip_bomb_before_it_unpacks_it() -> None:
    assert "bytes" in refused(packed({**parts(), BOOK: b" " * (MAX_PART_BYTES + 1)}))
    several = {f"x/{n}": b" " * MAX_PART_BYTES for n in range(3)}
    assert "bytes unpacked" in refused(packed({**parts(), **several}))


def test_package__refuses_a_size_that_lies() -> None:
    data = packed({**parts(), BOOK: b" " * 100_000})
    told, lie = struct.pack("<I", 100_000), struct.pack("<I", 10)
    assert data.count(told) == 2

    assert "part" in refused(data.replace(told, lie))


def test_package__refuses_a_part_twice_and_an_encrypted_one() -> None:
    data = BytesIO(packed(parts()))
    with zipfile.ZipFile(data, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(BOOK, "<workbook/>")
    assert "twice" in refused(data.getvalue())

    encrypted = bytearray(packed(parts()))
    at = encrypted.find(b"PK\x01\x02")
    encrypted[at + 8] |= 1
    assert "encrypted" in refused(bytes(encrypted))


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" + b"x" * 100, b"\xd0\xcf\x11\xe0"])
def test_package__refuses_what_is_no_zip(data: bytes) -> None:
    assert "no workbook" in refused(data)


def test_package__refuses_damage_and_a_part_that_is_not_there() -> None:
    whole = packed({**parts(), BOOK: "<workbook>" + "abcdefg" * 500 + "</workbook>"})
    at = whole.find(b"xl/workbook.xml") + 30
    assert "part" in refused(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
    assert "no part" in refused(packed(parts()), "xl/nothing.xml")


def test_relations__refuse_another_file_and_pass_over_a_hyperlink() -> None:
    link = '<Relationship Id="r9" Type="x/{}" Target="http://a" TargetMode="External"/>'
    pointing = {
        kind: Package(
            packed({**parts(), "xl/_rels/workbook.xml.rels": rels(more=link.format(kind))}),
            name="f.xlsx",
        )
        for kind in ("hyperlink", "externalLinkPath")
    }

    assert pointing["hyperlink"].relations(BOOK) == {}
    with pytest.raises(FormFileError, match="points to"):
        pointing["externalLinkPath"].relations(BOOK)
