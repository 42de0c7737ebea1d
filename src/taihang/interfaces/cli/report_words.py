"""The words and options of the reports centre: what the parser adds of it."""

from typing import Final

from taihang.interfaces.catalogue import text
from taihang.interfaces.cli.command_words import CommandParser, CommandWords

FORMATS: Final = ("text", "json", "html", "xlsx", "pdf", "csv")
KINDS: Final = ("inventory", "zero-carbon", "score", "compliance")
CADENCES: Final = ("day", "week", "month")
"""The cadences of reports, named here so that asking for help loads no arithmetic."""
FLOOR_PERCENT: Final = 95
"""So much must have been read where nobody says otherwise."""
DUE_AT: Final = "08:00"
_STRETCHES: Final = {
    "month": "cli.option.month",
    "year": "cli.option.year",
    "statement": "cli.word.statement",
    "day": "cli.option.report_day",
    "week": "cli.option.report_week",
}


def add_report(words: CommandWords) -> None:
    """Add the command that draws a report up, and issues it.

    Args:
        words: Adds the command.
    """
    report = words.command("report", "report:report", "dir")
    stretch = report.options.add_mutually_exclusive_group(required=True)
    for name, key in _STRETCHES.items():
        stretch.add_argument(f"--{name}", metavar=name.upper(), help=text(key, words.lang))
    stretch.add_argument("--due", action="store_true", help=text("cli.option.due", words.lang))
    words.switch(report, "--issue")
    _add_floor(words, report)
    for name in ("--who", "--reason", "--site"):
        words.option(report, name)
    words.option(report, "--format", default="text", choices=FORMATS)
    words.option(report, "--enterprise")
    report.options.add_argument(
        "--kind", choices=KINDS, help=text("cli.option.report_kind", words.lang)
    )
    for name in ("--of", "--raise-by", "--out", "--fonts"):
        words.option(report, name)


def add_reports(words: CommandWords) -> None:
    """Add the command that lists what was issued, and sets what is handed in by itself.

    Args:
        words: Adds the command.
    """
    reports = words.command("reports", "report_centre:reports", "dir")
    words.option(reports, "--code")
    words.option(reports, "--schedule")
    words.option(reports, "--cadence", choices=CADENCES)
    reports.options.add_argument(
        "--subject", metavar="SUBJECT", help=text("cli.option.report_subject", words.lang)
    )
    for name in ("--recipient", "--since", "--forms", "--langs"):
        words.option(reports, name)
    words.option(reports, "--due-days", default=0)
    reports.options.add_argument(
        "--due-at",
        metavar="HH:MM",
        default=DUE_AT,
        help=text("cli.option.due_at", words.lang)
        + text("cli.help.default", words.lang, value=DUE_AT),
    )
    _add_floor(words, reports)
    words.switch(reports, "--stop")
    for name in ("--who", "--reason"):
        words.option(reports, name)


def _add_floor(words: CommandWords, command: CommandParser) -> None:
    words.option(command, "--floor", default=FLOOR_PERCENT)
    words.switch(command, "--provisional")
