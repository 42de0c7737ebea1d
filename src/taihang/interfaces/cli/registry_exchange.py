"""``taihang certificates gec|export|import``: the ledger as other registries see it, and theirs."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import exchange_wiring, wiring
from taihang.core.certificates.exchange import ExchangeMap, View
from taihang.core.periods import month
from taihang.core.quantities import Energy
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError, count_of
from taihang.services.certificate_records import Wanted, gec_texts, gec_view, granular_view
from taihang.services.ports import Ports
from taihang.services.registry_exchange import Table as HandedTable
from taihang.services.registry_exchange import import_certificates, read_numbers
from taihang.standards.energytag import Configuration, record_texts
from taihang.standards.nea_2024_67 import GecKind, GecLine, GecNumbers

_GEC_MAP = "gec"


def gec(args: argparse.Namespace) -> int:
    """Show whole green electricity certificates, and write them to a table if asked."""
    lang = cast("Lang", args.lang)
    year = None if args.year is None else count_of(str(args.year), least=2000, most=2199)
    exchange = exchange_wiring.exchange_map(_GEC_MAP)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        lines = gec_view(ports=ports, numbers=_numbers(args, exchange, ports))
        shown = [one for one in lines if year is None or one.energy.month[:4] == str(year)]
        texts = [gec_texts(one, park=ports.park) for one in shown]
        park = ports.park.name_zh if lang == "zh" else ports.park.name_en
    if args.out is not None:
        path = Path(str(args.out))
        path.write_bytes(exchange_wiring.certificate_table(exchange, texts, kind=table_kind(path)))
    if args.json:
        say(
            args,
            {"gec": [{**one, **_states(line)} for one, line in zip(texts, shown, strict=True)]},
            "",
        )
        return 0
    console = Console(highlight=False)
    if not shown:
        console.print(text("cli.gec.none", lang))
        return 0
    console.print(_gec_table(shown, title=text("cli.gec.title", lang, park=park), lang=lang))
    for words in _number_lines(shown, lang):
        console.print(words)
    console.print(_sum(shown, lang))
    if args.out is not None:
        console.print(text("cli.gec.written", lang, path=args.out, n=len(shown)))
    console.print(Text(text("cli.gec.not_official", lang), style="dim"))
    return 0


def export(args: argparse.Namespace) -> int:
    """Write the EnergyTag records of a month, or the GEC of the ledger, by a map."""
    lang, path = cast("Lang", args.lang), Path(str(args.out))
    exchange = exchange_wiring.exchange_map(str(args.map))
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        if exchange.view is View.GRANULAR:
            records = granular_view(_wanted(args, ports), ports=ports)
            texts = [record_texts(one) for one in records]
        elif exchange.view is View.GEC:
            lines = gec_view(ports=ports)
            texts = [
                gec_texts(one, park=ports.park)
                for one in lines
                if args.month in {None, one.energy.month}
            ]
        else:
            raise WordsError(
                given=f"--map {args.map}",
                expected="a map with [export]",
                remedy="take energytag or gec, or write a map of your own",
            )
    path.write_bytes(exchange_wiring.certificate_table(exchange, texts, kind=table_kind(path)))
    energy_wh = sum(int(one["energy_wh"]) for one in texts)
    facts = {"map": exchange.name, "records": len(texts), "energy_wh": energy_wh, "out": str(path)}
    words = text(
        "cli.export.written", lang, path=path, n=len(texts), mwh=mwh(energy_wh), map=exchange.name
    )
    say(args, facts, f"{words}\n{text('cli.export.not_official', lang)}")
    return 0


def import_table(args: argparse.Namespace) -> int:
    """Look at certificates of another registry, and keep them if asked."""
    lang, path = cast("Lang", args.lang), Path(str(args.table))
    exchange = exchange_wiring.exchange_map(str(args.map))
    data, sheet = exchange_wiring.read_certificate_table(path)
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.commit)) as ports:
        found = import_certificates(
            HandedTable(path.name, data, sheet),
            exchange=exchange,
            id_=str(args.id),
            store=bool(args.commit),
            ports=ports,
        )
    batch = found.batch
    facts = {
        "id": batch.id,
        "registry": batch.registry,
        "evidence": batch.evidence,
        "records": len(batch.records),
        "energy_wh": batch.energy_wh,
        "is_new": found.is_new,
        "is_stored": bool(args.commit) or not found.is_new,
    }
    outcome = "known" if not found.is_new else "kept" if args.commit else "preview"
    lines = (
        text(
            "cli.import_certificates.found",
            lang,
            registry=batch.registry,
            n=len(batch.records),
            mwh=mwh(batch.energy_wh),
            evidence=batch.evidence[:16],
        ),
        text(f"cli.import_certificates.{outcome}", lang),
        text("cli.import_certificates.not_issued", lang),
    )
    say(args, facts, "\n".join(lines))
    return 0


def _wanted(args: argparse.Namespace, ports: Ports) -> Wanted:
    lacking = [name for name in ("month", "configuration") if getattr(args, name) is None]
    if lacking:
        raise WordsError(
            given=f"EnergyTag records without --{lacking[0]}",
            expected="--month, and --configuration 1, 2 or 3 of the scheme",
            remedy="3 is side by side with an existing certificate, such as a GEC",
        )
    month(str(args.month), ports.park.zone)
    return Wanted(
        month=str(args.month),
        holder=None if args.party is None else str(args.party),
        configuration=Configuration(int(args.configuration)),
        step_s=count_of(str(args.minutes), least=15, most=60) * 60,
    )


def table_kind(path: Path) -> str:
    """Return what kind of table a file is to be.

    Raises:
        WordsError: If its name ends with neither ``.csv`` nor ``.json``.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in {"csv", "json"}:
        raise WordsError(
            given=f"--out {path}", expected="a name that ends with .csv or .json", remedy="add it"
        )
    return kind


def mwh(energy_wh: int) -> str:
    """Write an energy in MWh, exact to the watt-hour.

    Args:
        energy_wh: The energy. [Wh]

    Example:
        >>> mwh(1_234_500_000), mwh(1)
        ('1,234.500000', '0.000001')
    """
    return f"{Energy(energy_wh).mwh:,.6f}"


def _numbers(args: argparse.Namespace, exchange: ExchangeMap, ports: Ports) -> Sequence[GecNumbers]:
    if args.numbers is None:
        return ()
    path = Path(str(args.numbers))
    data, sheet = exchange_wiring.read_certificate_table(path)
    return read_numbers(HandedTable(path.name, data, sheet), exchange=exchange, ports=ports)


def _gec_table(lines: Sequence[GecLine], *, title: str, lang: Lang) -> Table:
    table = plain_table(title)
    for key in ("plant", "month", "kind"):
        table.add_column(text(f"cli.gec.{key}", lang), no_wrap=True)
    for key in ("energy", "certificates", "carried_out"):
        table.add_column(text(f"cli.gec.{key}", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.gec.expires", lang), no_wrap=True)
    for line in lines:
        energy = line.energy
        table.add_row(
            energy.plant,
            energy.month,
            text(f"cli.gec.kinds.{energy.kind.value}", lang),
            mwh(energy.energy_wh),
            f"{line.n_certificates:,}",
            mwh(line.carried_out_wh),
            line.expires_on.isoformat(),
        )
    return table


def _number_lines(lines: Sequence[GecLine], lang: Lang) -> Iterator[Text]:
    for line in lines:
        if line.numbers:
            words = text(
                "cli.gec.numbers",
                lang,
                plant=line.energy.plant,
                month=line.energy.month,
                first=line.numbers[0].first,
                last=line.numbers[-1].last,
                n=line.n_numbered,
                total=line.n_certificates,
            )
            yield Text(words, style="" if line.n_numbered == line.n_certificates else "yellow")


def _sum(lines: Sequence[GecLine], lang: Lang) -> str:
    n = {
        kind: sum(one.n_certificates for one in lines if one.energy.kind is kind)
        for kind in GecKind
    }
    return text(
        "cli.gec.sum",
        lang,
        tradable=f"{n[GecKind.TRADABLE]:,}",
        non_tradable=f"{n[GecKind.NON_TRADABLE]:,}",
        claimed=mwh(sum(one.energy.by_state_wh.get("claimed", 0) for one in lines)),
    )


def _states(line: GecLine) -> dict[str, object]:
    return {
        "by_state_wh": dict(sorted(line.energy.by_state_wh.items())),
        "facts": [*line.fact_keys],
    }
