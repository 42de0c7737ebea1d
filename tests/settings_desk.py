"""A park with pages, and people who change it by their forms, files among them."""

import re
from pathlib import Path

import small_park
from asgi_client import Answer, ask
from page_forms import Fields, Writer, secret_of

_BOUNDARY = "taihang-form-boundary"


def send_file(
    writer: Writer, page: str, *, name: str, data: bytes, fields: Fields | None = None
) -> Answer:
    """Fill in the form of a page that takes a file, and send it to the same address."""
    taken = writer.open(page)
    given = {
        match[1]: match[2] for match in re.finditer(r'name="(\w+)" value="([^"]*)"', taken.text)
    }
    parts = {**given, **{key: str(value) for key, value in (fields or {}).items()}}
    body = b"".join(
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in parts.items()
    )
    body += (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    body += data + f"\r\n--{_BOUNDARY}--\r\n".encode()
    headers = {
        "cookie": f"{writer.cookie}; {secret_of(taken)}",
        "content-type": f"multipart/form-data; boundary={_BOUNDARY}",
        "origin": "http://127.0.0.1",
    }
    return ask(writer.app, page, method="POST", headers=headers, body=body)


def fields_of(page: Answer, form: str) -> dict[str, str]:
    """Return what the fields of one form of a page hold, by the end of its address."""
    (body,) = re.findall(rf'<form[^>]*action="[^"]*{form}"[^>]*>(.*?)</form>', page.text, re.DOTALL)
    inputs = re.findall(r"<input[^>]*>", body)
    found = {
        name[1]: (re.search(r'value="([^"]*)"', each) or ["", ""])[1]
        for each in inputs
        if (name := re.search(r'name="([^"]+)"', each))
    }
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def readings_of(root: Path) -> dict[str, int]:
    """Return how many readings of each point a park holds."""
    with small_park.opened(root, writing=False) as ports:
        slabs = ports.lake.read("readings")
        return {point: len(columns["time_s"]) for (point, _), columns in slabs.items()}
