"""A file that is taken along: its name, its kind, and that no cache keeps it unasked."""

from django.http import HttpResponse


def file_answer(name: str, body: bytes | str, *, kind: str) -> HttpResponse:
    """Return a file.

    Args:
        name: Its name with its ending, of plain letters.
        body: What it holds.
        kind: Its media type.
    """
    answer = HttpResponse(body, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-cache"
    return answer
