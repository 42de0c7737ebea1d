"""Commands, and commands that have actions of their own."""

from taihang.interfaces.cli.command_words import CommandWords


def test_command_words__actions_of_one_command_know_their_handler() -> None:
    words = CommandWords("en")
    group = words.group("certificates")
    group.command("gec", "somewhere:gec", "dir")
    words.command("audit", "elsewhere:audit", "dir")

    action = words.parser.parse_args(["certificates", "gec", "park"])
    command = words.parser.parse_args(["audit", "park"])

    assert (action.handler, action.dir) == ("somewhere:gec", "park")
    assert command.handler == "elsewhere:audit"
