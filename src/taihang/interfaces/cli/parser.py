"""The words of the command line, in the language of the reader."""

import argparse
from collections.abc import Sequence
from typing import Final

from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.cli.command_words import CommandParser, CommandWords
from taihang.interfaces.cli.page_words import DEFAULT_SEED, add_address, add_pages
from taihang.interfaces.cli.planning_words import add_planning
from taihang.interfaces.cli.report_words import add_report, add_reports

NOT_BUILT: Final = ("edge",)
"""Commands of the design that answer "not built yet"."""
TEMPLATES: Final = ("changzhi", "xingxian", "blank")
FORMATS: Final = ("text", "json", "html", "xlsx", "pdf")
STEPS: Final = ("prepared", "checked", "verified", "locked", "returned")
STATES: Final = ("draft", "prepared", "checked", "verified", "locked")
EVERY: Final = ("raw", "15min", "hour", "day", "month")
DEFAULT_DOOR_PORT: Final = 8_101
DEFAULT_BATCHES_PER_MINUTE: Final = 60
DEFAULT_WITNESS_PORT: Final = 8_102
DEFAULT_DAYS_VALID: Final = "365"
DEFAULT_OVERLAP_DAYS: Final = 14
"""How long the key before goes on beside the next one."""


def chosen_lang(argv: Sequence[str]) -> Lang:
    """Return the language asked for, Chinese if none is."""
    for before, word in zip(("", *argv), argv, strict=False):
        for lang in LANGS:
            if word == f"--lang={lang}" or (before == "--lang" and word == lang):
                return lang
    return "zh"


def parse(parser: argparse.ArgumentParser, argv: Sequence[str]) -> argparse.Namespace:
    """Read the words; a command that is not built takes any.

    Args:
        parser: The parser of all commands.
        argv: The words.

    Returns:
        What they say.
    """
    args, unknown = parser.parse_known_args(argv)
    if args.command in NOT_BUILT:
        args.json = args.json or "--json" in (*unknown, *args.rest)
    elif unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    return args


def build_parser(lang: Lang) -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    words = CommandWords(lang)
    _add_park(words)
    _add_readings(words)
    _add_queries(words)
    _add_accounts(words)
    _add_committee(words)
    _add_scores(words)
    _add_offer(words)
    _add_trust(words)
    _add_door(words)
    _add_log(words)
    _add_custody(words)
    _add_certificates(words)
    add_pages(words)
    for name in NOT_BUILT:
        words.command(name, "commands:not_built").words.add_argument(
            "rest", nargs="*", metavar="…", help=text("cli.word.rest", lang)
        )
    return words.parser


def _add_park(words: CommandWords) -> None:
    new = words.command("new", "commands:new", "dir")
    words.option(new, "--template", required=True, choices=TEMPLATES)
    words.command("doctor", "commands:doctor", "dir")


def _add_readings(words: CommandWords) -> None:
    simulate = words.command("simulate", "commands:simulate", "dir")
    for name in ("--from", "--days"):
        words.option(simulate, name, required=True)
    words.option(simulate, "--seed", default=DEFAULT_SEED)
    words.option(simulate, "--faults")
    imports = words.command("import", "commands:import_files", "dir", "path")
    words.option(imports, "--map", required=True)
    words.option(imports, "--as")
    form = words.command("form", "form:form", "dir")
    form.words.add_argument(
        "file", nargs="?", metavar="FILE", help=text("cli.word.form_file", words.lang)
    )
    words.repeated(form, "--evidence", metavar="FILE")
    words.switch(form, "--dry-run")
    words.option(form, "--template")
    for name in ("withdraw", "who"):
        words.option(form, f"--{name}")
    listed = words.command("forms", "forms:forms", "dir")
    _add_month_or_year(words, listed)
    words.option(listed, "--subject")
    correct = words.command("correct", "correct:correct", "dir", "meter")
    for name in ("at", "register", "reason", "who"):
        words.option(correct, f"--{name}", required=True)


def _add_queries(words: CommandWords) -> None:
    read = words.command("read", "readings:read", "dir", "point")
    words.option(read, "--from", required=True)
    words.option(read, "--to", required=True)
    read.options.add_argument(
        "--every",
        choices=EVERY,
        default=EVERY[1],
        help=text("cli.option.row_length", words.lang)
        + text("cli.help.default", words.lang, value=EVERY[1]),
    )
    words.option(read, "--as-of")
    words.switch(read, "--csv")
    last = words.command("last", "readings:last", "dir")
    words.switch(last, "--csv")
    words.command("compact", "readings:compact", "dir")
    traced = words.command("trace", "trace:trace", "dir")
    for name in ("plant", "user", "from", "to"):
        words.option(traced, f"--{name}")
    traced.options.add_argument(
        "--at", metavar="AT", help=text("cli.option.at_interval", words.lang)
    )
    restate = words.command("restate", "readings:restate_all", "dir")
    words.switch(restate, "--dry-run")
    ledger = words.command("restatements", "restatements:restatements", "dir")
    _add_month_or_year(words, ledger)
    words.option(ledger, "--subject")
    _add_review(words)


def _add_review(words: CommandWords) -> None:
    review = words.command("review", "review:review", "dir", "statement")
    words.option(review, "--step", choices=STEPS)
    for name in ("who", "role", "remark"):
        words.option(review, f"--{name}")
    listed = words.command("statements", "review:statements", "dir")
    _add_month_or_year(words, listed)
    words.option(listed, "--subject")
    words.option(listed, "--state", choices=STATES)


def _add_energy(words: CommandWords) -> None:
    for name in ("energy", "heat"):
        account = words.command(name, f"{name}:{name}", "dir")
        _add_month_or_year(words, account)
        words.option(account, "--subject")
        words.switch(account, "--issue")
    _add_month_or_year(words, words.command("assets", "assets:assets", "dir"))
    sums = words.command("sums", "sums:sums", "dir")
    words.option(sums, "--year", required=True)
    words.switch(sums, "--issue")
    quota = words.command("quota", "quota:quota", "dir")
    words.option(quota, "--year", required=True)
    words.option(quota, "--subject")
    words.switch(quota, "--issue")
    revenue = words.command("revenue", "revenue:revenue", "dir")
    _add_month_or_year(words, revenue)
    revenue.options.add_argument("--of", metavar="OF", help=text("cli.option.payee", words.lang))
    for name in ("--result", "--issue"):
        words.switch(revenue, name)
    words.option(revenue, "--out")
    carbon = words.command("carbon", "carbon:carbon", "dir")
    words.option(carbon, "--year", required=True)
    words.option(carbon, "--subject")
    words.switch(carbon, "--issue")
    for name in ("footprint", "cbam"):
        product = words.command(name, f"product:{name}", "dir")
        _add_month_or_year(words, product)
        for option in ("--product", "--enterprise", "--out"):
            words.option(product, option)
        words.switch(product, "--issue")


def _add_ratios(words: CommandWords) -> None:
    ratios = words.command("ratios", "ratios:ratios", "dir")
    for name in ("month", "year"):
        words.option(ratios, f"--{name}")
    ratios.options.add_argument(
        "--interval",
        nargs=2,
        metavar=("FROM", "TO"),
        help=text("cli.option.at_interval", words.lang),
    )
    ratios.options.add_argument(
        "--plan", metavar="YEAR", help=text("cli.option.ratio_plan", words.lang)
    )
    words.option(ratios, "--what-if")
    for name in ("forecast", "backtest", "issue"):
        words.switch(ratios, f"--{name}")


def _add_month_or_year(
    words: CommandWords, command: CommandParser
) -> argparse._MutuallyExclusiveGroup:  # pyright: ignore[reportPrivateUsage] - it has no other name
    stretch = command.options.add_mutually_exclusive_group(required=True)
    for name in ("month", "year"):
        stretch.add_argument(
            f"--{name}", metavar=name.upper(), help=text(f"cli.option.{name}", words.lang)
        )
    return stretch


def _add_accounts(words: CommandWords) -> None:
    settle = words.command("settle", "commands:settle", "dir")
    words.option(settle, "--from", required=True)
    words.option(settle, "--to", required=True)
    plan = words.command("plan", "plan:plan", "dir")
    words.option(plan, "--day", required=True)
    words.option(plan, "--out")
    add_planning(words)
    add_report(words)
    _add_energy(words)
    add_reports(words)
    bill = words.command("bill", "bill:bill", "dir")
    words.option(bill, "--enterprise", required=True)
    words.option(bill, "--month", required=True)
    options = words.command("options", "bill:options", "dir")
    words.option(options, "--month", required=True)
    words.option(options, "--enterprise")
    words.switch(options, "--issue")
    _add_ratios(words)
    quality = words.command("quality", "quality:quality", "dir")
    words.option(quality, "--month", required=True)
    words.option(quality, "--meter")


def _add_committee(words: CommandWords) -> None:
    for name in ("indicators", "pathway"):
        account = words.command(name, f"indicators:{name}", "dir")
        words.option(account, "--year", required=True)
        words.switch(account, "--issue")
    admit = words.command("admit", "admit:admit", "dir", "project")
    words.switch(admit, "--decide")
    words.option(admit, "--built")
    words.option(admit, "--withdraw")
    words.command("limits", "admit:limits", "dir")


def _add_scores(words: CommandWords) -> None:
    score = words.command("score", "score:score", "dir")
    _add_month_or_year(words, score)
    for name in ("--of", "--raise-by"):
        words.option(score, name)
    words.switch(score, "--issue")


def _add_offer(words: CommandWords) -> None:
    offer = words.command("offer", "offer:offer", "dir")
    offer.words.add_argument(
        "project", nargs="?", metavar="PROJECT", help=text("cli.word.offer_project", words.lang)
    )
    offer.options.add_argument(
        "--year", required=True, metavar="YEAR", help=text("cli.option.offer_year", words.lang)
    )
    words.option(offer, "--pipeline")
    words.option(offer, "--format", default="text", choices=FORMATS)
    for name in ("--out", "--fonts"):
        words.option(offer, name)


def _add_trust(words: CommandWords) -> None:
    seal = words.command("seal", "sealing:seal", "dir")
    words.option(seal, "--day")
    words.option(seal, "--from")
    words.option(seal, "--to")
    words.option(seal, "--shares")
    prove = words.command("prove", "commands:prove", "dir", "statement")
    words.option(prove, "--out", required=True)
    words.switch(prove, "--without-load")
    words.switch(prove, "--public")
    verify = words.command("verify", "commands:verify", "file")
    words.option(verify, "--log-key")
    verify.options.add_argument(
        "--gateway-key",
        action="append",
        default=[],
        metavar="NAME=HEX",
        help=text("cli.option.gateway_key", words.lang),
    )
    verify.options.add_argument(
        "--witness-key",
        action="append",
        default=[],
        metavar="NAME=HEX",
        help=text("cli.option.witness_key", words.lang),
    )
    verify.options.add_argument(
        "--quorum", type=int, metavar="N", help=text("cli.option.verify_quorum", words.lang)
    )
    words.switch(words.command("audit", "commands:audit", "dir"), "--quick")
    _add_trail(words)
    words.command("rebuild", "commands:rebuild", "dir")
    words.command("state-hash", "commands:state_hash", "dir")


def _add_trail(words: CommandWords) -> None:
    trail = words.command("trail", "trail:trail", "dir")
    words.option(trail, "--actor")
    for name, dest in (("kind", "kind"), ("from", "first"), ("to", "last")):
        trail.options.add_argument(
            f"--{name}",
            dest=dest,
            metavar=name.upper(),
            help=text(f"cli.option.trail_{name}", words.lang),
        )
    trail.options.add_argument(
        "--seal", action="store_true", help=text("cli.option.trail_seal", words.lang)
    )


def _add_door(words: CommandWords) -> None:
    ingest = words.command("ingest", "door:ingest", "dir")
    add_address(words, ingest, port=DEFAULT_DOOR_PORT)
    words.option(ingest, "--batches-per-minute", default=DEFAULT_BATCHES_PER_MINUTE)
    for name in ("--tls-cert", "--tls-key", "--client-ca"):
        words.option(ingest, name)
    words.switch(ingest, "--behind-proxy")
    token = words.command("token", "door:token", "dir", "gateway")
    words.option(token, "--days", default=DEFAULT_DAYS_VALID)
    words.switch(token, "--revoke")


def _add_log(words: CommandWords) -> None:
    witness = words.command("witness", "log:witness", "dir")
    words.switch(witness, "--new")
    words.option(witness, "--name")
    add_address(words, witness, port=DEFAULT_WITNESS_PORT)
    words.switch(witness, "--open-to-network")
    publish = words.command("publish", "log:publish", "dir")
    words.option(publish, "--every")
    words.command("status", "log:status", "dir", "gateway", "counter")
    check = words.command("check-log", "check_log:check_log", "source")
    words.option(check, "--held", required=True)
    for name, metavar in (("--log-key", "HEX"), ("--witness-key", "NAME=HEX")):
        words.repeated(check, name, metavar=metavar)
    words.option(check, "--quorum", default=0)
    words.option(check, "--out")


def _add_custody(words: CommandWords) -> None:
    backup = words.command("backup", "custody:backup", "dir", "out_dir")
    words.option(backup, "--keys-to")
    restore = words.command("restore", "custody:restore", "backup", "dir")
    words.repeated(restore, "--held", metavar="FILE")
    words.option(restore, "--key")
    words.switch(restore, "--catch-up")
    enrol = words.command("enrol", "custody:enrol", "dir", "gateway")
    words.option(enrol, "--key", required=True)
    words.option(enrol, "--again")
    rotate = words.command("rotate-key", "custody:rotate_key", "dir", "owner")
    words.option(rotate, "--overlap-days", default=DEFAULT_OVERLAP_DAYS)
    words.option(rotate, "--key")
    words.option(rotate, "--signature")
    revoke = words.command("revoke-key", "custody:revoke_key", "dir", "owner")
    words.option(revoke, "--reason", required=True)
    words.option(revoke, "--ordinal")


def _add_certificates(words: CommandWords) -> None:
    group = words.group("certificates")
    gec = group.command("gec", "registry_exchange:gec", "dir")
    for name in ("--year", "--numbers", "--out"):
        group.option(gec, name)
    page = group.command("page", "paper:page", "dir", "certificate")
    group.option(page, "--format", default="html", choices=("html", "pdf"))
    group.option(page, "--out", required=True)
    for name in ("--site", "--fonts"):
        group.option(page, name)
    export = group.command("export", "registry_exchange:export", "dir")
    for name in ("--map", "--out"):
        group.option(export, name, required=True)
    for name in ("--month", "--party"):
        group.option(export, name)
    group.option(export, "--configuration", choices=("1", "2", "3"))
    group.option(export, "--minutes", default="60")
    _add_ledger(group)
    imports = group.command("import", "registry_exchange:import_table", "dir", "table")
    for name in ("--map", "--id"):
        group.option(imports, name, required=True)
    group.switch(imports, "--commit")
    _add_lot_market(group)


def _add_ledger(group: CommandWords) -> None:
    _add_month_or_year(group, group.command("issue", "certificates:issue", "dir"))
    listed = group.command("list", "certificates:listing", "dir")
    group.option(listed, "--month")
    group.command("show", "certificates:show", "dir", "issue_id")
    claim = group.command("claim", "certificates:claim", "dir")
    for name in ("--id", "--party", "--purpose", "--beneficiary", "--period"):
        group.option(claim, name, required=True)
    for name in ("--mwh", "--certificate"):
        group.option(claim, name)
    withdraw = group.command("withdraw", "certificates:withdraw", "dir")
    for name in ("--id", "--certificate", "--reason"):
        group.option(withdraw, name, required=True)
    group.command("expire", "certificates:expire", "dir")
    _add_month_or_year(group, group.command("balance", "certificates:balance", "dir"))


def _add_lot_market(group: CommandWords) -> None:
    for name, handler in (("list-for-sale", "list_for_sale"), ("offer", "offer")):
        ask = _add_act(group, name, handler)
        if name == "offer":
            group.option(ask, "--buyer", required=True)
        for amount in ("--mwh", "--certificate"):
            group.option(ask, amount)
        for term in ("--price", "--until"):
            group.option(ask, term, required=True)
    _add_act(group, "delist", "delist", "listing")
    for name in ("accept", "decline", "revoke"):
        _add_act(group, name, name, "deal")
    buy = _add_act(group, "buy", "buy")
    for name in ("--mwh", "--limit"):
        group.option(buy, name, required=True)
    pay = _add_act(group, "pay", "pay", "deal")
    for name in ("--amount", "--reference"):
        group.option(pay, name, required=True)
    group.command("overdue", "lot_market:overdue", "dir")
    group.command("book", "lot_market:book", "dir")
    held = group.command("holdings", "lot_market:holdings", "dir")
    group.option(held, "--party", required=True)


def _add_act(group: CommandWords, name: str, handler: str, *words: str) -> CommandParser:
    act = group.command(name, f"lot_market:{handler}", "dir", *words)
    for option in ("--id", "--party"):
        group.option(act, option, required=True)
    return act
