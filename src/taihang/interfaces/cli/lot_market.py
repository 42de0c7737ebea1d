"""``taihang certificates list-for-sale|offer|buy|pay|…``: the market of certificates in a park."""

import argparse
import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.lot_book import Holding, Waiting
from taihang.core.certificates.order_book import Order
from taihang.core.park.certificate_market import CertificateMarket
from taihang.core.periods import days
from taihang.core.quantities import WH_PER_MWH, Energy
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError, day_of, instant_of
from taihang.services import lot_market as market
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports

_NUMBER: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")
_PIECE: Final = re.compile(r"(.+):([0-9]{1,18})-([0-9]{1,18})")


def list_for_sale(args: argparse.Namespace) -> int:
    """List certificates for sale."""
    return _acted(args, lambda ports: market.list_for_sale(_ask(args, ports), ports=ports))


def offer(args: argparse.Namespace) -> int:
    """Offer certificates to one party."""
    to = str(args.buyer)
    return _acted(args, lambda ports: market.offer(_ask(args, ports), to=to, ports=ports))


def delist(args: argparse.Namespace) -> int:
    """Take back a listing."""
    return _acted(
        args,
        lambda ports: market.delist(
            str(args.id), actor=str(args.party), listing=str(args.listing), ports=ports
        ),
    )


def accept(args: argparse.Namespace) -> int:
    """Consent to an offer."""
    return _acted(
        args,
        lambda ports: market.accept(
            str(args.id), actor=str(args.party), offered=str(args.deal), ports=ports
        ),
    )


def decline(args: argparse.Namespace) -> int:
    """Decline an offer."""
    return _acted(
        args,
        lambda ports: market.decline(
            str(args.id), actor=str(args.party), offered=str(args.deal), ports=ports
        ),
    )


def revoke(args: argparse.Namespace) -> int:
    """Take back an offer, or a deal that is overdue."""
    return _acted(
        args,
        lambda ports: market.revoke(
            str(args.id), actor=str(args.party), deal=str(args.deal), ports=ports
        ),
    )


def pay(args: argparse.Namespace) -> int:
    """Record a payment."""
    payment = market.Payment(
        id=str(args.id),
        actor=str(args.party),
        deal=str(args.deal),
        amount_cny=number_of(str(args.amount), "--amount"),
        reference=str(args.reference),
    )
    return _acted(args, lambda ports: market.pay(payment, ports=ports))


def overdue(args: argparse.Namespace) -> int:
    """Give back what was not paid in time."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        done = market.give_back_overdue(ports=ports)
        log_acts(ports=ports)
    words = "\n".join(_done_words(one, lang) for one in done)
    facts = {"given_back": [_done_facts(one) for one in done]}
    say(args, facts, words or text("cli.market.nothing_overdue", lang))
    return 0


def buy(args: argparse.Namespace) -> int:
    """Buy from the listings."""
    lang = cast("Lang", args.lang)
    order = Order(
        buyer=str(args.party),
        energy_wh=wh_of(str(args.mwh)),
        limit_cny_per_mwh=number_of(str(args.limit), "--limit"),
    )
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        bought = market.buy(str(args.id), order, ports=ports)
        log_acts(ports=ports)
    again = "" if bought.is_new else text("cli.market.again", lang)
    words = text(
        "cli.market.bought",
        lang,
        id=args.id,
        mwh=_mwh(bought.energy_wh),
        unfilled=_mwh(bought.unfilled_wh),
    )
    lines = [words + again, *(_due_words(one, lang) for one in bought.purchases)]
    facts = {
        "order": str(args.id),
        "energy_wh": bought.energy_wh,
        "unfilled_wh": bought.unfilled_wh,
        "is_new": bought.is_new,
        "purchases": [_waiting_facts(one) for one in bought.purchases],
    }
    say(args, facts, "\n".join(lines))
    return 0


def book(args: argparse.Namespace) -> int:
    """Show what is for sale."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        rules = market.market_of(ports)
        levels = market.book(ports=ports)
        park = ports.park.name_zh if lang == "zh" else ports.park.name_en
    if args.json:
        facts = [
            {
                "price_cny_per_mwh": f"{level.price_cny_per_mwh:f}",
                "energy_wh": level.energy_wh,
                "n_listings": level.n_listings,
            }
            for level in levels
        ]
        say(args, {"book": facts}, "")
        return 0
    console = Console(highlight=False)
    if levels:
        # A short table would break its title into lines.
        console.print(Text(text("cli.market.book_title", lang, park=park), style="bold"))
        console.print(_book_table(levels, lang))
    else:
        console.print(text("cli.market.book_empty", lang))
    console.print(Text(_rules(rules, lang), style="dim"))
    return 0


def holdings(args: argparse.Namespace) -> int:
    """Show what a party holds, and its deals that wait."""
    lang, party = cast("Lang", args.lang), str(args.party)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        held = market.holdings(party, ports=ports)
        deals = [one for one in market.waiting(ports=ports) if party in {one.seller, one.buyer}]
    if args.json:
        facts = {
            "party": party,
            "holdings": [
                {
                    "month": one.month,
                    "kind": one.kind.value,
                    "state": one.state.value,
                    "energy_wh": one.energy_wh,
                }
                for one in held
            ],
            "deals": [_waiting_facts(one) for one in deals],
        }
        say(args, facts, "")
        return 0
    console = Console(highlight=False)
    if held:
        console.print(_holding_table(held, party, lang))
    else:
        console.print(text("cli.market.holdings_empty", lang, party=party))
    if deals:
        console.print(_deal_table(deals, party, lang))
    console.print(Text(text("cli.market.named", lang), style="dim"))
    return 0


# -- words ---------------------------------------------------------------------------------------


def number_of(given: str, option: str) -> Decimal:
    """Return the decimal number that a word names.

    Args:
        given: The word.
        option: The option that it stands behind, for the message.

    Raises:
        WordsError: If it is no plain number of 0 or more with at most six decimals.

    Example:
        >>> number_of("8.50", "--price")
        Decimal('8.50')
    """
    try:
        number = Decimal(given) if given.isascii() and _NUMBER.fullmatch(given) else None
    except InvalidOperation:
        number = None
    if number is None:
        raise WordsError(
            given=f"{option} {given}",
            expected="a number of 0 or more with at most six decimals",
            remedy="write for example 8.50",
        )
    return number


def wh_of(given: str) -> int:
    """Return an energy that a word names in MWh, exact to the watt-hour [Wh].

    Raises:
        WordsError: If it is no plain number with at most six decimals.

    Example:
        >>> wh_of("0.000001"), wh_of("12.5")
        (1, 12500000)
    """
    return int(number_of(given, "--mwh") * WH_PER_MWH)


def _ask(args: argparse.Namespace, ports: Ports) -> market.Ask:
    if (args.mwh is None) == (args.certificate is None):
        raise WordsError(
            given="--mwh and --certificate" if args.mwh else "neither --mwh nor --certificate",
            expected="one of the two",
            remedy="say how much, or name a certificate",
        )
    pieces = () if args.certificate is None else (piece_of(str(args.certificate)),)
    return market.Ask(
        id=str(args.id),
        seller=str(args.party),
        energy_wh=None if args.mwh is None else wh_of(str(args.mwh)),
        pieces=pieces,
        price_cny_per_mwh=number_of(str(args.price), "--price"),
        until_s=days(day_of(str(args.until)), 1, ports.park.zone).start_s,
    )


def piece_of(given: str) -> Piece:
    """Return the certificate that a word names.

    Raises:
        WordsError: If it is no ISSUE:FIRST-STOP.

    Example:
        >>> piece_of("2026-06.pool.E17:0-500").wh
        500
    """
    found = _PIECE.fullmatch(given)
    if found is None:
        raise WordsError(
            given=f"--certificate {given}",
            expected="issue:first-stop",
            remedy="copy it as `taihang certificates show` prints it",
        )
    return Piece(found.group(1), int(found.group(2)), int(found.group(3)))


# -- telling -------------------------------------------------------------------------------------


def _acted(args: argparse.Namespace, act: Callable[[Ports], market.Done]) -> int:
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        done = act(ports)
        log_acts(ports=ports)
    say(args, _done_facts(done), _done_words(done, lang))
    return 0


def _done_words(done: market.Done, lang: Lang) -> str:
    words = text(
        "cli.market.done",
        lang,
        kind=text(f"cli.market.kinds.{done.kind}", lang),
        act=done.act,
        mwh=_mwh(done.energy_wh),
    )
    return words if done.is_new else words + text("cli.market.again", lang)


def _done_facts(done: market.Done) -> dict[str, object]:
    return {
        "act": done.act,
        "kind": done.kind,
        "energy_wh": done.energy_wh,
        "is_new": done.is_new,
        "certificates": [f"{one.issue}:{one.first_wh}-{one.stop_wh}" for one in done.pieces],
    }


def _due_words(one: Waiting, lang: Lang) -> str:
    return text(
        "cli.market.pay_due",
        lang,
        deal=one.deal,
        mwh=_mwh(one.energy_wh),
        price=one.price_cny_per_mwh,
        amount=one.amount_cny,
        due=instant_of(one.due_s),
    )


def _waiting_facts(one: Waiting) -> dict[str, object]:
    return {
        "deal": one.deal,
        "step": one.step,
        "seller": one.seller,
        "buyer": one.buyer,
        "energy_wh": one.energy_wh,
        "price_cny_per_mwh": f"{one.price_cny_per_mwh:f}",
        "amount_cny": f"{one.amount_cny:f}",
        "due_s": one.due_s,
    }


def _book_table(levels: Sequence[market.BookLevel], lang: Lang) -> Table:
    table = plain_table(None)
    for key in ("price", "energy", "listings"):
        table.add_column(text(f"cli.market.{key}", lang), justify="right", no_wrap=True)
    for level in levels:
        table.add_row(
            f"{level.price_cny_per_mwh:f}", _mwh(level.energy_wh), f"{level.n_listings:,}"
        )
    return table


def _rules(rules: CertificateMarket, lang: Lang) -> str:
    return text(
        "cli.market.book_rules",
        lang,
        low=rules.price_low_cny_per_mwh,
        high=rules.price_high_cny_per_mwh,
        minimum=_mwh(rules.minimum_wh),
        hours=rules.pay_within_h,
    )


def _holding_table(held: Sequence[Holding], party: str, lang: Lang) -> Table:
    table = plain_table(text("cli.market.holdings_title", lang, party=party))
    for key in ("month", "kind", "state"):
        table.add_column(text(f"cli.market.{key}", lang), no_wrap=True)
    table.add_column(text("cli.market.energy", lang), justify="right", no_wrap=True)
    for one in held:
        table.add_row(
            one.month,
            text(f"cli.market.certificate_kinds.{one.kind.value}", lang),
            text(f"cli.market.states.{one.state.value}", lang),
            _mwh(one.energy_wh),
        )
    return table


def _deal_table(deals: Sequence[Waiting], party: str, lang: Lang) -> Table:
    table = plain_table(text("cli.market.deals_title", lang))
    for key in ("deal", "step", "other"):
        table.add_column(text(f"cli.market.{key}", lang), no_wrap=True)
    for key in ("energy", "amount"):
        table.add_column(text(f"cli.market.{key}", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.market.due", lang), no_wrap=True)
    for one in deals:
        is_buyer = one.buyer == party
        table.add_row(
            one.deal,
            text(f"cli.market.steps.{_step(one, is_buyer=is_buyer)}", lang),
            one.seller if is_buyer else one.buyer,
            _mwh(one.energy_wh),
            f"{one.amount_cny:,}",
            instant_of(one.due_s),
        )
    return table


def _step(one: Waiting, *, is_buyer: bool) -> str:
    if one.step == "offer":
        return "offer_in" if is_buyer else "offer_out"
    return "pay_out" if is_buyer else "pay_in"


def _mwh(energy_wh: int) -> str:
    return f"{Energy(energy_wh).mwh:,.6f}"
