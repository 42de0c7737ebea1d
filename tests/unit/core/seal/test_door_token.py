"""A token shows its name and hides its secret."""

from taihang.core.seal.door_token import TOKEN, token_of, token_sha256


def test_token_of__has_its_form_and_differs_by_its_secret() -> None:
    tokens = {token_of(f"{number:064x}") for number in range(50)}

    assert len(tokens) == 50
    assert len({token[:11] for token in tokens}) == 50
    assert all(TOKEN.fullmatch(token) for token in tokens)


def test_token_sha256__covers_name_and_secret() -> None:
    token = token_of("ab" * 32)

    assert (
        len({token_sha256(token), token_sha256(token[:-1] + "c"), token_sha256("x" + token)}) == 3
    )
    assert "ab" * 32 not in token_sha256(token)
