"""What a change note sends, and to whom: a reply to the copy it is about, where that still stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.domain.change_note import AS_SENT, Change, ChangeNote
from bot.domain.message import Message
from bot.render.look import Look
from bot.render.reader.change_note import change_note
from bot.services.delivery.composing import Composition, Tools, Uniform
from bot.store.content import articles
from bot.store.delivery import change_notes
from bot.store.delivery.campaigns import Campaign
from bot.store.delivery.change_notes import Concerned
from bot.store.engine.database import Connection


async def concerned(conn: Connection, campaign: Campaign) -> Concerned:
    """Return who gets a campaign's note."""
    return Concerned(await _told_by(conn, campaign), campaign.kind)


async def change_note_of(conn: Connection, campaign: Campaign, tools: Tools[Any]) -> Composition[Any]:
    """Return what a campaign's note sends. Raises: UnknownArticle."""
    note = await _told_by(conn, campaign)
    article = await articles.article(conn, note.article)

    def message(look: Look, now: datetime) -> Message:
        return change_note(note, article, look)

    audience, covers = Concerned(note, campaign.kind), ((campaign.subject, AS_SENT),)
    made = Uniform(f"note {note.number}", audience, covers, message, tools.prepare, article.revision)
    if note.about is Change.CORRECTION:  # a copy that is taken back may be deleted at this moment
        made.continues = (note.article,)
    return made


async def revision_noted(conn: Connection, campaign: Campaign) -> int | None:
    """Return the revision of the article that a campaign's note is about. Raises: UnknownArticle."""
    return await articles.revision(conn, (await _told_by(conn, campaign)).article)


async def _told_by(conn: Connection, campaign: Campaign) -> ChangeNote:
    found = await change_notes.note(conn, campaign.subject.number)
    if found is None:
        raise LookupError(f"there is no note {campaign.subject.number}")
    return found
