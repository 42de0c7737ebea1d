"""The command that writes a certificate on one page, and the proofs of it with less."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

import certified_park
import small_park
from taihang.interfaces.cli.main import main
from taihang.interfaces.cli.paper import page
from taihang.interfaces.cli.parser import build_parser
from taihang.interfaces.cli.words import WordsError
from taihang.services.act_log import log_acts
from taihang.services.prove_certificate import NoCertificateError


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    root = small_park.make(tmp_path_factory.mktemp("paper") / "park", certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        log_acts(ports=ports)
        name = ports.registry.certificates.certificates("2026-08.pool.E02")[0].id
    return root, name


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_page__is_written_with_the_machine_file_that_its_code_names(
    park: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    root, name = park
    out = tmp_path / f"page.{form}"
    words = ["certificates", "page", str(root), name, "--out", str(out), "--format", form]
    assert main([*words, "--site", "https://park.example", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)

    assert out.read_bytes()[:4] in {b"%PDF", b"<!do"}
    assert facts["address"] == f"https://park.example/c/{name}"
    assert facts["sha256"] == sha256(Path(facts["machine_file"]).read_bytes()).hexdigest()
    assert main(["verify", facts["machine_file"], "--lang", "en"]) == 0
    assert "state: held, E02" in capsys.readouterr().out


def test_page__of_an_issue_that_was_never_cut_is_that_of_its_certificate(
    park: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, name = park
    issue = name.partition(":")[0]
    words = ["certificates", "page", str(root), issue, "--out", str(tmp_path / "p.html"), "--json"]

    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["address"] == f"/c/{name}"


def test_page__tells_where_it_is_in_both_languages(
    park: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, name = park
    words = ["certificates", "page", str(root), name, "--out", str(tmp_path / "p.html")]
    assert main([*words, "--lang", "zh"]) == 0
    assert main([*words, "--lang", "en"]) == 0

    told = capsys.readouterr().out
    assert "公开地址 /c/2026-08" in told
    assert "public address /c/2026-08" in told


def test_page__refuses_an_address_that_is_none_and_an_unknown_certificate(
    park: tuple[Path, str], tmp_path: Path
) -> None:
    root, name = park
    words = ["certificates", "page", str(root), name, "--out", str(tmp_path / "p.html")]
    with pytest.raises(WordsError, match="--site"):
        page(build_parser("en").parse_args([*words, "--site", "park.example"]))
    words[3] = "2026-08.pool.E02:0-1"
    with pytest.raises(NoCertificateError):
        page(build_parser("en").parse_args(words))


@pytest.mark.parametrize(("less", "n_statements"), [("--public", 0), ("--without-load", 1)])
def test_prove__shows_less_when_asked(
    park: tuple[Path, str], tmp_path: Path, less: str, n_statements: int
) -> None:
    root, name = park
    out = tmp_path / "c.proof"
    assert main(["prove", str(root), name, "--out", str(out), less, "--json"]) == 0

    assert len(json.loads(out.read_bytes())["statements"]) == n_statements
