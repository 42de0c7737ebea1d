"""The public address of a certificate: what is shown, what is not there, what is too much."""

from html import unescape

import pytest
from typing_extensions import override

from asgi_client import ask
from demo_overview import FailingSource, FixedSource, demo_overview
from paper_case import VIEW
from taihang.core.errors import IntegrityError
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.desk import BusyError
from taihang.interfaces.web.pages.certificate.views import ID_LIMIT
from taihang.interfaces.web.security import HEADERS
from taihang.interfaces.web.source import ShownCertificate, Source

ADDRESS = f"/c/{VIEW.id}"
FILE = b'{"format":"taihang-proof/v2"}'


class OneCertificate(FixedSource):
    """A park with one certificate."""

    @override
    def certificate(self, certificate_id: str) -> ShownCertificate | None:
        return ShownCertificate(VIEW, FILE) if certificate_id == VIEW.id else None


class Busy(FailingSource):
    """A source that cannot tell of certificates."""

    @override
    def certificate(self, certificate_id: str) -> ShownCertificate | None:
        raise self._error


APP = create_application(OneCertificate(demo_overview()))


def failing(source: Source, address: str) -> tuple[int, str]:
    answer = ask(create_application(source), address)
    return answer.status, answer.headers.get("retry-after", "")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ("绿电颗粒证书", "已核销", "持有人", "怎样核验")),
        (
            "?lang=en&theme=dark",
            ("Granular certificate of green power", "Holder", 'data-theme="dark"'),
        ),
    ],
)
def test_certificate_page__shows_it_in_both_languages(query: str, words: tuple[str, ...]) -> None:
    answer = ask(APP, ADDRESS + query)
    said = (VIEW.id, "12.345678", "PV01", VIEW.log.root, "grid-witness", VIEW.file_sha256)

    assert answer.status == 200
    assert all(word in answer.text for word in (*words, *said))
    assert f'href="{ADDRESS}/file"' in answer.text


def test_certificate_page__needs_nothing_inline_and_keeps_its_address_when_switched() -> None:
    answer = ask(APP, ADDRESS)

    assert all(answer.headers[name.lower()] == value for name, value in HEADERS.items())
    assert "style=" not in answer.text
    assert "<script" not in answer.text
    assert f"{ADDRESS}?lang=en&theme=light" in unescape(answer.text)
    assert "<Plant B>" not in answer.text


def test_certificate_page__of_an_unknown_id_is_like_any_page_that_is_not_there() -> None:
    nowhere = ask(APP, "/nowhere")

    for address in ("/c/2026-06.pool.E01:0-5", f"/c/{'a' * (ID_LIMIT + 1)}", "/c/", f"{ADDRESS}/x"):
        answer = ask(APP, address)
        assert (answer.status, answer.text) == (404, nowhere.text)
    assert ask(APP, "/c/unknown/file").text == nowhere.text


def test_certificate_file__is_the_machine_file_as_a_download() -> None:
    answer = ask(APP, f"{ADDRESS}/file")

    assert (answer.status, answer.body) == (200, FILE)
    assert "attachment" in answer.headers["content-disposition"]
    assert ask(APP, f"{ADDRESS}/file?lang=en").status == 404


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}/file"])
def test_certificate_page__says_when_too_much_is_asked_or_the_park_cannot_answer(
    address: str,
) -> None:
    busy = BusyError(given="61", expected="60", remedy="wait")
    broken = IntegrityError(given="a", expected="b", remedy="c")

    assert failing(Busy(busy), address) == (503, "60")
    assert failing(Busy(broken), address)[0] == 500


def test_certificate_page__refuses_settings_that_it_does_not_know() -> None:
    assert ask(APP, f"{ADDRESS}?hour=3").status == 422
    assert ask(APP, ADDRESS, method="POST").status in {403, 405}


def test_sources__have_no_certificates_unless_they_say_so() -> None:
    assert FixedSource(demo_overview()).certificate(VIEW.id) is None
