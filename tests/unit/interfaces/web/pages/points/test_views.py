"""Points through a year: for whoever may see them, with gaps as gaps, and nobody else's."""

import base64
import csv
import json
import re
from collections.abc import Iterator
from datetime import date
from io import StringIO

import numpy as np
import pytest

import roof_park
from asgi_client import Answer
from members import ask_as
from taihang.core.access.role import Role
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource

_FIRST = (roof_park.FIRST - date(2026, 1, 1)).days


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParkSource]:
    opened = ParkSource(roof_park.make(tmp_path_factory.mktemp("points") / "p"))
    yield opened
    opened.accounts.close()


@pytest.fixture(scope="module")
def app(source: ParkSource) -> AsgiApplication:
    return create_application(source)


def ask(app: AsgiApplication, source: ParkSource, address: str) -> Answer:
    return ask_as(app, address, Role.REGULATOR, accounts=source.accounts)


@pytest.mark.parametrize("lang", LANGS)
def test_year_page__draws_what_was_read_and_leaves_the_rest_out(
    lang: Lang, app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, f"/points/M-PV04/?lang={lang}")

    block = re.search(r'<script id="page-data"[^>]*>(.*?)</script>', answer.text)
    assert block is not None
    data = json.loads(block[1])
    numbers = np.frombuffer(base64.b64decode(data["numbers"]), "<u2").reshape(365, 96)
    known = numbers != 65_535
    assert known[_FIRST : _FIRST + roof_park.DEAD_DAY].all()
    assert known.sum() == roof_park.DEAD_DAY * 96
    shown = data["least"] + numbers[_FIRST + 3] / 65_534 * (data["greatest"] - data["least"])
    np.testing.assert_allclose(shown, roof_park.generation_kw()["PV04"][3], atol=0.1)
    assert {"zh": "一年热图", "en": "The year"}[lang] in answer.text
    assert answer.text.count("<tr>") == 1 + 12


def test_year_page__of_a_year_without_readings_says_so(
    app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, "/points/M-PV04/?year=2019&lang=en")

    assert answer.status == 200
    assert "There is no reading of 2019" in answer.text
    assert "<canvas" not in answer.text


def test_year_file__has_every_quarter_and_empty_cells(
    app: AsgiApplication, source: ParkSource
) -> None:
    answer = ask(app, source, "/points/M-PV04/year.csv?year=2026&lang=en")

    rows = list(csv.reader(StringIO(answer.body.decode("utf-8-sig"))))
    assert rows[0] == ["start", "M-PV04 kW", "estimated_or_manual"]
    assert len(rows) == 1 + 365 * 96
    assert rows[1] == ["2026-01-01 00:00", "", "0"]
    noon = rows[1 + _FIRST * 96 + 48]
    assert noon[0] == "2026-07-01 12:00"
    assert float(noon[1]) == pytest.approx(
        float(roof_park.generation_kw()["PV04"][0, 48]), abs=0.01
    )


def test_points_page__lists_what_one_may_see(app: AsgiApplication, source: ParkSource) -> None:
    whole = ask(app, source, "/points/")
    own = ask_as(app, "/points/", Role.ENTERPRISE_USER, enterprise="E01", accounts=source.accounts)

    assert 'href="/points/M-E02/"' in whole.text
    assert 'href="/points/M-E01/"' in own.text
    assert "M-E02" not in own.text
    assert "M-PV01" not in own.text


@pytest.mark.parametrize("address", ["/points/M-E02/", "/points/M-E02/year.csv", "/points/M-PV01/"])
def test_year_page__a_neighbours_point_is_not_there(
    address: str, app: AsgiApplication, source: ParkSource
) -> None:
    own = ask_as(app, address, Role.ENTERPRISE_USER, enterprise="E01", accounts=source.accounts)
    mine = ask_as(
        app, "/points/M-E01/", Role.ENTERPRISE_USER, enterprise="E01", accounts=source.accounts
    )

    assert own.status == 404
    assert mine.status == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/points/M-NOBODY/", 404),
        ("/points/M-E01/?year=2026-07", 422),
        ("/points/M-E01/?year=soon", 422),
        ("/points/M-E01/?day=1", 422),
        ("/points/?year=2026", 422),
    ],
)
def test_points__refuse_what_they_do_not_know(
    address: str, status: int, app: AsgiApplication, source: ParkSource
) -> None:
    assert ask(app, source, address).status == status
