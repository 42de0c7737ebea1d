"""Who pays whom in a month: Σ users' bills = gateway bill + plant payments + margin, to the fen.

The margin is what is left, so that the identity alone would say nothing. Each part of the margin is
therefore worked out by itself, from energies and lines, and their sum must be the margin.

A kWh of an item that users pay for and the gateway pays for differs in price and in number:
Q_u·p_u − Q_g·p_g = Q_u·(p_u − p_g) − (Q_g − Q_u)·p_g, with p_g the mean price of the gateway's
bills. What makes Q_g − Q_u is known to the watt-hour from the balance of the park.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.errors import InputError, IntegrityError
from taihang.core.market.bill import Bill
from taihang.core.market.bill_line import GREEN, GRID, BillLine, Text, sum_cny
from taihang.core.market.split import apportion_fen
from taihang.core.market.tariff import BillItem
from taihang.core.quantities import to_fen

PER_KWH: Final = (
    BillItem.ENERGY,
    BillItem.LINE_LOSS,
    BillItem.TRANSMISSION,
    BillItem.SYSTEM_OPERATION,
    BillItem.FUNDS,
)
"""The items charged per kWh, in the order of a bill."""
OF_SUPPLY: Final = (BillItem.GREEN, BillItem.GREEN_VALUE)
"""The items of green supply contracts: exactly what plants get of the users."""
_OTHER: Final = (BillItem.CAPACITY, BillItem.POWER_FACTOR, BillItem.SHARE, BillItem.CORRECTION)
_ZERO: Final = Decimal(0)


class ClosureInputError(InputError):
    """What is to be closed is not of one month, or names a supply of no plant."""

    code = "input.bill-closure"


class ClosureError(IntegrityError):
    """The parts of the margin do not sum to it."""

    code = "integrity.bill-closure"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnbilledFlows:
    """Where the energy that came through the gateway went, beside the users' bills, in a month.

    import = grid energy of the users + these, with the surplus subtracted; what is left over is
    named ``unread``.
    """

    losses_wh: int
    """Losses between gateway and meters [Wh]."""
    storage_wh: int
    """Charge less discharge [Wh]."""
    exported_wh: int
    """Fed into the grid [Wh]."""
    surplus_wh: int
    """Generation that no user took [Wh]; it lessens what is imported."""
    unbilled_wh: int
    """Grid energy of users that are not billed [Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantPayment:
    """What a plant gets for a month."""

    plant: str
    green_cny: Decimal
    """Energy sold under green contracts: exactly the lines of the users' bills [CNY]."""
    export_cny: Decimal
    """What the energy that it fed into the grid earned [CNY]."""

    @property
    def total_cny(self) -> Decimal:
        """Both [CNY]."""
        return self.green_cny + self.export_cny


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginPart:
    """One reason why the operator keeps or bears something."""

    code: str
    title: Text
    wh: int | None
    """The energy behind it, where it is of an energy [Wh]."""
    amount_cny: Decimal
    """Negative where the operator bears it [CNY]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The money of a park in one month."""

    month: str
    users_cny: Decimal
    """Σ of the users' bills [CNY]."""
    import_cny: Decimal
    """Σ of the gateway's bills [CNY]."""
    export_cny: Decimal
    """What energy fed into the grid earned [CNY]."""
    payments: tuple[PlantPayment, ...]
    parts: tuple[MarginPart, ...]

    @property
    def gateway_cny(self) -> Decimal:
        """What the park as one customer owes the grid: import less what export earned [CNY]."""
        return self.import_cny - self.export_cny

    @property
    def plants_cny(self) -> Decimal:
        """Σ of what the plants get [CNY]."""
        return sum((each.total_cny for each in self.payments), _ZERO)

    @property
    def margin_cny(self) -> Decimal:
        """What is left for the operator; negative where it pays in [CNY]."""
        return self.users_cny - self.gateway_cny - self.plants_cny


def close_bills(
    bills: Sequence[Bill],
    *,
    gateway: Sequence[Bill],
    flows: UnbilledFlows,
    export_cny: Decimal,
    payments: tuple[PlantPayment, ...],
) -> Closure:
    """Close the money of one month and explain the margin.

    Args:
        bills: The bill of every user, all of one month.
        gateway: The bills of the grid connections, of the same month.
        flows: Where the rest of the imported energy went.
        export_cny: What energy fed into the grid earned, whole fen. [CNY]
        payments: What each plant gets, see ``plant_payments``.

    Returns:
        The closure; the parts sum to the margin.

    Raises:
        ClosureInputError: If the bills are not of one month.
        ClosureError: If the parts do not sum to the margin.
    """
    months = {each.month for each in (*bills, *gateway)}
    if len(months) != 1:
        raise ClosureInputError(
            given=f"bills of {sorted(months)}",
            expected="bills of one month, at least one",
            remedy="close each month by itself",
        )
    lines = [line for each in bills for line in each.lines]
    paid = [line for each in gateway for line in each.lines]
    kept_cny = export_cny - sum((each.export_cny for each in payments), _ZERO)
    quantities = _Quantities.of(bills, gateway, flows)
    found = Closure(
        month=months.pop(),
        users_cny=sum_cny(lines),
        import_cny=sum_cny(paid),
        export_cny=export_cny,
        payments=payments,
        parts=tuple(_parts(lines, paid, quantities, kept_cny)),
    )
    explained_cny = sum((part.amount_cny for part in found.parts), _ZERO)
    if explained_cny != found.margin_cny:
        raise ClosureError(
            given=f"parts of {explained_cny} CNY in {found.month}",
            expected=f"the margin, {found.margin_cny} CNY",
            remedy="stop: a line of a bill is of no part; report the month",
        )
    return found


def plant_payments(
    bills: Iterable[Bill], *, plant_of: Mapping[str, str], export_cny: Mapping[str, Decimal]
) -> tuple[PlantPayment, ...]:
    """Return what each plant gets.

    Args:
        bills: The bills of the users.
        plant_of: The plant of each green supply contract.
        export_cny: What each plant gets of what export earned, whole fen. [CNY]

    Returns:
        One payment for each plant of ``export_cny``, in its order.

    Raises:
        ClosureInputError: If a bill names a supply of no plant.
    """
    green_cny = dict.fromkeys(export_cny, _ZERO)
    for line in (line for each in bills for line in each.lines if line.item in OF_SUPPLY):
        plant = plant_of.get(line.code.removeprefix(f"{line.item}."))
        if plant not in green_cny:
            raise ClosureInputError(
                given=f"a line {line.code} of no plant in {sorted(green_cny)}",
                expected="a green supply of one of the plants",
                remedy="name the contract and its plant",
            )
        green_cny[plant] += line.amount_cny or _ZERO
    return tuple(
        PlantPayment(plant=plant, green_cny=green_cny[plant], export_cny=share)
        for plant, share in export_cny.items()
    )


def mean_price_cny_per_kwh(gateway: Iterable[Bill]) -> Fraction:
    """Return what a kWh through the gateway cost on average, all items per kWh together.

    Args:
        gateway: The bills of the grid connections.

    Returns:
        The exact mean; 0 where nothing was imported. [CNY/kWh]
    """
    listed = list(gateway)
    wh = sum(each.energy.wh for each in listed)
    lines = [line for each in listed for line in each.lines if line.item in PER_KWH]
    return Fraction(sum_cny(lines)) * 1_000 / wh if wh else Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Quantities:
    """Grid energy of the users and through the gateway, and what lies between [Wh]."""

    users_wh: int
    gateway_wh: int
    causes_wh: Mapping[str, int]

    @classmethod
    def of(
        cls, bills: Iterable[Bill], gateway: Iterable[Bill], flows: UnbilledFlows
    ) -> "_Quantities":
        users_wh = sum(each.grid.wh for each in bills)
        gateway_wh = sum(each.energy.wh for each in gateway)
        causes = {
            field.name.removesuffix("_wh"): int(getattr(flows, field.name))
            for field in fields(flows)
        }
        causes["surplus"] *= -1
        causes["unread"] = gateway_wh - users_wh - sum(causes.values())
        return cls(users_wh=users_wh, gateway_wh=gateway_wh, causes_wh=causes)


def _parts(
    lines: Sequence[BillLine],
    paid: Sequence[BillLine],
    q: _Quantities,
    kept_cny: Decimal,
) -> Iterable[MarginPart]:
    between_wh = q.gateway_wh - q.users_wh
    per_item = {item: sum_cny(line for line in paid if line.item is item) for item in PER_KWH}
    means = {
        item: Fraction(cny) / q.gateway_wh if q.gateway_wh else Fraction(0)
        for item, cny in per_item.items()
    }
    # 1. Price: what users paid for a kWh from the grid, and what the gateway paid for it.
    carried = apportion_fen([means[item] * between_wh for item in PER_KWH])
    for item, carried_cny in zip(PER_KWH, carried, strict=True):
        charged_cny = sum_cny(line for line in lines if line.item is item and _origin(line) == GRID)
        amount_cny = charged_cny - per_item[item] + carried_cny
        yield _part(f"price.{item}", amount_cny, wh=q.users_wh)
    # 2. Number: what went through the gateway and to no user. Both sums are of the same exact
    #    amount, rounded half to even, so that they take each other away.
    total = sum(means.values(), Fraction(0))
    causes_cny = apportion_fen([-total * wh for wh in q.causes_wh.values()])
    for (cause, wh), amount_cny in zip(q.causes_wh.items(), causes_cny, strict=True):
        yield _part(f"quantity.{cause}", amount_cny, wh=wh)
    # 3. What users pay on green energy, which does not come through the gateway's meter.
    fees = [line for line in lines if line.item in PER_KWH and _origin(line) == GREEN]
    yield _part("fees-on-green", sum_cny(fees))
    # 4. What is not per kWh.
    for item in _OTHER:
        given_cny = sum_cny(line for line in lines if line.item is item)
        yield _part(item.value, given_cny - sum_cny(line for line in paid if line.item is item))
    # 5. What surplus energy earned and no plant got.
    yield _part("export-kept", kept_cny)


def _origin(line: BillLine) -> str:
    """Return grid or green: the second word of the code of a line per kWh."""
    return line.code.split(".")[1]


def _part(code: str, amount_cny: Decimal, *, wh: int | None = None) -> MarginPart:
    return MarginPart(code=code, title=_TITLES[code], wh=wh, amount_cny=to_fen(amount_cny))


_TITLES: Final[Mapping[str, Text]] = {
    "price.energy": Text("电能量价差", "price difference of energy"),
    "price.line_loss": Text("线损费用价差", "price difference of line loss"),
    "price.transmission": Text("电度输配电价差", "price difference of T&D energy"),
    "price.system_operation": Text("系统运行费价差", "price difference of system operation"),
    "price.funds": Text("基金价差", "price difference of funds"),
    "quantity.losses": Text("园区内线损", "losses inside the park"),
    "quantity.storage": Text("储能充放电差", "storage: charge less discharge"),
    "quantity.exported": Text("上网电量", "energy fed into the grid"),
    "quantity.surplus": Text("未被用户消纳的发电", "generation that no user took"),
    "quantity.unbilled": Text("未计费用户的用电", "users without a bill"),
    "quantity.unread": Text("读数不全的电量", "energy with readings missing"),
    "fees-on-green": Text("绿电另付的费用", "fees on green energy"),
    "capacity": Text("容(需)量电费差", "capacity and demand"),
    "power_factor": Text("力调电费差", "power factor"),
    "share": Text("向用户分摊", "shared among the users"),
    "correction": Text("退补", "corrections"),
    "export-kept": Text("留存的上网收入", "export earnings kept"),
}
