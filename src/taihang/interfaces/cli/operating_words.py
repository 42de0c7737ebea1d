"""The words and options of the commands of a shift: what the parser adds of alarms."""

from taihang.interfaces.catalogue import text
from taihang.interfaces.cli.command_words import CommandWords


def add_operating(words: CommandWords) -> None:
    """Add the commands of a shift."""
    alarms = words.command("alarms", "alarms:alarms", "dir")
    words.switch(alarms, "--all")
    acts = alarms.options.add_mutually_exclusive_group()
    for name in ("ack", "shelve", "unshelve"):
        acts.add_argument(f"--{name}", metavar="ALARM", help=text(f"cli.option.{name}", words.lang))
    alarms.options.add_argument(
        "--until", metavar="UNTIL", help=text("cli.option.shelve_until", words.lang)
    )
    alarms.options.add_argument("--at", metavar="AT", help=text("cli.option.alarms_at", words.lang))
    for name in ("--who", "--role", "--reason", "--id"):
        words.option(alarms, name)
