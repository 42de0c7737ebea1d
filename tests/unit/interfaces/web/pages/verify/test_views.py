"""The verifier's page: for anybody, in both languages, and nothing of the file comes here."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import verify_taihang

import small_park
from asgi_client import ask
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.pages.verify.views import program
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.keys import log_signer


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park with a log key."""
    root = small_park.make(tmp_path_factory.mktemp("verify") / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, small_park.DAY)
    return root


@pytest.fixture(scope="module")
def app(park: Path) -> Iterator[AsgiApplication]:
    """The pages of it."""
    source = ParkSource(park)
    yield create_application(source)
    source.accounts.close()


@pytest.mark.parametrize("lang", LANGS)
def test_verify_page__is_for_anybody_and_names_the_log(
    lang: Lang, app: AsgiApplication, park: Path
) -> None:
    answer = ask(app, f"/verify?lang={lang}")

    with small_park.opened(park, writing=False) as ports:
        key = log_signer(ports=ports).public.hex()
    assert answer.status == 200
    assert {"zh": "核验证明文件", "en": "Verify a proof file"}[lang] in answer.text
    assert answer.text.count(key) == 2, "once to read, once for the script"
    assert "taihang/small" in answer.text
    (block,) = re.findall(r'<script id="page-data"[^>]*>(.*?)</script>', answer.text)
    texts = json.loads(block)["texts"]
    assert len(texts) > 100
    assert all(name.startswith("verify_page.") for name in texts)


def test_verify_page__knows_the_word_from_and_no_other(app: AsgiApplication) -> None:
    assert ask(app, "/verify?from=/c/x/file").status == 200
    assert ask(app, "/verify?file=/c/x/file").status == 422


def test_verify_page__takes_no_file(app: AsgiApplication) -> None:
    answer = ask(app, "/verify", method="POST", body=b"{}")

    assert answer.status in {403, 405}, "refused before anything is read"


def test_verifier_file__is_the_program_whose_hash_the_page_shows(app: AsgiApplication) -> None:
    answer = ask(app, "/verify/verify_taihang.py")

    assert answer.body == Path(verify_taihang.__file__).read_bytes() == program()
    assert answer.headers["content-disposition"] == 'attachment; filename="verify_taihang.py"'
    assert sha256(answer.body).hexdigest() in ask(app, "/verify").text


def test_verify_page__has_a_text_for_every_code_that_the_modules_give(
    app: AsgiApplication,
) -> None:
    """Labels, checks, statements and reasons are built in the scripts: each has its words."""
    texts = ask(app, "/verify?lang=en").text
    sources = Path(__file__).parents[6] / "web" / "src"
    script = "\n".join(
        path.read_text(encoding="utf-8")
        for path in [*sorted((sources / "verify").glob("*.js")), sources / "pages" / "verify.js"]
    )
    codes = {
        *(f"label.{code}" for code in re.findall(r'show\(\s*"([a-z-]+)"', script)),
        *(f"stated.{code}" for code in re.findall(r'\.state\("([a-z-]+)"', script)),
        *(f"check.{code}" for code in re.findall(r'made\("([a-z-]+)"', script)),
        *(f"check.claim-{kind}" for kind in verify_taihang.CLAIMS),
        *(
            f"reason.{code}"
            for code in re.findall(r'^  \["[^"]+", "([a-z]+)"\],$', script, re.MULTILINE)
        ),
        *re.findall(r'say\("([a-z_0-9]+)"', script),
    } - {"label.warning"}

    assert len(codes) > 70
    missing = [code for code in sorted(codes) if f'"verify_page.{code}"' not in texts]
    assert not missing
