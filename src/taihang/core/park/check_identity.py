"""Whether what park.toml says of the identity of plants and of their market holds together."""

from collections.abc import Iterator, Mapping

from taihang.core.park.assets import Plant
from taihang.core.park.certificate_market import CertificateMarket
from taihang.core.park.problem import KeyPath, ParkProblem


def check_identity(
    plants: Mapping[str, Plant], market: CertificateMarket | None
) -> Iterator[ParkProblem]:
    """Yield what is wrong with registrations and with the market of certificates.

    Args:
        plants: The plants by id.
        market: The rules of the market, where the park has any.
    """
    for plant in plants.values():
        yield from _check_plant(plant)
    if market is not None and market.price_high_cny_per_mwh < market.price_low_cny_per_mwh:
        yield _problem(
            ("certificate_market", "price_high_cny_per_mwh"),
            str(market.price_high_cny_per_mwh),
            f"at least price_low_cny_per_mwh, {market.price_low_cny_per_mwh}",
            "swap the two, or correct one",
        )


def _check_plant(plant: Plant) -> Iterator[ParkProblem]:
    found = plant.identity
    if (found.latitude_deg is None) != (found.longitude_deg is None):
        lacking = "latitude_deg" if found.latitude_deg is None else "longitude_deg"
        yield _problem(
            ("plants", plant.id, lacking),
            "nothing",
            "both coordinates or neither",
            f"write {lacking}",
        )
    if found.registered_until is not None and not found.registered_in:
        yield _problem(
            ("plants", plant.id, "registered_until"),
            found.registered_until.isoformat(),
            "a registry that certified until then",
            'write for example registered_in = ["i-rec"]',
        )


def _problem(path: KeyPath, given: str, expected: str, remedy: str) -> ParkProblem:
    return ParkProblem(path=path, given=given, expected=expected, remedy=remedy)
