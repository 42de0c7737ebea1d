"""Tokens from the command line, and the words of `taihang ingest`."""

import os
import re
import signal
from pathlib import Path

import pytest

import small_park
from command_line import DEADLINE_S, done, started, taihang
from taihang.core.seal.door_token import TOKEN, token_sha256


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def test_token__is_shown_once_and_kept_as_a_hash(park: Path) -> None:
    facts = done("token", park, "GW2", "--days", "90", "--json").facts
    shown = done("token", park, "GW1", "--lang", "en").out

    assert (facts["gateway"], facts["days"]) == ("GW2", 90)
    assert TOKEN.fullmatch(str(facts["token"]))
    (token,) = re.findall(r"th_\S+", shown)
    with small_park.opened(park, writing=False) as ports:
        kept = {item.sha256: item.gateway for item in ports.registry.door_tokens()}
    assert kept == {token_sha256(str(facts["token"])): "GW2", token_sha256(token): "GW1"}


def test_token__is_taken_away(park: Path) -> None:
    done("token", park, "GW2")

    assert done("token", park, "GW2", "--revoke", "--json").facts["revoked"] == 1
    assert done("token", park, "GW2", "--revoke", "--json").facts["revoked"] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("token", "GW9"), "input.no-such-gateway"),
        (("token", "import"), "input.no-such-gateway"),
        (("token", "GW2", "--days", "0"), "input.words"),
        (("token", "GW2", "--days", "367"), "input.words"),
        (("ingest", "--batches-per-minute", "0"), "input.words"),
        (("ingest", "--tls-cert", "a.pem"), "input.words"),
        (("ingest", "--client-ca", "a.pem"), "input.words"),
        (("ingest", "--tls-cert", "a.pem", "--tls-key", "a.key"), "input.tls-file"),
        (("ingest", "--bind", "0.0.0.0"), "input.bind"),  # noqa: S104 - what is refused
        (("ingest", "--bind", "localhost"), "input.bind"),
        (("ingest", "--port", "65536"), "input.bind"),
    ],
)
def test_door__refuses_words_that_make_no_sense(
    words: tuple[str, ...], code: str, park: Path
) -> None:
    command, *rest = words

    taihang(command, park, *rest).refused(code, "")


def test_ingest__a_folder_that_is_no_park_is_refused(tmp_path: Path) -> None:
    taihang("ingest", tmp_path / "none", "--port", "0").refused("input.no-park", "none")


@pytest.mark.parametrize(("lang", "expected"), [("zh", "数据入口已就绪"), ("en", "door open at")])
def test_ingest__prints_its_bounds_and_ends_cleanly(lang: str, expected: str, park: Path) -> None:
    with started("ingest", park, "--port", "0", "--lang", lang, group=True) as running:
        try:
            assert running.stdout is not None
            lines = [running.stdout.readline() for _ in range(2)]
            os.killpg(running.pid, signal.SIGINT)
            more, errors = running.communicate(timeout=DEADLINE_S)
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)

    assert lines[0].startswith(expected)
    assert all(bound in lines[1] for bound in ("60", "240", "8 MiB", "64 MiB", "256", "1024"))
    assert (running.returncode, more, errors) == (0, "", "")
