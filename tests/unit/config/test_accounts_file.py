"""accounts.toml: what it may say, and that nothing wrong in it passes."""

from pathlib import Path

import pytest

from taihang.config.accounts_file import (
    ACCOUNTS_FILE,
    CHARS_MAX,
    AccountsFileError,
    is_issuer,
    read_accounts_file,
    read_accounts_folder,
)
from taihang.core.access.account_rules import Profile, SecondFactor

OIDC = """
[oidc]
name = "统一认证"
issuer = "https://login.example.com/realms/park/"
client_id = "taihang"
"""


def read(text: str, root: Path) -> object:
    return read_accounts_file(text, source=ACCOUNTS_FILE, root=root)


def problems(text: str, root: Path) -> str:
    with pytest.raises(AccountsFileError) as found:
        read(text, root)
    return "\n".join(found.value.problems)


def test_read_accounts_folder__a_park_without_the_file_follows_asvs(tmp_path: Path) -> None:
    found = read_accounts_folder(tmp_path)

    assert found.rules.profile is Profile.ASVS
    assert found.rules.second_factor is SecondFactor.OFFERED
    assert found.voucher is None


def test_read_accounts_folder__reads_profile_and_second_factor(tmp_path: Path) -> None:
    (tmp_path / ACCOUNTS_FILE).write_text(
        'format = 1\nprofile = "asvs"\nsecond_factor = "administrators"\n', encoding="utf-8"
    )

    assert read_accounts_folder(tmp_path).rules.second_factor is SecondFactor.ADMINISTRATORS


def test_read_accounts_file__a_provider_is_pinned_as_it_is_written(tmp_path: Path) -> None:
    secret = tmp_path / "oidc.secret"
    secret.write_text("s3cret\n", encoding="utf-8")
    secret.chmod(0o600)
    text = f'format = 1\nprofile = "asvs"\n{OIDC}secret_file = "oidc.secret"\nclaim = "email"\n'

    voucher = read_accounts_file(text, source=ACCOUNTS_FILE, root=tmp_path).voucher

    assert voucher is not None
    # With its slash: tokens name the issuer exactly so.
    assert voucher.issuer == "https://login.example.com/realms/park/"
    assert (voucher.secret, voucher.claim, voucher.ca_file) == ("s3cret", "email", None)


def test_read_accounts_file__a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "oidc.secret"
    secret.write_text("s3cret", encoding="utf-8")
    secret.chmod(0o644)
    text = f'format = 1\nprofile = "asvs"\n{OIDC}secret_file = "oidc.secret"\n'

    told = problems(text, tmp_path)

    assert "oidc.secret" in told
    assert "chmod 600" in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('secret_file = "absent"', "secret_file"),
        ('secret_file = "../oidc.secret"', "secret_file"),
        ('ca_file = "absent.pem"', "ca_file"),
        ('ca_file = "/etc/ssl/ca.pem"', "ca_file"),
        ("clame = 'email'", "clame"),
    ],
)
def test_read_accounts_file__names_what_is_wrong_with_the_provider(
    line: str, names: str, tmp_path: Path
) -> None:
    assert names in problems(f'format = 1\nprofile = "asvs"\n{OIDC}{line}\n', tmp_path)


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example.com",
        "https://user@login.example.com",
        "https://login.example.com/?a=b",
        "ftp://login.example.com",
        "login.example.com",
        "",
    ],
)
def test_is_issuer__keys_are_fetched_over_tls_or_from_this_machine(address: str) -> None:
    assert not is_issuer(address)
    assert is_issuer("http://127.0.0.1:9000")


@pytest.mark.parametrize(
    "text",
    [
        'format = 2\nprofile = "asvs"',
        "format = 1",
        'format = 1\nprofile = "none"',
        'format = 1\nprofile = "asvs"\nsecond_factor = "never"',
        'format = 1\nprofile = "dengbao3"\nsecond_factor = "offered"',
        'format = 1\nprofile = "asvs"\nlogin = true',
        'format = 1\nprofile = "asvs"\noidc = 3',
        "format =",
        "#" * (CHARS_MAX + 1),
    ],
)
def test_read_accounts_file__refuses_what_it_does_not_know(text: str, tmp_path: Path) -> None:
    assert problems(text, tmp_path)
