"""The parts of an .xlsx file: a bounded zip of bounded XML that neither acts nor reaches out.

Why not a library: what makes a workbook unfit as a form (hidden rows, merged cells, formulas whose
value was never saved, sizes that lie) is what the libraries at hand pass over, and an unknown file
is better read by little code that takes almost nothing.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import Final, NoReturn
from xml.etree.ElementTree import Element, ParseError, fromstring

from taihang.adapters.forms.refusal import FormFileError

MAX_BYTES: Final = 16 * 1024 * 1024
"""Largest workbook [byte]."""
MAX_PART_BYTES: Final = 24 * 1024 * 1024
"""Largest part of it when it is unpacked [byte]."""
MAX_UNPACKED_BYTES: Final = 48 * 1024 * 1024
MAX_PARTS: Final = 512
_METHODS: Final = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
_ENCRYPTED: Final = 1
_ACTING: Final = re.compile(
    r"vbaproject\.bin$|/macrosheets/|/dialogsheets/|/activex/", re.IGNORECASE
)
_REACHING: Final = re.compile(r"/externallinks/|/connections\.xml$|/querytables/", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']")
_BOM: Final = b"\xef\xbb\xbf"


class Package:
    """One workbook as a zip of parts."""

    def __init__(self, data: bytes, *, name: str) -> None:
        self._name = name
        if len(data) > MAX_BYTES:
            self.refuse(f"{len(data)} bytes", f"at most {MAX_BYTES}")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            self.refuse(f"no workbook: {error}", "a workbook as .xlsx", error)
        self._parts = self._checked()

    def refuse(self, what: str, expected: str, cause: Exception | None = None) -> NoReturn:
        """Refuse the file.

        Raises:
            FormFileError: Always.
        """
        raise FormFileError(
            name=self._name,
            what=what,
            expected=expected,
            remedy="save the sheet alone as a new .xlsx, or as CSV UTF-8",
        ) from cause

    def _checked(self) -> Mapping[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        parts = {info.filename: info for info in infos}
        unpacked = sum(info.file_size for info in infos)
        if len(parts) != len(infos) or len(infos) > MAX_PARTS:
            self.refuse(f"{len(infos)} parts, or one twice", f"at most {MAX_PARTS}, each once")
        if unpacked > MAX_UNPACKED_BYTES:
            self.refuse(f"{unpacked} bytes unpacked", f"at most {MAX_UNPACKED_BYTES}")
        for name, info in parts.items():
            if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
                self.refuse(f"the part {name}, encrypted or packed oddly", "a plain .xlsx")
            if _ACTING.search(name):
                self.refuse(f"the part {name}: macros or controls", "a workbook that does nothing")
            if _REACHING.search(name):
                expected = "a workbook that takes no value from another file"
                self.refuse(f"the part {name}: a link to another file", expected)
        return parts

    def has(self, name: str) -> bool:
        """Say whether there is a part of a name."""
        return name in self._parts

    def xml(self, name: str) -> Element:
        """Return the root of a part; no document type, no entity, no encoding but UTF-8.

        Args:
            name: The part.

        Returns:
            The root element.
        """
        info = self._parts.get(name)
        if info is None:
            self.refuse(f"no part {name}", "a whole workbook")
        if info.file_size > MAX_PART_BYTES:
            self.refuse(f"{name} with {info.file_size} bytes", f"at most {MAX_PART_BYTES}")
        try:
            data = self._zip.read(info).removeprefix(_BOM)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
            self.refuse(f"the part {name}: {error}", "a whole workbook", error)
        told = _ENCODING.match(data)
        if (told and told[1].lower() != b"utf-8") or b"\0" in data[:64] or b"<!DOCTYPE" in data:
            self.refuse(f"{name} with a document type, or not in UTF-8", "plain XML in UTF-8")
        try:
            # Without a document type there is no entity to expand and no address to fetch.
            return fromstring(data)  # noqa: S314
        except (ParseError, ValueError) as error:
            self.refuse(f"the part {name}: {error}", "XML as a spreadsheet writes it", error)

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Return where a part points to: id → last word of the type, and the part.

        Args:
            name: The part; empty for the package itself.
        """
        folder, _, file = name.rpartition("/")
        path = join(folder, "_rels", f"{file}.rels")
        if not self.has(path):
            return {}
        found: dict[str, tuple[str, str]] = {}
        for each in children(self.xml(path), "Relationship"):
            target = each.get("Target", "")
            if each.get("TargetMode") == "External":
                if each.get("Type", "").endswith("/hyperlink"):
                    continue
                self.refuse(f"{name} points to {target[:60]!r}", "a workbook that needs no other")
            at = normpath(
                target.lstrip("/") if target.startswith("/") else join(dirname(name), target)
            )
            found[each.get("Id", "")] = each.get("Type", "").rpartition("/")[2], at
        return found


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of a local name, whatever the edition of the format calls its space."""
    return (each for each in element if local(each) == name)


def local(element: Element) -> str:
    """Return the name of an element without its space."""
    return element.tag.rpartition("}")[2]
