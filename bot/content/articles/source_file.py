"""
Source files (`taxonomy: source`): a feed that is read, and what its items become.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.content.articles.article_file import warnings_of
from bot.content.articles.field_typos import SOURCE, typos_in
from bot.content.articles.schema import Link, Topics, Words, list_of, refuse, text_of
from bot.content.articles.surroundings import FileContext
from bot.content.formats.document import Document
from bot.content.plain_text import quoted
from bot.domain.source import SourceChoices, SourceFile, TakenAs, every_of
from bot.errors import ContentError

_MAX_PHRASES = 100
_BETWEEN = re.compile(r"[,;\n]")


def source_of(document: Document, around: FileContext) -> SourceFile:
    """Return the source in a document. Raises: ContentError, with all complaints about it."""
    typos = typos_in(document, SOURCE)
    around.begin()
    try:
        model = _SourceSchema.model_validate(document.fields, context=around)
    except ValidationError as error:
        complaints = list(document.complaints)
        for detail in error.errors(include_url=False, include_input=False)[:50]:
            reason = "is missing" if detail["type"] == "missing" else detail["msg"]
            complaints.append(document.complaint(detail["loc"], reason))
        raise ContentError(*complaints, warnings=warnings_of(document, typos, around.left_out)) from error
    complaints = list(document.complaints)
    if model.url is None:
        complaints.append(document.complaint(("url",), "is empty"))
    if complaints or model.url is None:
        raise ContentError(*complaints)
    return SourceFile(
        url=model.url,
        choices=SourceChoices(
            name=model.name,
            topics=tuple(model.topics),
            taken_as=model.taken_as,
            every=model.every,
            only=tuple(dict.fromkeys(filter(None, model.only))),
            never=tuple(dict.fromkeys(filter(None, model.never))),
        ),
        warnings=(*document.lost(), *warnings_of(document, typos, around.left_out)),
    )


def _taken_as(value: object) -> TakenAs:
    if value is None or value == "":
        return TakenAs.NEWS
    if not isinstance(value, str) or value.strip().lower() not in tuple(TakenAs):
        refuse(f"{quoted(value)} is neither news nor drafts")
    return TakenAs(value.strip().lower())


def _every(value: object) -> timedelta | None:
    text = text_of(value)
    if text is None:
        return None
    try:
        return every_of(text)
    except ValueError as error:
        refuse(str(error))


def _phrases(value: object) -> list[object]:
    return list_of(_BETWEEN.split(value) if isinstance(value, str) else value, _MAX_PHRASES, "phrases")


_Phrases = Annotated[list[Words], BeforeValidator(_phrases)]


class _SourceSchema(BaseModel):
    url: Link
    name: Words = None
    topics: Topics = Field(default_factory=list)
    taken_as: Annotated[TakenAs, BeforeValidator(_taken_as)] = Field(TakenAs.NEWS, alias="as")
    every: Annotated[timedelta | None, BeforeValidator(_every)] = None
    only: _Phrases = Field(default_factory=list)
    never: _Phrases = Field(default_factory=list)
