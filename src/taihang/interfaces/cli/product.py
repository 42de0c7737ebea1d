"""The commands `taihang footprint` and `taihang cbam`: product accounts, and workbooks of them."""

import argparse
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.errors import InputError, StateError
from taihang.core.park.park import Park
from taihang.interfaces.account_words import amount_told, gap_name, item_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import month_or_year_of
from taihang.interfaces.reports.document import Document
from taihang.interfaces.reports.html import html_of
from taihang.interfaces.reports.product_period import product_period
from taihang.interfaces.reports.product_words import (
    Body,
    code_told,
    counted_told,
    lacking_told,
    mwh_of,
    name_of,
    tonnes_of,
)
from taihang.interfaces.reports.xlsx import xlsx_of
from taihang.services import cbam_account, product_account
from taihang.services.account import Draft, issue_statements, says_the_same
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports

_SETTERS: Final = {".xlsx": xlsx_of, ".html": html_of}
_KG_PER_T: Final = 1_000


class NoProductAccountError(StateError):
    """No product of the park is meant, or several enterprises are where one is."""

    code = "state.no-product-account"


class UnissuedProductAccountError(StateError):
    """A workbook is asked of accounts that nobody issued as they stand today."""

    code = "state.unissued-product-account"


class WorkbookFormError(InputError):
    """A product account cannot be written in that form."""

    code = "input.workbook-form"


def footprint(args: argparse.Namespace) -> int:
    """Show footprints line by line, issue them, write them as a workbook."""
    return _run(args, product_account)


def cbam(args: argparse.Namespace) -> int:
    """Show CBAM sheets line by line, issue them, write them as a workbook."""
    return _run(args, cbam_account)


def _run(args: argparse.Namespace, job: ModuleType) -> int:
    lang = cast("Lang", args.lang)
    out = None if args.out is None else _out(Path(str(args.out)))
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        period, _ = month_or_year_of(args, ports.park.zone)
        found = _drafts(args, period, job, ports)
        if out is not None:
            _check_one_enterprise(found)
        if args.issue:
            issue_statements(found, period=period, ports=ports)
            log_acts(ports=ports)
        document = None if out is None else _document(found, lang, ports)
        park = ports.park
    if out is not None and document is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(_SETTERS[out.suffix](document))
    facts = {
        "accounts": [{"series": draft.series, **draft.body} for draft in found],
        "issued": bool(args.issue),
        "file": None if out is None else str(out),
        "code": None if document is None else document.code,
    }
    if args.json:
        say(args, facts, "")
        return 0
    _print(found, park, lang)
    console = Console(highlight=False)
    issued = ", ".join(draft.series for draft in found)
    done = text("cli.done.issued", lang, id=issued) if args.issue else text("cli.done.draft", lang)
    console.print(Text(done, style="dim"))
    if document is not None:
        values = {"file": str(out), "code": document.code}
        console.print(text("product.line.written", lang, **values))
    return 0


def _out(path: Path) -> Path:
    if path.suffix not in _SETTERS:
        raise WorkbookFormError(
            given=path.name,
            expected=f"a file name that ends in {' or '.join(_SETTERS)}",
            remedy="write for example --out cbam.xlsx",
        )
    return path


def _drafts(args: argparse.Namespace, period: str, job: ModuleType, ports: Ports) -> list[Draft]:
    carbon = ports.park.carbon
    wanted = [
        name
        for name, product in carbon.products.items()
        if args.product in {None, name}
        and args.enterprise in {None, carbon.processes[product.process].enterprise}
    ]
    found = cast("list[Draft]", job.drafts(period, ports=ports, subjects=wanted))
    if not found:
        goods = [
            name
            for name, product in carbon.products.items()
            if job is product_account or product.cbam_good is not None
        ]
        raise NoProductAccountError(
            given=f"--product {args.product} --enterprise {args.enterprise}",
            expected=f"a product of park.toml: {', '.join(goods[:8]) or 'it declares none'}",
            remedy="correct the id, or declare it in [products]; a CBAM sheet needs cbam_good",
        )
    return found


def _document(found: Sequence[Draft], lang: Lang, ports: Ports) -> Document:
    """Draw the workbook up of what was issued, and only if it is what is known today."""
    period, kind = found[0].period, found[0].kind
    issued = {one.series: one for one in ports.registry.latest_statements(period)}
    for draft in found:
        one = issued.get(draft.series)
        if one is None or not says_the_same(one, draft):
            state = "is not issued" if one is None else "is issued, and says something else today"
            raise UnissuedProductAccountError(
                given=f"{draft.series}, which {state}",
                expected="issued statements: a workbook quotes them with their hashes",
                remedy="add --issue",
            )
    subjects = [draft.subject for draft in found]
    return product_period(kind, period, subjects, lang=lang, ports=ports)


def _check_one_enterprise(found: Sequence[Draft]) -> None:
    """Refuse a workbook of several enterprises before anything is issued for it."""
    enterprises = {str(cast("Body", draft.body["enterprise"])["id"]) for draft in found}
    if len(enterprises) > 1:
        raise NoProductAccountError(
            given=f"products of {', '.join(sorted(enterprises))}",
            expected="products of one enterprise in one workbook",
            remedy="add --enterprise or --product",
        )


# -- in the terminal -----------------------------------------------------------------------------


def _print(found: Sequence[Draft], park: Park, lang: Lang) -> None:
    console = Console(highlight=False)
    for draft in found:
        body = cast("Body", draft.body)
        values = {"product": name_of(body["product"], lang), "period": draft.period}
        title = text(f"product.title.{draft.kind}", lang, **values)
        console.print(_table(draft.kind, body, title, lang=lang, park=park))
        for line in _lines(draft.kind, body, lang):
            console.print(line)
        for gap in cast("list[dict[str, str]]", body["not_assessed"]):
            why = text(f"cli.reason.{gap['reason']}", lang, detail=gap["detail"])
            console.print(Text(f"  ! {gap_name(gap['what'], lang)}  {why}", style="yellow"))
        console.print()


def _table(kind: str, body: Body, title: str, *, lang: Lang, park: Park) -> Table:
    table = plain_table(title)
    is_cbam = kind == cbam_account.KIND
    unit = str((body["output"] or {"unit": "–"})["unit"])
    table.add_column(text("product.column.stage", lang), no_wrap=True)
    # A long name may be broken over lines, a number never.
    table.add_column(text("product.column.item", lang), overflow="fold")
    table.add_column(text("product.column.amount", lang), justify="right", no_wrap=True)
    units = ("tCO2e", f"tCO2e/{unit}" if is_cbam else f"kgCO2e/{unit}")
    for head, of in zip(("bears", "each"), units, strict=True):
        label = f"{text(f'product.column.{head}', lang)}\n{of}"
        table.add_column(label, justify="right", no_wrap=True)
    for line in cast("list[Body]", body["lines"]):
        table.add_row(
            text(f"product.stage.{line['stage']}", lang),
            code_told(line, lang, park),
            f"{amount_told(line['quantity'], 2)} {line['unit']}",
            amount_told(tonnes_of(line["g"]), 3),
            _specific(line["g"], body, is_cbam=is_cbam),
        )
    return table


def _specific(grams: int, body: Body, *, is_cbam: bool) -> str:
    made = Decimal(body["output"]["quantity"])
    per_unit = tonnes_of(grams) / made
    return amount_told(per_unit if is_cbam else per_unit * _KG_PER_T, 4 if is_cbam else 2)


def _lines(kind: str, body: Body, lang: Lang) -> Iterator[Text]:
    """Tell the result, how it was shared, and where the electricity comes from."""
    yield Text(_result(kind, body, lang), style="bold")
    shared = {
        "method": text(f"product.allocation.{body['allocation']['method']}", lang),
        "reason": body["allocation"]["reason"],
    }
    yield Text(text("product.line.shared", lang, **shared))
    if body.get("left_out"):
        comma = "、" if lang == "zh" else ", "
        items = comma.join(item_name(str(each), lang) for each in body["left_out"])
        yield Text(text("product.line.left_out", lang, items=items, why=body["cut_off"]))
    power = cast("Body", body["electricity"])
    sources = {key: text(f"product.source.{power[key]}", lang) for key in ("claimed", "used")}
    yield Text(text("product.line.power", lang, **sources))
    if why := lacking_told(power, lang):
        yield Text(text("product.line.lacking", lang, why=why), style="yellow")
    proven_wh = sum(int(each["wh"]) for each in power["proven"])
    values = {
        "proven": amount_told(mwh_of(proven_wh), 3),
        "n": len(power["proven"]),
        "rest": amount_told(mwh_of(power["rest_wh"]), 3),
    }
    yield Text(text("product.line.energy", lang, **values))


def _result(kind: str, body: Body, lang: Lang) -> str:
    if kind == cbam_account.KIND:
        return text(
            "product.line.see",
            lang,
            direct=amount_told(body["direct_t_per_t"], 4),
            indirect=amount_told(body["indirect_t_per_t"], 4),
            counted=counted_told(body, lang),
            value=amount_told(body["value"], 4),
        )
    key = "part" if body["value"] is None else "footprint"
    value = amount_told(body["assessed_kg_per_unit"], 2)
    return text(f"product.line.{key}", lang, value=value, unit=body["unit"])
