"""The gate: strangers sign in, members need the right, failures are explained."""

from asgi_client import ask
from demo_overview import open_demo
from members import ask_as
from taihang.core.access.role import RIGHTS, Right, Role
from taihang.interfaces.web.app import create_application

APP = create_application(open_demo())


def test_gate__every_role_passes_exactly_where_it_has_the_right() -> None:
    seen = 0
    for role in Role:
        enterprise = "E01" if role.value.startswith("enterprise") else ""
        answer = ask_as(APP, "/", role, enterprise=enterprise)
        may = Right.SEE_PARK in RIGHTS[role]
        assert answer.status == (200 if may else 403), role
        seen += may
    assert seen == 5


def test_gate__a_stranger_is_sent_to_sign_in_and_back_and_a_form_is_told() -> None:
    page = ask(APP, "/?wall=1&lang=en")

    assert page.status == 302
    assert page.headers["location"] == "/sign-in/?next=%2F%3Fwall%3D1%26lang%3Den"
    assert ask(APP, "/", method="POST").status in {401, 403}


def test_gate__a_forged_session_is_a_stranger() -> None:
    assert ask(APP, "/", headers={"cookie": "taihang-session=" + "a" * 32}).status == 302


def test_gate__a_wrong_look_is_refused_before_anything_is_asked() -> None:
    assert ask(APP, "/?lang=fr").status == 422
    assert ask(APP, "/healthz?theme=pink").status == 422
