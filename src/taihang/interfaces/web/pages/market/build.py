"""Builds the page Market from the statements of who earned and paid what."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from taihang.core.figure.number import matching
from taihang.core.figure.story import Named
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.reports.document import Document
from taihang.interfaces.reports.revenue_month import settlement_month, user_month
from taihang.interfaces.web.names import names_of
from taihang.interfaces.web.pages.market.view import (
    Closing,
    ItemRow,
    MarketView,
    ReasonRow,
    SoldLine,
)
from taihang.services.bill_document import WHAT_IF
from taihang.services.figure_standing import Standing, Standings, standings
from taihang.services.lot_market import BookLevel, book
from taihang.services.ports import Ports
from taihang.services.revenue import PAYMENTS, REVENUE

_MONTH: Final = len("2026-09")
_EXPORT: Final = "export"
_KINDS: Final = (PAYMENTS, PAYMENTS + WHAT_IF)


def build_market(ports: Ports, month: str) -> MarketView:
    """Build the page.

    Args:
        ports: The park, as far as the viewer sees it.
        month: The month to show; empty for the last one that is stated.

    Returns:
        The page; of a park of which no month is stated one that says so.
    """
    months = tuple(sorted(p for p in ports.registry.periods_of(_KINDS) if len(p) == _MONTH))
    shown = month or (months[-1] if months else "")
    view = MarketView(
        zone=ports.park.time_zone,
        is_whole=ports.scope.is_whole,
        months=months,
        month=shown if shown in months else "",
        names=names_of(ports.park),
        offers=tuple(ports.park.green_supplies.values()) if ports.scope.is_whole else (),
        book=_book(ports),
    )
    return _of_month(view, ports) if view.month else view


def build_settlement(ports: Ports, month: str, subject: str, lang: Lang) -> Document:
    """Draw up the settlement of a month.

    Args:
        ports: The park, as far as the viewer sees it.
        month: The month.
        subject: ``park``, or a user for what it paid.
        lang: Language of the paper.

    Raises:
        NoRevenueError: If none is stated that the viewer may see.
    """
    if subject == PARK_SUBJECT:
        return settlement_month(month, lang=lang, ports=ports)
    return user_month(subject, month, lang=lang, ports=ports)


def _book(ports: Ports) -> tuple[BookLevel, ...] | None:
    if not ports.scope.is_whole or ports.park.certificate_market is None:
        return None
    return book(ports=ports)


def _of_month(view: MarketView, ports: Ports) -> MarketView:
    payments, assumed = _stated(PAYMENTS, view.month, ports)
    revenue, _ = _stated(REVENUE, view.month, ports)
    operator = revenue.each.get(PARK_SUBJECT)
    users = [payments.each[name] for name in ports.park.users if name in payments.each]
    plants = [revenue.each[name] for name in ports.park.plants if name in revenue.each]
    alone = users[0] if len(users) == 1 and not view.is_whole else None
    return replace(
        view,
        is_assumed=assumed,
        plants=tuple(plants),
        payments=tuple(users),
        closing=None if operator is None else _closing(operator),
        items=() if operator is None else tuple(_items(operator)),
        reasons=() if operator is None else tuple(_reasons(operator)),
        rules=() if operator is None else tuple(_rules(operator)),
        lines=() if alone is None else tuple(_lines(alone)),
    )


def _stated(kind: str, month: str, ports: Ports) -> tuple[Standings, bool]:
    """Return statements to pay; where prices stand in, those, which are none."""
    found = standings(kind, month, ports=ports)
    if found.each:
        return found, False
    return standings(kind + WHAT_IF, month, ports=ports), True


def _closing(operator: Standing) -> Closing:
    return Closing(
        users=operator.told("users_cny"),
        export=operator.told("items", _EXPORT, "collected_cny"),
        plants=operator.told("plants_cny"),
        gateway=operator.told("gateway_cny"),
        margin=operator.told("value"),
    )


def _names_in(standing: Standing, field: str) -> Iterator[str]:
    for path, _ in matching(standing.body, (field, "*")):
        yield path[1]


def _items(operator: Standing) -> Iterator[ItemRow]:
    for name in _names_in(operator, "items"):
        yield ItemRow(
            item=name,
            collected=operator.told("items", name, "collected_cny"),
            paid=operator.told("items", name, "paid_cny"),
            kept=operator.told("items", name, "kept_cny"),
        )


def _reasons(operator: Standing) -> Iterator[ReasonRow]:
    for name in _names_in(operator, "lines"):
        title = [operator.said("lines", name, "title", lang) for lang in ("zh", "en")]
        yield ReasonRow(
            code=name,
            title=Named(*title),
            wh=operator.told("lines", name, "wh"),
            amount=operator.told("lines", name, "amount_cny"),
        )


def _rules(operator: Standing) -> Iterator[str]:
    found = operator.at("rules")
    for each in found if isinstance(found, list) else []:
        yield str(each)


def _lines(paid: Standing) -> Iterator[SoldLine]:
    for name in _names_in(paid, "lines"):
        yield SoldLine(
            payee=paid.said("lines", name, "payee"),
            contract=paid.said("lines", name, "contract"),
            delivered_wh=paid.told("lines", name, "delivered_wh"),
            price=paid.told("lines", name, "price_cny_per_kwh"),
            energy=paid.told("lines", name, "energy_cny"),
            value=paid.told("lines", name, "environmental_cny"),
        )
