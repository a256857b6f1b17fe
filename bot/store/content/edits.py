"""What editors have changed of articles in chat: stored with each article, for when its file or feed is read again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.article import Picture, Related
from bot.domain.editing import Edit, EditField, Edits, Value
from bot.store.content.story_json import picture_from, picture_json, related_from, related_json
from bot.store.engine.database import Connection
from bot.store.engine.lists import number_list


async def edits_of(conn: Connection, articles: Iterable[int]) -> dict[int, Edits]:
    """Return the edited fields of these articles; articles without any are left out."""
    rows = await conn.execute_fetchall(
        """
        SELECT number, edits FROM articles
        WHERE edits IS NOT NULL AND number IN (SELECT value FROM json_each(:articles))
        """,
        {"articles": number_list(articles)},
    )
    return {row["number"]: edits_from(row["edits"]) for row in rows}


async def set_edits(conn: Connection, edits: Mapping[int, Edits]) -> None:
    """Store the edited fields of articles, in the place of those that were known."""
    await conn.executemany(
        "UPDATE articles SET edits = :edits WHERE number = :number",
        [{"number": number, "edits": _stored(known)} for number, known in edits.items()],
    )


def edits_from(stored: str | None) -> Edits:
    """Return the edits that `set_edits` stored; fields of a newer version are left out."""
    if stored is None:
        return {}
    known = set(EditField)
    return {
        EditField(field): Edit(_value(EditField(field), source), is_asked)
        for field, (source, is_asked) in json.loads(stored).items()
        if field in known
    }


def _value(field: EditField, stored: Any) -> Value:
    if not isinstance(stored, list):
        return None if stored is None else str(stored)
    if field is EditField.PICTURE:
        return tuple(map(picture_from, stored))
    return tuple(map(related_from, stored)) if field is EditField.RELATED else tuple(stored)


def _stored(edits: Edits) -> str | None:
    if not edits:
        return None
    stored = {field: [_as_json(edit.source), edit.is_asked] for field, edit in edits.items()}
    return json.dumps(stored, ensure_ascii=False)


def _as_json(value: Value) -> object:
    if not isinstance(value, tuple):
        return value
    return [_one_as_json(one) for one in value]


def _one_as_json(one: str | Picture | Related) -> object:
    match one:
        case Picture():
            return picture_json(one)
        case Related():
            return related_json(one)
    return one
