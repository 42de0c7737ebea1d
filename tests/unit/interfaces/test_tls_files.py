"""The files of a service that others reach: refused where they do not fit."""

from pathlib import Path

import pytest

from taihang.interfaces.tls_files import TlsFileError, TlsFiles, tls_context


def test_tls_context__refuses_files_that_are_no_certificate(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    for file in (cert, key):
        file.write_text("no certificate", "ascii")

    with pytest.raises(TlsFileError, match=r"cert\.pem") as refused:
        tls_context(TlsFiles(cert, key))

    assert refused.value.code == "input.tls-file"
