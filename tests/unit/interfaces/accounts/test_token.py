"""Secrets that are shown once and kept as a hash."""

import pytest

from taihang.interfaces.accounts.token import digest, is_secret_of, new_key, new_token, parse_key


def test_new_token__is_256_bits_and_never_the_same() -> None:
    found = {new_token() for _ in range(200)}

    assert len(found) == 200
    assert {len(token) for token in found} == {43}


def test_new_key__is_read_back_and_never_the_same() -> None:
    found = [new_key() for _ in range(200)]

    assert len({words.key_id for words in found}) == 200
    assert all(parse_key(words.written) == words for words in found)
    assert all(words.written.startswith("thk_") for words in found)


@pytest.mark.parametrize(
    "written",
    ["", "thk_", "thk_abc.def", f"thk_{'a' * 13}.{'A' * 42}", f"thk_{'a' * 13}.{'A' * 44}",
     f"thk_{'a' * 13}.{'A' * 43}\n", f" thk_{'a' * 13}.{'A' * 43}", f"thx_{'a' * 13}.{'A' * 43}",
     f"thk_{'A' * 13}.{'A' * 43}", f"thk_{'a' * 13}{'A' * 43}"],
)  # fmt: skip
def test_parse_key__what_is_not_written_so_is_no_key(written: str) -> None:
    assert parse_key(written) is None


def test_digest__tells_nothing_of_the_secret_and_knows_it() -> None:
    secret = new_token()

    assert secret not in digest(secret)
    assert is_secret_of(secret, digest(secret))
    assert not is_secret_of(secret[:-1], digest(secret))
    assert not is_secret_of("", digest(secret))
