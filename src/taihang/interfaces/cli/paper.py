"""``taihang certificates page``: a certificate on one page, with a QR code."""

import argparse
from pathlib import Path
from typing import cast

from taihang import wiring
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError
from taihang.interfaces.reports.paper import address_of, paper_html, paper_of, paper_pdf
from taihang.services.prove_certificate import NoCertificateError, named_certificate
from taihang.services.show_certificate import show_certificate

FORMATS = ("html", "pdf")


def page(args: argparse.Namespace) -> int:
    """Write the page of a certificate, and beside it the machine file that its code names."""
    lang, site = cast("Lang", args.lang), str(args.site or "")
    if site and not site.startswith(("https://", "http://")):
        raise WordsError(
            given=f"--site {site}",
            expected="scheme and host of the park's pages",
            remedy="write for example --site https://park.example",
        )
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        view, file = show_certificate(
            named_certificate(str(args.certificate), ports=ports), ports=ports
        )
    if not file:
        raise NoCertificateError(view.id)
    paper = paper_of(view, lang=lang, site=site)
    fonts = () if args.fonts is None else (str(args.fonts),)
    out = Path(str(args.out))
    data = paper_html(paper) if args.format == "html" else paper_pdf(paper, font_folders=fonts)
    out.write_bytes(data)
    machine = out.with_name(f"{out.name}.proof")
    machine.write_bytes(file)
    facts = {
        "file": str(out),
        "machine_file": str(machine),
        "sha256": view.file_sha256,
        "address": address_of(view, site=site),
    }
    words = text("paper.written", lang, **facts)
    say(args, {**facts, "certificate": view.document()}, words)
    return 0
