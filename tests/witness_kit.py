"""Three witnesses for tests, with fixed keys: an enterprise, the grid company, the regulator."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from taihang.core.tlog.note import VerifierKey

WITNESS_SECRETS: Final = tuple(
    Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2, 3)
)
WITNESSES: Final = tuple(
    VerifierKey(name, secret.public_key().public_bytes_raw())
    for name, secret in zip(
        ("e01.example/witness", "grid.example/witness", "regulator.example/witness"),
        WITNESS_SECRETS,
        strict=True,
    )
)
