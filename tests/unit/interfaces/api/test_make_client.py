"""The typed client is what the interface of today gives, and works against it."""

import csv
import io
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User

import canary_park
import taihang_client
from api_kit import Served, served
from asgi_client import ask
from canary_park import METERS, MONTH, STEP_COUNTS, TENANTS, canaries, others
from members import cookie
from small_park import AUGUST, SCALE_WH
from taihang.core.access.role import Right, Role
from taihang.interfaces.accounts.keys import NewKey, lendable, make_key
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.viewer import viewer_of_member
from taihang.interfaces.api.make_client import client_source
from taihang_client import ApiError, Client, LineIn, ParkOut, each
from taihang_client.transport import Answer, AnswerError, load

OWN = TENANTS[0]
METER = METERS[OWN]


class Network:
    """Stands in for a network: counts what is sent to the application."""

    def __init__(self, park: Served) -> None:
        self._park = park
        self.statuses: list[int] = []

    def __call__(
        self, method: str, address: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        parts = urlsplit(address)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        lower = {name.lower(): value for name, value in headers.items()}
        found = ask(self._park.application, target, method=method, headers=lower, body=body or b"")
        self.statuses.append(found.status)
        return Answer(found.status, found.headers, found.body)


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    root = canary_park.made(tmp_path_factory.mktemp("client") / "park")
    with served(root) as found:
        yield found


def client_of(park: Served, role: Role, enterprise: str = "") -> tuple[Client, Network]:
    cookie(park.source.accounts, role, enterprise=enterprise)
    name = f"{role.value}@{enterprise}" if enterprise else role.value
    with park.source.accounts.served():
        maker = Member.objects.get(user=User.objects.get(username=name))
        rights: frozenset[Right] = frozenset(lendable(viewer_of_member(maker, name=name)))
        key = make_key(NewKey(name="client", rights=rights, days=1), maker=maker).written
    network = Network(park)
    return Client("http://127.0.0.1", key, lang="en", send=network), network


def test_client__is_what_the_document_of_today_gives() -> None:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "__init__.py", "-"]
    laid_out = subprocess.run(
        command, input=client_source(), capture_output=True, text=True, check=True
    )

    committed = Path(str(taihang_client.__file__)).read_text(encoding="utf-8")
    assert committed == laid_out.stdout, "the interface changed: run `make client`"


def test_client__needs_the_standard_library_alone() -> None:
    script = (
        "import sys; before = set(sys.modules); import taihang_client;"
        "print([n for n in set(sys.modules) - before if n.partition('.')[0]"
        " not in {*sys.stdlib_module_names, 'taihang_client'}])"
    )

    found = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {script}"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == "[]"


def test_client__of_an_enterprise_reads_what_is_its_own(park: Served) -> None:
    client, network = client_of(park, Role.ENTERPRISE_USER, OWN)
    month_wh = STEP_COUNTS[OWN] * SCALE_WH * AUGUST.n_steps

    park_told = client.read_park()
    energy = client.read_energy(METER, period=MONTH, step="month")
    (bill,) = client.list_bills(month=MONTH).items
    readings = client.read_readings(METER, period="2026-08-12", step="hour")

    assert (park_told.id, park_told.is_whole) == ("small", False)
    assert energy.wh == [month_wh]
    assert bill.statement.subject == OWN
    assert bill.lines[0].title.en
    assert readings.series[0].count == [STEP_COUNTS[OWN] * 4] * 24
    assert set(readings.series[0].quality) == {"measured"}
    assert [each_of.id for each_of in each(client.list_enterprises)] == [OWN]
    told = repr((park_told, energy, bill, readings, [*each(client.list_statements, period=MONTH)]))
    assert not canaries(others(OWN)).search(told)
    assert set(network.statuses) == {200}


def test_client__follows_pages_to_the_end(park: Served) -> None:
    client, network = client_of(park, Role.REGULATOR)

    found = [each_of.id for each_of in each(client.list_statements, period=MONTH, limit=7)]

    assert found == sorted(found)
    assert len(found) == len(set(found)) > 40
    assert len(network.statuses) == -(-len(found) // 7)


def test_client__does_not_fetch_again_what_has_not_changed(park: Served) -> None:
    client, network = client_of(park, Role.REGULATOR)

    assert client.read_park() == client.read_park()
    assert network.statuses == [200, 304]


def test_client__takes_files_along(park: Served) -> None:
    client, _ = client_of(park, Role.ENTERPRISE_USER, OWN)

    rows = [
        *csv.DictReader(
            io.StringIO(client.export_csv(points=METER, period="2026-08-12", step="hour").decode())
        )
    ]

    assert len(rows) == 24
    assert rows[0]["value"] == str(STEP_COUNTS[OWN] * 4 * SCALE_WH)
    assert client.export_parquet(points=METER, period=MONTH, step="day").startswith(b"PAR1")
    assert client.read_document(f"bill.{OWN}.{MONTH}").startswith(b"{")


def test_client__says_why_it_is_refused(park: Served) -> None:
    client, _ = client_of(park, Role.ENTERPRISE_USER, OWN)

    with pytest.raises(ApiError, match=r"404 state\.unknown-statement") as refused:
        client.read_statement(f"bill.{TENANTS[1]}.{MONTH}")
    assert (refused.value.status, refused.value.title) == (404, "No such statement")
    several = ",".join(f"{METER}{at}" for at in range(9))
    with pytest.raises(ApiError, match=r"422 input\.too-many-points: .*at most [0-9]+ days"):
        client.export_csv(points=several, period="2026", step="15min")


def test_client__does_things_once(park: Served) -> None:
    client, _ = client_of(park, Role.ENTERPRISE_ADMIN, OWN)
    line = LineIn(subject=OWN, period=MONTH, item="diesel", flow="consumed", amount="2.5", unit="t")

    first, again = client.put_activity("diesel-1", line), client.put_activity("diesel-1", line)

    assert (first.is_new, again.is_new) == (True, False)


def test_load__refuses_an_answer_of_another_form() -> None:
    with pytest.raises(AnswerError, match="ParkOut without"):
        load(ParkOut, {"id": "x"})
    with pytest.raises(AnswerError, match="which is no"):
        load(list[int], ["1"])
    assert load(dict[str, list[int | None]], {"a": [1, None]}) == {"a": [1, None]}
