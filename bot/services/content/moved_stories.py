"""Stories that moved and changed their link on the way, found by what their files say: see `domain.file_moves`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from bot.domain import file_moves
from bot.domain.article import Story
from bot.domain.link import normal_link
from bot.store.content import imports
from bot.store.engine.database import Connection


async def moved_stories(conn: Connection, stories: Mapping[str, Story], gone: Collection[str]) -> dict[str, int]:
    """Return the articles that items with a new id and a new link go on with, by id.

    `stories` are what was read, by id; `gone` the ids of items that went at the same time.
    """
    items = await imports.files(conn, [*gone, *stories])
    links = await imports.linked(conn, [normal_link(story.link) for story in stories.values()])
    owned = {item.article: id for id in gone if (item := items.get(id)) and item.owns and item.article}
    came = [
        file_moves.Came(id, _words(story.payload), (*story.as_read.aliases, *_texts(story.payload.get("aliases"))))
        for id, story in stories.items()
        if id not in items and normal_link(story.link) not in links
    ]
    if not (came and owned):
        return {}
    known = await imports.known(conn, owned)
    payloads = await imports.payloads(conn, owned)
    left = [file_moves.Left(n, id, known[n].story.link, _words(payloads[n])) for n, id in owned.items() if n in known]
    return file_moves.moved(came, left)


def _words(payload: Mapping[str, object]) -> str:
    said = {name: value for name, value in payload.items() if name not in file_moves.LINKS}
    return json.dumps(said, sort_keys=True, default=str)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str))
