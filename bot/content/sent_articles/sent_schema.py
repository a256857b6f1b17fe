"""The schema of what programs send beside the fields of an article."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo

from bot.content.articles.schema import moment_of, refuse
from bot.domain.only_to import MOST_NAMES

MAX_EXTERNAL_ID = 200  # characters
MAX_WHY = 200


def _external_id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or (isinstance(value, str) and _is_line(value, MAX_EXTERNAL_ID)):
        return value
    refuse(f"must be a text of 1 to {MAX_EXTERNAL_ID} characters without line breaks")


def _copies(value: object) -> object:
    if value not in ("lists", "every"):
        refuse("must be “lists” or “every”")
    return value


def _why(value: object) -> str | None:
    if value is None or (isinstance(value, str) and _is_line(value, MAX_WHY)):
        return value
    refuse(f"must be one line of 1 to {MAX_WHY} characters")


def _only(value: object) -> tuple[str, ...] | None:
    names = [value] if isinstance(value, str) else value
    if names is None:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip() for name in names):
        refuse("must be the name of a topic, or a list of names")
    if len(names) > MOST_NAMES:
        refuse(f"must be {MOST_NAMES} names at most")
    return tuple(names)


def _is_line(text: str, most: int) -> bool:
    return text.isprintable() and bool(text.strip()) and len(text) <= most


def _at(value: object, info: ValidationInfo) -> datetime:
    return moment_of(value, info)


class IdentitySchema(BaseModel):
    """How a program knows an article beside its link."""

    externalId: Annotated[
        str | None,
        BeforeValidator(_external_id, json_schema_input_type=str | int | None),
        Field(description="The program's own id: it makes the article known to this key, whatever becomes of its link"),
    ] = None


class CorrectionSchema(BaseModel):
    """What a change of a published article means for those who have it."""

    copies: Annotated[
        Literal["lists", "every"], BeforeValidator(_copies), Field(description="Lists only, or every delivered copy")
    ] = "lists"
    why: Annotated[
        str | None,
        BeforeValidator(_why),
        # Described only: `_why` has judged it, and a bound of the field itself cannot be asked of null.
        Field(description="What was wrong, in one line", json_schema_extra={"minLength": 1, "maxLength": MAX_WHY}),
    ] = None


class AudienceSchema(BaseModel):
    """To whom an article goes."""

    only: Annotated[
        tuple[str, ...] | None,
        BeforeValidator(_only, json_schema_input_type=list[str] | str | None),
        Field(
            description="Topics to whose followers alone it goes; an empty list, or “all”: to all who follow its own",
            examples=[["Robotics"]],
        ),
    ] = None


class ScheduleSchema(AudienceSchema):
    """When an article goes out."""

    at: Annotated[
        datetime,
        BeforeValidator(_at, json_schema_input_type=str),
        Field(
            description="A time to come, such as 2026-02-28T14:00+01:00; without a zone in NEWSBOT_TIMEZONE",
            examples=["2026-02-28T14:00:00+01:00"],
        ),
    ]
