"""The page of one enterprise: what it can do and what that is worth, of one's own only."""

from collections.abc import Iterator

import pytest

import small_park
from page_forms import Writer
from report_desk import MONTH, settled
from taihang.core.access.role import Role
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParkSource]:
    """A settled park."""
    root = small_park.make(tmp_path_factory.mktemp("company") / "park")
    with small_park.opened(root) as ports:
        settled(ports)
    found = ParkSource(root)
    yield found
    found.accounts.close()


@pytest.fixture(scope="module")
def app(source: ParkSource) -> AsgiApplication:
    """Its pages."""
    return create_application(source)


@pytest.mark.parametrize("lang", LANGS)
def test_company_page__says_what_it_can_do_with_the_bill_behind_it(
    lang: Lang, app: AsgiApplication, source: ParkSource
) -> None:
    page = Writer(app, source.accounts, (Role.ENTERPRISE_USER,), "E02").open(
        f"/companies/E02/?lang={lang}"
    )

    assert page.status == 200
    for key in ("demand", "shift", "factor"):
        assert text(f"company.measure.{key}", lang) in page.text
    assert f"/figure/statement/bill.E02.{MONTH}.v1/lines/energy.grid.peak/amount_cny" in page.text
    assert f"bill.E02.{MONTH}.v1" in page.text
    assert "E01" not in page.text


def test_company_page__of_a_neighbour_is_like_none_at_all(
    app: AsgiApplication, source: ParkSource
) -> None:
    mine = Writer(app, source.accounts, (Role.ENTERPRISE_USER,), "E02")
    theirs, nobody = (mine.open(f"/companies/{id_}/") for id_ in ("E01", "E99"))

    assert theirs.status == nobody.status == 404
    assert theirs.text.replace("E01", "E99") == nobody.text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/companies/E02/?day=2026-08-30", 200),
        ("/companies/E02/?day=2026-08", 422),
        ("/companies/E02/?day=soon", 422),
        ("/companies/E02/?month=2026-07", 200),
        ("/companies/E02/?x=1", 422),
        ("/companies/" + "E" * 500 + "/", 404),
    ],
)
def test_company_page__reads_its_words_strictly(
    address: str, status: int, app: AsgiApplication, source: ParkSource
) -> None:
    viewer = Writer(app, source.accounts, (Role.REGULATOR,))

    assert viewer.open(address).status == status
