"""Where a register lies: every part of an address is used, and no other address is taken."""

from pathlib import Path

import pytest

from taihang.adapters.registry.location import RegistryLocationError, database_of, settings_of


def test_database_of__a_path__is_durable() -> None:
    found = database_of(Path("registry.db"))

    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert "synchronous=FULL" in str(found["OPTIONS"])
    assert "IMMEDIATE" in str(found["OPTIONS"])


def test_database_of__a_url__has_all_its_parts() -> None:
    found = database_of("postgresql://li%40wei:p%3Aw@db.example:5433/register")

    assert (found["USER"], found["PASSWORD"]) == ("li@wei", "p:w")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "register")
    assert "synchronous_commit=on" in str(found["OPTIONS"])


def test_database_of__a_socket__is_the_folder_that_the_query_names() -> None:
    found = database_of("postgresql://park@/register?host=/run/postgresql")

    assert (found["HOST"], found["PORT"]) == ("/run/postgresql", "")


@pytest.mark.parametrize(
    "url",
    [
        "registry.db",
        "mysql://db.example/register",
        "postgresql://db.example",
        "postgresql://db.example/a/b",
        "postgresql://db.example/register?sslmode=disable",
    ],
)
def test_database_of__another_address__is_refused(url: str) -> None:
    with pytest.raises(RegistryLocationError):
        database_of(url)


def test_database_of__refused__does_not_tell_the_password() -> None:
    with pytest.raises(RegistryLocationError) as refused:
        database_of("mysql://li:secret@db.example/register")

    assert "secret" not in str(refused.value)


def test_settings_of__keeps_what_django_completed() -> None:
    assert settings_of(Path("x"), default={"ATOMIC_REQUESTS": False})["ATOMIC_REQUESTS"] is False
