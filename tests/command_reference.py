"""Writes docs/cli.md from the parser: ``python tests/command_reference.py`` after a change."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

from taihang.interfaces.cli.parser import FORMATS, NOT_BUILT, build_parser

PAGE: Final = Path(__file__).parents[1] / "docs" / "cli.md"
EXAMPLES: Final[Mapping[str, tuple[str, ...]]] = {
    "new": ("taihang new mypark --template blank",),
    "doctor": ("taihang doctor mypark --lang en", "taihang doctor mypark --json"),
    "simulate": ("taihang simulate mypark --from 2026-09-01 --days 30 --seed 7",),
    "import": (
        "taihang import mypark readings/ --map my-map.toml",
        "taihang import mypark Steel_industry_data.csv --map uci-steel --as M-E01",
    ),
    "ingest": (
        "taihang ingest mypark",
        "taihang ingest mypark --port 0 --batches-per-minute 600 --json",
        "taihang ingest mypark --bind 10.0.0.5 --tls-cert door.pem --tls-key door.key",
    ),
    "assets": ("taihang assets mypark --month 2026-09", "taihang assets mypark --year 2026 --json"),
    "trace": (
        "taihang trace mypark --plant PV01 --at 2026-06-09T10:15+08:00",
        "taihang trace mypark --user E17 --from 2026-06-01 --to 2026-07-01",
    ),
    "token": ("taihang token mypark GW2 --days 90", "taihang token mypark GW2 --revoke"),
    "witness": (
        "taihang witness w --new --name e01-witness",
        "taihang witness w",
        "taihang witness w --bind 10.1.2.3 --port 8102 --open-to-network",
    ),
    "publish": ("taihang publish mypark", "taihang publish mypark --every 60 --json"),
    "control": (
        "taihang control problem.toml --cycles 96 --memory control.json",
        "taihang control problem.toml --measured now.toml --deadline 30 --json",
    ),
    "status": ("taihang status mypark GW2 17",),
    "check-log": (
        f"taihang check-log https://park.example/log --held kept.checkpoint --log-key {64 * '9'}",
        (
            f"taihang check-log mypark/log --held kept.checkpoint --log-key {64 * '9'}"
            f" --witness-key e01-witness={64 * '4'} --quorum 1 --out evidence"
        ),
    ),
    "revenue": (
        "taihang revenue mypark --month 2026-08",
        "taihang revenue mypark --month 2026-08 --of PV01 --out pv01.pdf",
        "taihang revenue mypark --year 2026 --of assets --issue",
    ),
    "form": (
        "taihang form mypark --template form.xlsx",
        "taihang form mypark form.xlsx --dry-run",
        "taihang form mypark form.xlsx --evidence gas-invoice-08.pdf --evidence scale-08.jpg",
    ),
    "forms": (
        "taihang forms mypark --month 2026-08",
        "taihang forms mypark --year 2026 --subject E17 --json",
    ),
    "correct": (
        (
            "taihang correct mypark M-E01 --at 2026-09-09T10:15+08:00 --register 48210377"
            " --reason read-on-site --who Li-Wei"
        ),
    ),
    "read": (
        "taihang read mypark M-E01 --from 2026-10-01 --to 2026-11-01 --every day",
        "taihang read mypark M-E01 --from 2026-10-02 --to 2026-10-03 --as-of 2026-10-03T09:00Z",
    ),
    "last": ("taihang last mypark", "taihang last mypark --csv"),
    "compact": ("taihang compact mypark",),
    "restate": ("taihang restate mypark --dry-run", "taihang restate mypark"),
    "regret": (
        "taihang regret mypark --day 2026-08-20",
        "taihang regret mypark --month 2026-08 --json",
    ),
    "restatements": (
        "taihang restatements mypark --month 2026-09",
        "taihang restatements mypark --year 2026 --subject E17 --json",
    ),
    "admit": (
        "taihang admit mypark project.toml",
        "taihang admit mypark project.toml --decide",
        "taihang admit mypark project.toml --withdraw no-money",
    ),
    "limits": ("taihang limits mypark", "taihang limits mypark --json"),
    "indicators": (
        "taihang indicators mypark --year 2026",
        "taihang indicators mypark --year 2026 --issue --json",
    ),
    "pathway": ("taihang pathway mypark --year 2026", "taihang pathway mypark --year 2026 --issue"),
    "energy": (
        "taihang energy mypark --month 2026-09",
        "taihang energy mypark --year 2026 --subject E17 --issue",
    ),
    "quota": (
        "taihang quota mypark --year 2026",
        "taihang quota mypark --year 2026 --subject E17 --issue",
    ),
    "heat": (
        "taihang heat mypark --month 2026-09",
        "taihang heat mypark --year 2026 --subject E02 --issue",
    ),
    "carbon": (
        "taihang carbon mypark --year 2026",
        "taihang carbon mypark --year 2026 --subject E17 --issue",
    ),
    "footprint": (
        "taihang footprint mypark --month 2026-09",
        "taihang footprint mypark --year 2026 --product LFP --issue --out lfp.xlsx",
    ),
    "cbam": (
        "taihang cbam mypark --month 2026-09",
        "taihang cbam mypark --year 2026 --enterprise E08 --issue --out cbam.xlsx",
    ),
    "settle": ("taihang settle mypark --from 2026-09-01 --to 2026-10-01",),
    "plan": (
        "taihang plan mypark --day 2026-10-01",
        "taihang plan mypark --day 2026-10-01 --lang en --out answer",
    ),
    "dispatch": (
        "taihang dispatch problem.toml",
        "taihang dispatch problem.toml --out answer --model problem.mps",
    ),
    "bids": (
        "taihang bids mypark --day 2026-06-02 --market bids.toml --out tomorrow",
        "taihang bids problem.toml --market bids.toml --json",
    ),
    "size": (
        "taihang size xingxian",
        "taihang size study.toml --lang en --out answer.json",
        "taihang size study.toml --report study.html --sensitivity",
    ),
    "site": (
        "taihang site incubator --day 2026-06-16",
        "taihang site station.toml --day 2026-06-16 --quarter 14:15 --lang en",
    ),
    "storage": (
        "taihang storage jinhai --day 2026-06-16",
        "taihang storage store.toml --day 2026-06-16 --out day.json --lang en",
    ),
    "report": (
        "taihang report mypark --month 2026-09 --lang en",
        "taihang report mypark --year 2026 --format json --out 2026.json",
        "taihang report mypark --month 2026-09 --enterprise E17 --format pdf",
        "taihang report mypark --year 2026 --kind zero-carbon --format html",
        "taihang report mypark --month 2026-09 --kind compliance --format pdf",
        "taihang report mypark --year 2026 --kind score --of park --raise-by 5 --format html",
        "taihang report mypark --statement ratios-650.park.2026-09 --format xlsx",
        "taihang report mypark --day 2026-09-30 --format pdf",
        (
            "taihang report mypark --week 2026-W39 --issue --format pdf --who 'Li Wei'"
            " --reason 'for the committee' --site https://park.example"
        ),
        "taihang report mypark --due --site https://park.example",
    ),
    "reports": (
        "taihang reports mypark",
        "taihang reports mypark --code NENT-QAXB-NEN5",
        (
            "taihang reports mypark --schedule park-daily --cadence day --since 2026-10-01"
            " --forms pdf,xlsx --langs zh,en --recipient 'the committee' --due-at 08:00"
            " --who 'Li Wei' --reason 'asked for by the committee'"
        ),
        "taihang reports mypark --schedule park-daily --stop --who 'Li Wei' --reason 'not needed'",
    ),
    "score": (
        "taihang score mypark --year 2026",
        "taihang score mypark --year 2026 --of E17 --raise-by 5 --lang en",
        "taihang score mypark --month 2026-09 --issue --json",
    ),
    "offer": (
        "taihang offer mypark lfp.toml --year 2026",
        "taihang offer mypark lfp.toml --year 2026 --format pdf --lang en --out offer.pdf",
        "taihang offer mypark --pipeline projects --year 2026 --json",
    ),
    "bill": (
        "taihang bill mypark --enterprise E17 --month 2026-09",
        "taihang bill mypark --enterprise G1 --month 2026-09 --lang en",
    ),
    "ratios": (
        "taihang ratios mypark --month 2026-09 --forecast",
        "taihang ratios mypark --month 2026-09 --issue",
        "taihang ratios mypark --year 2026 --backtest --lang en",
        "taihang ratios mypark --interval 2026-09-01 2026-09-02 --json",
        "taihang ratios mypark --plan 2030",
        "taihang ratios mypark --what-if idea.toml",
    ),
    "options": (
        "taihang options mypark --month 2027-07",
        "taihang options mypark --month 2027-07 --enterprise E17 --issue",
    ),
    "seal": (
        "taihang seal mypark --day 2026-09-09",
        "taihang seal mypark --from 2026-09-01 --to 2026-10-01",
    ),
    "prove": (
        "taihang prove mypark scope2-location.E17.2026-09 --out e17.proof",
        "taihang prove mypark bill.E17.2026-09 --out bill.proof",
        "taihang prove mypark M-E17@2026-09-09T02 --out hour.proof",
    ),
    "verify": (
        "taihang verify e17.proof --lang en",
        "taihang verify hour.proof --witness-key grid=9f3c… --witness-key E17=07aa… --quorum 2",
    ),
    "quality": (
        "taihang quality mypark --month 2026-09",
        "taihang quality mypark --month 2026-09 --meter M-E01 --lang en",
    ),
    "sums": ("taihang sums mypark --year 2026", "taihang sums mypark --year 2026 --issue"),
    "review": (
        (
            "taihang review mypark inventory.E17.2026.v1 --step prepared --who Zhang-Min"
            ' --role "energy manager" --remark "all forms of the year are in"'
        ),
        "taihang review mypark inventory.E17.2026.v1",
    ),
    "alarms": (
        "taihang alarms mypark",
        (
            "taihang alarms mypark --ack gateway-silent.GW3.1790784900 --who Li-Wei"
            ' --role dispatcher --reason "fibre cut, repair crew on site"'
        ),
        (
            "taihang alarms mypark --shelve meter-silent.M-E17.1790784000"
            " --until 2026-10-03T08:00+08:00 --who Li-Wei --role dispatcher"
            ' --reason "meter is being replaced"'
        ),
        "taihang alarms mypark --at 2026-09-30T18:00+08:00 --json",
    ),
    "statements": (
        "taihang statements mypark --year 2026",
        "taihang statements mypark --month 2026-09 --state draft --json",
    ),
    "certificates page": (
        "taihang certificates page mypark 2026-08.pool.E02:0-5000 --out page.html",
        "taihang certificates page mypark 2026-08.pool.E02:0-5000 --out a.pdf --format pdf",
    ),
    "certificates issue": ("taihang certificates issue mypark --month 2026-06",),
    "certificates list": ("taihang certificates list mypark --month 2026-06",),
    "certificates show": ("taihang certificates show mypark 2026-06.pool.E17",),
    "certificates claim": (
        (
            'taihang certificates claim mypark --id c1 --party E17 --mwh 5 --purpose "scope 2"'
            " --beneficiary E17 --period 2026-06"
        ),
    ),
    "certificates withdraw": (
        (
            "taihang certificates withdraw mypark --id w1 --certificate 2026-06.pool.E17:0-500"
            ' --reason "issued by mistake"'
        ),
    ),
    "certificates expire": ("taihang certificates expire mypark",),
    "certificates balance": ("taihang certificates balance mypark --year 2026",),
    "certificates gec": (
        "taihang certificates gec mypark --year 2026",
        "taihang certificates gec mypark --numbers numbers.csv --out gec.csv --lang en",
    ),
    "certificates export": (
        (
            "taihang certificates export mypark --map energytag --month 2026-09 --configuration 3"
            " --out records.csv"
        ),
        "taihang certificates export mypark --map gec --out gec.json --lang en",
    ),
    "certificates import": (
        "taihang certificates import mypark irec.csv --map i-rec --id irec-2026-09",
        "taihang certificates import mypark irec.csv --map i-rec --id irec-2026-09 --commit",
    ),
    "certificates list-for-sale": (
        (
            "taihang certificates list-for-sale mypark --id S-1 --party owner --mwh 20"
            " --price 8.00 --until 2027-01-01"
        ),
    ),
    "certificates offer": (
        (
            "taihang certificates offer mypark --id O-1 --party owner --buyer E17 --mwh 5"
            " --price 7.50 --until 2027-01-01"
        ),
        (
            "taihang certificates offer mypark --id O-2 --party owner --buyer E17"
            " --certificate 2026-09.feed-in.G1.PV01:0-5000000 --price 0 --until 2027-01-01"
        ),
    ),
    "certificates delist": ("taihang certificates delist mypark S-1 --id D-1 --party owner",),
    "certificates accept": ("taihang certificates accept mypark O-1 --id A-1 --party E17",),
    "certificates decline": ("taihang certificates decline mypark O-1 --id N-1 --party E17",),
    "certificates revoke": ("taihang certificates revoke mypark O-1 --id R-1 --party owner",),
    "certificates buy": (
        "taihang certificates buy mypark --id B-1 --party E17 --mwh 5 --limit 9 --lang en",
    ),
    "certificates pay": (
        (
            "taihang certificates pay mypark B-1.1 --id P-1 --party owner --amount 40.00"
            " --reference ICBC-20261001-7"
        ),
    ),
    "certificates overdue": ("taihang certificates overdue mypark",),
    "certificates book": ("taihang certificates book mypark --json",),
    "certificates holdings": ("taihang certificates holdings mypark --party E17",),
    "audit": ("taihang audit mypark",),
    "trail": (
        "taihang trail mypark --actor zhang --from 2026-10-01",
        "taihang trail mypark --seal --json",
    ),
    "rebuild": ("taihang rebuild mypark",),
    "state-hash": ("taihang state-hash mypark",),
    "serve": (
        "taihang serve mypark",
        "taihang serve mypark --port 0 --json",
        "taihang serve mypark --bind 10.0.0.5 --tls-cert park.pem --tls-key park.key",
    ),
    "users": ("taihang users mypark", "taihang users mypark --recover wang.lei"),
    "backup": (
        "taihang backup mypark /mnt/second-disk/mypark",
        "taihang backup mypark /mnt/second-disk/mypark --keys-to " + "5a" * 32,
    ),
    "restore": (
        "taihang restore /mnt/second-disk/mypark mypark --held checkpoint-of-e17",
        "taihang restore /mnt/newest mypark --catch-up",
    ),
    "enrol": (
        "taihang enrol mypark GW1 --key " + "5a" * 32,
        "taihang enrol mypark GW1 --key " + "5b" * 32 + ' --again "card was copied"',
    ),
    "rotate-key": (
        "taihang rotate-key mypark log --overlap-days 30",
        "taihang rotate-key mypark gateway:GW1 --key " + "5a" * 32 + " --signature " + "5b" * 64,
    ),
    "revoke-key": ('taihang revoke-key mypark gateway:GW1 --reason "stolen"',),
    "demo": ("taihang demo", "taihang demo --dir /tmp/demo --days 30 --no-serve --lang en"),
}
"""What a reader can try; a test reads each of them with the parser."""
_HEAD: Final = """# Reference of the command line

Every command with every word and option. What the commands do, and in which order they are used,
stands in [the command line](how-to/command-line.md). This page is written by
`python tests/command_reference.py`; a test fails when it is not what the parser says.

`taihang --help` and `taihang COMMAND --help` show the same in the terminal, in Chinese or, with
`--lang en`, in English. Exit codes: **0** done, **1** refused with a reason on the error stream,
**2** the words were wrong. Options cannot be abbreviated. With `--json` a command prints exactly
one JSON object to standard output, also when it is refused; then the object holds `code`, `given`,
`expected` and `remedy` ([all codes](errors.md)).
"""
_COMMON: Final = ("help", "lang", "json", "version")


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of every command, and of every action of a command that has actions."""
    found: dict[str, argparse.ArgumentParser] = {}
    for name, parser in _under(build_parser("en"), "command").items():
        actions = _under(parser, "action")
        found |= {f"{name} {action}": each for action, each in actions.items()}
        if not actions:
            found[name] = parser
    return found


def _under(parser: argparse.ArgumentParser, dest: str) -> Mapping[str, argparse.ArgumentParser]:
    found = [action.choices for action in parser._actions if action.dest == dest]
    return cast("Mapping[str, argparse.ArgumentParser]", found[0]) if found else {}


def page() -> str:
    """Return the whole page."""
    parts = [_HEAD, "## Options of every command\n", *_table(_common_options())]
    for name, parser in commands().items():
        if name not in NOT_BUILT:
            parts += _section(name, parser)
    parts += ["## Not built yet\n", *_not_built()]
    return "\n".join(parts)


def _section(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## `taihang {name}`\n"
    yield f"{_sentence(parser.description or '')}\n"
    own = [action for action in parser._actions if action.dest not in _COMMON]
    yield from _table(own)
    for group in parser._mutually_exclusive_groups:
        names = " and ".join(f"`{action.option_strings[0]}`" for action in group._group_actions)
        yield f"One of {names} is needed.\n"
    yield "\n".join(["```", *EXAMPLES[name], "```\n"])


def _table(actions: list[argparse.Action]) -> Iterator[str]:
    if actions:
        rows = [f"| {_name(action)} | {_meaning(action)} |" for action in actions]
        yield "\n".join(["| word | meaning |", "|---|---|", *rows, ""])


def _common_options() -> list[argparse.Action]:
    return [action for action in commands()["new"]._actions if action.dest in _COMMON]


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        return f"`{action.metavar}`"
    names = ", ".join(f"`{name}`" for name in action.option_strings)
    if action.choices:
        return f"{names} {' or '.join(f'`{choice}`' for choice in action.choices)}"
    return f"{names} `{action.metavar}`" if action.metavar else names


def _meaning(action: argparse.Action) -> str:
    needed = " (required)" if action.required and action.option_strings else ""
    return f"{_sentence((action.help or '').replace('%%', '%'))}{needed}"


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:].replace("|", r"\|")


def _not_built() -> Iterator[str]:
    yield "These answer that they are not built, with exit code 1, whatever stands behind them.\n"
    rows = [f"| `{name}` | {_sentence(commands()[name].description or '')} |" for name in NOT_BUILT]
    yield "\n".join(["| command | meant for |", "|---|---|", *rows])
    formats = ", ".join(f"`{name}`" for name in FORMATS if name not in {"text", "json"})
    yield f"\nSo do `simulate --faults FILE` and `report --format` with {formats}.\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
