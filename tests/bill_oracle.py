"""A bill worked out a second time, as one would on paper: interval by interval, in ``Decimal``.

Written from the printed rules and apart from the platform: nothing of it is imported here, no array
is used, and every price is typed again. It knows Shanxi from 2026-08 on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

D = Decimal
BEIJING = timezone(timedelta(hours=8))
TD = {  # voltage class: one part, two parts, CNY per kVA, CNY per kW
    "0.4": (D("0.1672"), D("0.1040"), D("21.8"), D("34.8")),
    "10": (D("0.1472"), D("0.0740"), D("21.3"), D("34.0")),
    "35": (D("0.1322"), D("0.0490"), D("19.8"), D("31.6")),
    "110": (D("0.1222"), D("0.0290"), D("18.8"), D("30.0")),
}
LOSS_RATE = D("0.0352")
FUNDS = D("0.04336875")
RATIO = {"S": D("1.92"), "P": D("1.60"), "F": D(1), "V": D("0.45"), "D": D("0.36")}
NAMES = {"S": "sharp", "P": "peak", "F": "flat", "V": "valley", "D": "deep-valley"}
# One letter an hour, from 0 to 23 o'clock.
SUMMER = "FFVVVFPPFFVVVVVFFFSSSPPP"
AUTUMN = "FFVVVFPPFFFVVVVFFPPPPPPP"
WINTER = "FFVVVFPPFFVVVVVFPSSSPPPF"
SEASONS = {8: SUMMER, 9: AUTUMN, 10: AUTUMN, 11: AUTUMN, 12: WINTER}
NATIONAL_DAY_2026 = {date(2026, 10, day) for day in range(1, 8)}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a bill is made from, in plain values."""

    month: int
    """Of 2026, from 8 on."""
    load_wh: Sequence[int | None]
    """Every quarter of an hour; None where nothing was read."""
    green_wh: dict[str, Sequence[int]]
    """Energy of each green contract, part of the load."""
    green_prices: dict[str, Decimal]
    voltage: str
    two_part: bool
    basis: str
    """``kva``, ``kw``, ``contract`` or ``exempt``."""
    kva: Decimal
    contract_kw: Decimal
    agent_price: Decimal
    system_price: Decimal
    floating: frozenset[str]
    sharp: bool
    gross_up: bool
    green_pays: frozenset[str]
    standard: str
    kvarh: Decimal | None
    market: Sequence[int | None] | None
    """Of a market user: the price of every quarter of an hour, in 0.01 CNY per MWh."""
    fee: Decimal
    """What the retailer of a market user takes per kWh."""
    load_factor: Decimal | None
    """Of a near-site project: the average load factor of the province."""


def fen(amount: Decimal) -> Decimal:
    return amount.quantize(D("0.01"), ROUND_HALF_EVEN)


def letter(sheet: Sheet, number: int) -> str:
    """The kind of hour of one interval of the month."""
    at = datetime(2026, sheet.month, 1, tzinfo=BEIJING) + timedelta(minutes=15 * number)
    if at.date() in NATIONAL_DAY_2026 and at.hour in {13, 14}:
        return "D"
    found = SEASONS[at.month][at.hour]
    return "P" if found == "S" and not sheet.sharp else found


def flat_prices(sheet: Sheet) -> dict[str, Decimal]:
    r = LOSS_RATE
    loss = sheet.agent_price * r / (1 - r) if sheet.gross_up else sheet.agent_price * r
    return {
        "energy": sheet.agent_price,
        "line_loss": loss,
        "transmission": TD[sheet.voltage][1 if sheet.two_part else 0],
        "system_operation": sheet.system_price,
        "funds": FUNDS,
    }


def lines(sheet: Sheet) -> dict[str, Decimal | None]:
    """Every line of the bill; None where it cannot be worked out."""
    with localcontext() as context:
        context.prec = 60
        found: dict[str, Decimal | None] = {
            code: None if amount is None else fen(amount)
            for code, amount in energy_lines(sheet).items()
        }
        found |= capacity_line(sheet)
        found["power_factor"] = power_factor_line(sheet, found)
        return found


class Columns:
    """Amounts that are added up by line; None says that the line is there and was not read."""

    def __init__(self) -> None:
        self.amounts: dict[str, Decimal | None] = {}

    def put(self, code: str, amount: Decimal | None) -> None:
        before = self.amounts.setdefault(code, None)
        if amount is not None:
            self.amounts[code] = (before or D(0)) + amount


def energy_lines(sheet: Sheet) -> dict[str, Decimal | None]:
    columns = Columns()
    if sheet.load_factor is not None:
        price = flat_prices(sheet)["transmission"]
        columns.put("transmission.grid.near-site", price * sheet.load_factor * 730 * sheet.kva)
    for number, load in enumerate(sheet.load_wh):
        green = None if load is None else green_lines(sheet, number, columns)
        grid = None if load is None else load - (green or 0)
        kind = letter(sheet, number)
        for item in grid_items(sheet):
            put_item(sheet, columns, (item, "grid", kind), grid)
        if sheet.green_wh:
            for item in sheet.green_pays:
                put_item(sheet, columns, (item, "green", kind), green)
        if sheet.market is not None:
            market_lines(sheet, columns, sheet.market[number], grid)
    for name in sheet.green_wh:
        columns.put(f"green.{name}", None)
    return columns.amounts


def grid_items(sheet: Sheet) -> set[str]:
    """What is charged by kWh and kind of hour on energy from the grid."""
    items = set(flat_prices(sheet))
    items -= {"energy"} if sheet.market is not None else set()
    return items - ({"transmission"} if sheet.load_factor is not None else set())


def green_lines(sheet: Sheet, number: int, columns: Columns) -> int:
    for name, series in sheet.green_wh.items():
        columns.put(f"green.{name}", D(series[number]) / 1000 * sheet.green_prices[name])
    return sum(series[number] for series in sheet.green_wh.values())


def put_item(sheet: Sheet, columns: Columns, line: tuple[str, str, str], wh: int | None) -> None:
    item, origin, kind = line
    floats = item in sheet.floating
    code = f"{item}.{origin}.{NAMES[kind]}" if floats else f"{item}.{origin}"
    price = flat_prices(sheet)[item] * (RATIO[kind] if floats else 1)
    columns.put(code, None if wh is None else D(wh) / 1000 * price)


def market_lines(sheet: Sheet, columns: Columns, price: int | None, wh: int | None) -> None:
    unread = wh is None or price is None
    columns.put(
        "energy.grid.market", None if unread else D(wh or 0) / 1_000_000 * D(price or 0) / 100
    )
    columns.put("energy.grid.fee", None if wh is None else D(wh) / 1000 * sheet.fee)


def capacity_line(sheet: Sheet) -> dict[str, Decimal | None]:
    if not sheet.two_part:
        return {}
    _, _, per_kva, per_kw = TD[sheet.voltage]
    if sheet.basis == "exempt":
        return {"capacity.exempt": D("0.00")}
    if sheet.basis == "kva":
        return {"capacity.kva": fen(sheet.kva * per_kva)}
    read = [wh for wh in sheet.load_wh if wh is not None]
    kw = D(max(read)) * 4 / 1000
    if sheet.basis == "contract":
        contract = max(sheet.contract_kw, sheet.kva * 40 / 100)
        ceiling = contract * 105 / 100
        kw = contract if kw <= ceiling else ceiling + 2 * (kw - ceiling)
    through = sum(read)
    if "transmission" not in sheet.green_pays:
        for series in sheet.green_wh.values():
            pairs = zip(sheet.load_wh, series, strict=True)
            through -= sum(wh for load, wh in pairs if load is not None)
    if D(through) / 1000 >= 260 * sheet.kva:
        per_kw = per_kw * 9 / 10
    return {"capacity.kw": fen(kw * per_kw)}


def power_factor_line(sheet: Sheet, found: dict[str, Decimal | None]) -> Decimal | None:
    kwh = D(sum(wh for wh in sheet.load_wh if wh is not None)) / 1000
    if sheet.kvarh is None or kwh == 0:
        return None
    base = sum(
        (
            amount
            for code, amount in found.items()
            if amount is not None and code.split(".")[0] in {"energy", "transmission", "capacity"}
        ),
        D(0),
    )
    hundredths = int(
        (kwh * 100 / (kwh * kwh + sheet.kvarh * sheet.kvarh).sqrt()).to_integral_value(
            ROUND_HALF_EVEN
        )
    )
    return fen(base * percent(sheet.standard, hundredths) / 100)


def percent(standard: str, pf: int) -> Decimal:
    """The adjustment for a power factor in hundredths, as the printed tables give it."""
    if standard == "0.90":
        credit = {90 + n: D("-0.15") * n for n in range(6)}
        limits = (90, 70, 65)
    elif standard == "0.85":
        credit = {85 + n: D("-0.1") * n for n in range(6)}
        credit |= {91: D("-0.65"), 92: D("-0.80"), 93: D("-0.95"), 94: D("-1.10")}
        limits = (85, 65, 60)
    else:
        credit = {80 + n: D("-0.1") * n for n in range(11)}
        credit |= {91: D("-1.15"), 92: D("-1.30")}
        limits = (80, 60, 55)
    normal, low, lowest = limits
    if pf >= normal:
        return credit[min(pf, max(credit))]
    if pf >= low:
        return D("0.5") * (normal - pf)
    if pf >= lowest:
        return 10 + D(low - pf)
    return 15 + 2 * D(lowest - pf)
