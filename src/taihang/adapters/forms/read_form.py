"""A form from a file of any kind that is taken; its bytes must be what its name says."""

from pathlib import Path
from typing import Final

from taihang.adapters.forms.read_csv import read_csv
from taihang.adapters.forms.read_json import read_json
from taihang.adapters.forms.read_xlsx import read_xlsx
from taihang.adapters.forms.refusal import FormFileError
from taihang.core.activity.sheet import Sheet

_ZIP: Final = b"PK"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_PDF: Final = b"%PDF"
_BINARY: Final = (_ZIP, _OLD_OFFICE, _PDF)
_KINDS: Final = frozenset((".xlsx", ".csv", ".json"))
MAX_BYTES: Final = 16 * 1024 * 1024


def read_form_file(path: Path, *, beside: frozenset[str]) -> tuple[bytes, Sheet]:
    """Read a form.

    Args:
        path: The file: ``.csv``, ``.xlsx`` or ``.json``.
        beside: Names of sheets of a workbook that are not read.

    Returns:
        Its bytes, and its cells.

    Raises:
        FormFileError: If it is none of these, or not one that can be read without guessing.
    """
    name, kind = path.name, path.suffix.lower()
    n_bytes = path.stat().st_size
    if n_bytes > MAX_BYTES:
        raise FormFileError(
            name=name,
            what=f"{n_bytes} bytes",
            expected=f"at most {MAX_BYTES}",
            remedy="hand the form in as several",
        )
    data = path.read_bytes()
    if kind == ".xlsx" and data.startswith(_ZIP):
        return data, read_xlsx(data, name=name, beside=beside)
    if kind == ".csv" and not data.startswith(_BINARY):
        return data, read_csv(data, name=name)
    if kind == ".json" and not data.startswith(_BINARY):
        return data, read_json(data, name=name)
    what = "an old or encrypted Office file" if data.startswith(_OLD_OFFICE) else "another content"
    raise FormFileError(
        name=name,
        what=what if kind in _KINDS else f"a file {kind or 'without a suffix'}",
        expected="a form as .xlsx, .csv or .json whose content is what its name says",
        remedy="save it as .xlsx or CSV UTF-8; a template: taihang form DIR --template form.xlsx",
    )
