"""Forty names that try to be more than names: markup, scripts, formulas, other documents."""

import re
import tomllib
from typing import Final

from taihang.config.templates import template_text

MARK: Final = "window.owned=1"
"""What a script in a name would do."""
NAMES: Final = (
    f"<script>{MARK}</script>",
    f"</script><script>{MARK}</script>",
    f"<img src=x onerror={MARK}>",
    f'"><img src=x onerror={MARK}>',
    f"'><svg/onload={MARK}>",
    f"<svg><script>{MARK}</script></svg>",
    f"<svg><animate onbegin={MARK} attributeName=x dur=1s>",
    f"<details open ontoggle={MARK}>",
    f"<iframe srcdoc='<script>parent.{MARK}</script>'>",
    f"<input autofocus onfocus={MARK}>",
    f"<body onload={MARK}>",
    f'<a href="javascript:{MARK}">x</a>',
    f"javascript:{MARK}",
    f"--><script>{MARK}</script>",
    f"]]><script>{MARK}</script>",
    f"{{{{7*7}}}}{MARK}",
    f"{{% load x %}}{MARK}",
    f"${{{MARK}}}",
    f"`${{{MARK}}}`",
    f"\\u003cscript\\u003e{MARK}",
    "&lt;b&gt;&amp;&#x3c;script&#x3e;",
    "<style>*{display:none}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><input name=a>",
    "<textarea><!--",
    "</title></head><h1>x",
    "<template><b>x",
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("//evil.example","x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "'=1+1",
    "a,b;c\"d'e",
    f"%3Cscript%3E{MARK}%3C/script%3E",
    f"＜script＞{MARK}＜/script＞",
    f"<sCrIpT/x>{MARK}</sCrIpT>",
    "#let x = 1; *名* _x_ $y$ @z <l>",
    "[名](javascript:alert) **x** `y` |a|b|",
)
"""Markup and handlers, breaking out of places, templates, formulas, other documents."""
TURNING: Final = ("名\u202egpj.exe", "\u2066left\u2069\u200f名", "\u200b\u200d\ufeff名", "名\n名")
"""Names with marks that turn or hide writing: no park file may hold one."""


def hostile_text() -> str:
    """Return the park file of the demo, its first enterprises under these names."""
    text = template_text("changzhi")
    for at, name in enumerate(NAMES, 1):
        pattern = re.compile(rf'(?m)^(E{at:02d} = \{{ name_zh = )"[^"]*",(\s*name_en = )"[^"]*"')
        quoted = quote(name)
        text, n = pattern.subn(lambda m, q=quoted: f"{m[1]}{q},{m[2]}{q}", text)
        assert n == 1, at
    assert tomllib.loads(text)["enterprises"]["E01"]["name_zh"] == NAMES[0]
    return text


def quote(name: str) -> str:
    """Return a name as a string of TOML, every character that is not plain as its number."""
    return (
        '"' + "".join(c if c.isalnum() and c.isascii() else f"\\u{ord(c):04x}" for c in name) + '"'
    )
