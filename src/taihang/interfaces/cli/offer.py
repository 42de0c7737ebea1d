"""The command `taihang offer`: what a project would see in this park, as a sheet to hand out."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table as TextTable
from rich.text import Text

from taihang import wiring
from taihang.config.candidate_file import read_candidate
from taihang.core.errors import InputError
from taihang.core.park.candidate import Candidate
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.report import TERMINAL, set_document
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError, month_or_year_of
from taihang.interfaces.reports.document import Cell, Document, Section, Table, Tone, machine_form
from taihang.interfaces.reports.offer_sheet import offer_sheet, pipeline_sheet
from taihang.services.candidate_load import LoadPlans
from taihang.services.offer import offers
from taihang.services.offer_admission import admission_hints
from taihang.services.offer_carbon import factors_of
from taihang.services.ports import Ports

PROJECTS_MOST: Final = 50
"""Most projects of one pipeline: each of them is matched with everybody else."""
_STYLES: Final = {Tone.PLAIN: "", Tone.GOOD: "green", Tone.BAD: "red", Tone.OPEN: "yellow"}


class PipelineError(InputError):
    """A folder of projects holds none, or too many, or two of one id."""

    code = "input.pipeline"


def offer(args: argparse.Namespace) -> int:
    """Compute an offer, show it, and write the sheet if asked."""
    lang = cast("Lang", args.lang)
    projects, profiles = _projects(args)
    args.month = None
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        year, _ = month_or_year_of(args, ports.park.zone)
        document = _document(projects, profiles, year, args=args, ports=ports)
    if args.format == TERMINAL and args.out is None:
        _tell(document, args)
        return 0
    form = "html" if args.format == TERMINAL else str(args.format)
    name = f"offer.{document.subject}.{year}.{lang}.{form}"
    out = Path(str(args.dir)) / "reports" / name if args.out is None else Path(str(args.out))
    data = set_document(document, form, args)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)
    facts = {"file": str(out), "bytes": len(data), "code": document.code}
    say(args, facts, text("cli.done.offer", lang, **facts))
    return 0


def _document(
    projects: Sequence[Candidate],
    profiles: dict[str, str],
    year: str,
    *,
    args: argparse.Namespace,
    ports: Ports,
) -> Document:
    lang = cast("Lang", args.lang)
    plans = LoadPlans(shapes=wiring.plain_shapes(), profiles=profiles)
    found = offers(projects, plans=plans, label=year, ports=ports)
    if args.pipeline is not None:
        return pipeline_sheet(found, lang=lang, ports=ports)
    location = factors_of(year, ports=ports).location
    hints = admission_hints(projects[0], location=location, ports=ports)
    return offer_sheet(found, hints, lang=lang, ports=ports)


# -- project files -------------------------------------------------------------------------------


def _projects(args: argparse.Namespace) -> tuple[list[Candidate], dict[str, str]]:
    if (args.project is None) == (args.pipeline is None):
        raise WordsError(
            given=f"project {args.project}, --pipeline {args.pipeline}",
            expected="the file of one project, or a folder of projects",
            remedy="write for example taihang offer mypark lfp.toml --year 2022",
        )
    files = [Path(str(args.project))] if args.pipeline is None else _files(Path(str(args.pipeline)))
    projects: list[Candidate] = []
    profiles: dict[str, str] = {}
    for file in files:
        project = read_candidate(file.read_text(encoding="utf-8"), source=file.name)
        projects.append(project)
        if project.load.profile is not None:
            profiles[project.id] = _beside(file, project.load.profile).read_text(encoding="utf-8")
    ids = [project.id for project in projects]
    if len(set(ids)) != len(ids):
        raise _pipeline(f"the ids {', '.join(ids)}", "each id once")
    return projects, profiles


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.toml"))
    if not 0 < len(found) <= PROJECTS_MOST:
        raise _pipeline(f"{len(found)} project files in {folder}", f"1 to {PROJECTS_MOST}")
    return found


def _beside(file: Path, name: str) -> Path:
    """Return the profile beside a project file; a name never leads out of its folder."""
    if Path(name).name != name:
        raise _pipeline(f"profile = {name!r}", "the name of a file beside the project's")
    return file.parent / name


def _pipeline(given: str, expected: str) -> PipelineError:
    return PipelineError(given=given, expected=expected, remedy="correct the folder or the file")


# -- the terminal --------------------------------------------------------------------------------


def _tell(document: Document, args: argparse.Namespace) -> None:
    if args.json:
        say(args, machine_form(document), "")
        return
    console = Console(highlight=False)
    for part in _parts(document):
        console.print(part)


def _parts(document: Document) -> Iterator[Text | TextTable]:
    yield Text(document.title, style="bold")
    yield Text(document.subtitle, style="dim")
    head = plain_table(None)
    head.show_header = False
    head.add_column("")
    head.add_column("", justify="right", no_wrap=True)
    head.add_column("", overflow="fold")
    for figure in document.figures:
        head.add_row(figure.label, f"{figure.cell.printed} {figure.unit}", figure.note)
    yield head
    for section in document.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[Text | TextTable]:
    yield Text(section.title, style="bold")
    for sentence in section.sentences:
        yield Text(sentence)
    for table in section.tables:
        yield _table(table)


def _table(table: Table) -> TextTable:
    found = plain_table(table.title or None)
    for column in table.columns:
        head = f"{column.title}\n{column.unit}" if column.unit else column.title
        found.add_column(head, justify="right" if column.is_number else "left")
    for row in table.rows:
        found.add_row(*(_cell(cell) for cell in row))
    return found


def _cell(cell: Cell) -> Text:
    return Text(cell.printed, style=_STYLES[cell.tone])
