"""The rules of the market of certificates inside a park; no published text makes them for it."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateMarket:
    """What ``[certificate_market]`` says; without it nothing is listed or sold (§12)."""

    price_low_cny_per_mwh: Decimal
    price_high_cny_per_mwh: Decimal
    minimum_wh: int
    """Least that is listed or bought at once; a rest below it is sold whole [Wh]."""
    pay_within_h: int
    """How long a buyer has to pay before the seller may take it back [h]."""
