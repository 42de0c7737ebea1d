"""The served pages of a real park: same numbers as the report, a clean start and a clean end."""

import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from command_line import DEADLINE_S, DemoPark, blank_park, done, process, started, taihang
from members import park_cookie
from own_certificate import certificate
from taihang.interfaces.catalogue import Lang


@contextmanager
def _served(
    *words: str | Path, scheme: str = "http"
) -> Generator[tuple["subprocess.Popen[str]", str, int]]:
    """Serve a park; yield the process, the first line that it printed, and its port."""
    with started("serve", *words, "--port", "0", group=True) as running:
        try:
            assert running.stdout is not None
            line = running.stdout.readline()
            found = re.search(rf"{scheme}://[a-z0-9.]+:(\d+)/", line)
            assert found, (line, running.stderr and running.stderr.read())
            yield running, line, int(found[1])
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)


def _get(port: int, path: str, *, park: Path | None = None) -> tuple[int, str]:
    """Ask as a stranger, or as a member of a park."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {} if park is None else {"Cookie": park_cookie(park)}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def _ended(running: "subprocess.Popen[str]") -> tuple[int, str, str]:
    os.killpg(running.pid, signal.SIGINT)
    code = running.wait(timeout=DEADLINE_S)
    assert running.stdout is not None
    assert running.stderr is not None
    # Not by ``communicate``: it would not see what was read together with the first line.
    return code, running.stdout.read(), running.stderr.read()


def test_serve__carries_the_numbers_of_the_report_and_ends_cleanly(demo_park: DemoPark) -> None:
    report = done("report", demo_park.root, "--month", "2026-09", "--json").facts
    # Once somebody is in, no link for the first member is printed.
    park_cookie(demo_park.root)

    with _served(demo_park.root) as (running, _, port):
        health, ready, page = (
            _get(port, path, park=demo_park.root) for path in ("/healthz", "/readyz", "/")
        )
        status, body = _get(port, "/overview.json", park=demo_park.root)
        code, more, errors = _ended(running)

    overview = json.loads(body)
    kpis = overview["kpis"]
    assert (health, ready, page[0]) == ((200, "alive\n"), (200, "ready\n"), 200)
    assert (status, overview["month"]) == (200, "2026-09")
    assert cast("int", report["load_wh"]) / 1e6 == kpis["load_mwh"]
    assert float(str(report["scope2_location_tco2"])) == kpis["scope2_location_tco2"]
    assert float(str(report["scope2_market_tco2"])) == kpis["scope2_market_tco2"]
    assert float(str(report["standard_coal_tce_equivalent"])) == kpis["standard_coal_tce"]
    assert report["coverage_ratio"] == round(kpis["coverage_ratio"], 6)
    assert report["closure_error_wh"] == kpis["closure_error_wh"] == 0
    flows_wh = cast("dict[str, int]", report["flows_wh"])
    shown = {
        f["sink"] if f["source"] == "bus" else f["source"]: f["mwh"] for f in overview["flows"]
    }
    for name in ("import", "export", "charge", "discharge", "losses"):
        assert flows_wh[name] / 1e6 == shown[name]
    assert cast("dict[str, object]", report["log"])["root"] == overview["trust"]["root_hex"]
    assert (code, more, errors) == (0, "", "")


@pytest.mark.parametrize(("lang", "expected"), [("zh", "网页已就绪"), ("en", "pages at")])
def test_serve__announces_the_address_in_the_language(
    lang: Lang, expected: str, tmp_path: Path
) -> None:
    park = blank_park(tmp_path / "park")

    with _served(park, "--lang", lang) as (running, line, port):
        status, page = _get(port, "/", park=park)
        code, _, errors = _ended(running)

    assert line.startswith(expected)
    assert (status, code, errors) == (200, 0, "")
    assert "我的园区" in page


def test_serve__announces_the_address_to_machines_as_one_object(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")

    with _served(park, "--json") as (running, line, port):
        code, more, errors = _ended(running)

    told = json.loads(line)
    assert told["address"] == f"http://127.0.0.1:{port}/"
    assert re.fullmatch(
        rf"http://127\.0\.0\.1:{port}/welcome/[A-Za-z0-9_-]{{43}}", told["first_link"]
    )
    assert (code, more, errors) == (0, "", "")


def test_serve__the_link_for_the_first_member_is_another_at_each_start_until_there_is_one(
    tmp_path: Path,
) -> None:
    park = blank_park(tmp_path / "park")
    links: list[str] = []
    for _ in range(2):
        with _served(park, "--json") as (running, line, _):
            links.append(str(json.loads(line)["first_link"]))
            _ended(running)
    park_cookie(park)

    with _served(park, "--json") as (running, line, port):
        path = links[-1].partition("/welcome/")[2]
        status, _ = _get(port, f"/welcome/{path}")
        _ended(running)

    assert len(set(links)) == 2
    assert json.loads(line)["first_link"] is None
    assert status == 410


def test_serve__over_tls_answers_by_the_names_of_its_certificate_and_keeps_cookies_to_it(
    tmp_path: Path,
) -> None:
    park = blank_park(tmp_path / "park")
    cert, key = certificate(tmp_path, "park.example")
    trusting = ssl.create_default_context(cafile=str(cert))
    trusting.check_hostname = False

    words = ("--tls-cert", cert, "--tls-key", key, "--json")
    with _served(park, *words, scheme="https") as (running, line, port):
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=60, context=trusting)
        connection.request("GET", "/sign-in/", headers={"Host": f"park.example:{port}"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.request("GET", "/sign-in/", headers={"Host": "other.example"})
        stranger = connection.getresponse().status
        connection.close()
        _ended(running)

    assert json.loads(line)["address"] == f"https://park.example:{port}/"
    assert answer.status == 200
    assert "登录" in body
    cookie = str(answer.headers["set-cookie"])
    assert cookie.startswith("__Host-taihang-csrf=")
    assert "Secure" in cookie
    assert "max-age=" in str(answer.headers["strict-transport-security"])
    assert stranger == 400


def test_serve__certificate_and_key_go_together_and_must_fit(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")
    cert, _ = certificate(tmp_path, "park.example")
    (tmp_path / "other").mkdir()
    _, other_key = certificate(tmp_path / "other", "park.example")

    taihang("serve", park, "--tls-cert", cert).refused("input.words", "--tls-key")
    words = ("serve", park, "--tls-cert", cert, "--tls-key")
    taihang(*words, other_key).refused("input.tls-file", str(cert))
    taihang(*words, tmp_path / "absent").refused("input.tls-file", "absent")


def test_serve__shows_what_was_settled_while_it_runs(tmp_path: Path) -> None:
    park = tmp_path / "park"
    done("new", park, "--template", "changzhi")

    with _served(park) as (_, _, port):
        before = json.loads(_get(port, "/overview.json", park=park)[1])
        done("simulate", park, "--from", "2026-09-01", "--days", "1")
        done("settle", park, "--from", "2026-09-01", "--to", "2026-09-02")
        after = json.loads(_get(port, "/overview.json", park=park)[1])

    assert before["as_of_s"] is None
    assert after["month"] == "2026-09"
    assert after["kpis"]["load_mwh"] > 0


def test_serve__a_park_that_does_not_open_is_refused_before_it_listens(tmp_path: Path) -> None:
    process("serve", tmp_path / "none", "--port", "0").refused("input.no-park", "none")


def test_serve__an_empty_folder_is_served_and_one_with_something_else_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").touch()

    with _served(tmp_path / "empty", "--json") as (running, line, port):
        answers = [
            _get(port, path)[0] for path in ("/healthz", "/sign-in/", "/", "/log/checkpoint")
        ]
        code, _, errors = _ended(running)

    assert "/welcome/" in json.loads(line)["first_link"]
    assert answers == [200, 200, 302, 404]
    assert (code, errors) == (0, "")
    process("serve", tmp_path / "full", "--port", "0").refused("state.folder-in-use", "notes.txt")


def test_serve__an_open_address_and_a_taken_port_are_refused(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        taken = taihang("serve", park, "--port", port)
    taken.refused("state.port-taken", port)
    taihang("serve", park, "--bind", "0.0.0.0").refused("input.bind", "0.0.0.0")  # noqa: S104 - what is refused
    taihang("serve", park, "--port", "99999").refused("input.bind", "99999")


def test_demo__serves_what_it_made_and_tells_machines_everything_in_one_object(
    tmp_path: Path,
) -> None:
    words = ("demo", "--dir", tmp_path / "park", "--days", "30", "--port", "0", "--json")
    with started(*words, group=True) as running:
        try:
            assert running.stdout is not None
            facts = json.loads(running.stdout.readline())
            (port,) = map(int, re.findall(r":(\d+)/", facts["address"]))
            status, body = _get(port, "/overview.json", park=tmp_path / "park")
            code, more, errors = _ended(running)
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)

    assert (status, code, more, errors) == (200, 0, "", "")
    assert facts["report"]["load_wh"] / 1e6 == json.loads(body)["kpis"]["load_mwh"]
