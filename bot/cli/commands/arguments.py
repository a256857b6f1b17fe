"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

LAST_NUMBER = 2**63 - 1  # of a row: https://sqlite.org/datatype3.html

Paths = Annotated[list[Path], typer.Argument(metavar="PATH", help="Files and folders.", show_default=False)]
Article = Annotated[
    str,
    typer.Argument(
        metavar="ARTICLE",
        help="A number, a slug, the beginning of a slug if only one fits, or a link.",
        show_default=False,
    ),
]
Articles = Annotated[
    list[str],
    typer.Argument(
        metavar="ARTICLE",
        help="Numbers, slugs, beginnings of slugs if only one fits, or links.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
