"""
The picture that an editor sends for an article, as a photo or as a file.

A photo is known to Telegram and goes out by its file id. A file is looked at here, and becomes a photo when its first
copy is sent: no file id of a file can be sent as a photo.
Source: https://core.telegram.org/bots/api#sending-files ("file_id … can't change the type of file when resending")
"""

from __future__ import annotations

import logging
from pathlib import PurePath

from telegram.error import TelegramError

from bot.content.articles.local_picture import PICTURE_SUFFIXES
from bot.content.web.pictures import photo_bytes
from bot.domain.article import SENT_IN_CHAT, Article, Picture
from bot.domain.editing import EditField, Fault, Refusal
from bot.domain.limits import PHOTO_BYTES
from bot.domain.picture_size import picture_size
from bot.domain.picture_ways import Accepted
from bot.render.editor import edit_refusals as refusals
from bot.render.editor import uploads
from bot.services.delivery.pictures import remember
from bot.telegram_edge.conversations.editor.edit_steps import asked_for, change, while_away
from bot.telegram_edge.kit.commands import Access
from bot.telegram_edge.kit.context import BotContext
from bot.telegram_edge.kit.downloads import download
from bot.telegram_edge.kit.registry import Conversation, DocumentRule
from bot.telegram_edge.kit.request import Document, Request, SentPhoto

log = logging.getLogger(__name__)


async def take(ctx: BotContext, request: Request) -> bool:
    """Take the picture that was asked for. Another file is none: it may hold drafts."""
    found = await asked_for(ctx, request)
    if found is None or found[0].field is not EditField.PICTURE:
        return False
    asked, article = found
    picture = picture_of(request.photo)
    if picture is None and (request.document is None or not _is_called_a_picture(request.document)):
        return False
    if request.is_late:
        await request.answer(while_away(ctx, request, article))
        return True
    if picture is not None:
        await know_photo(ctx, picture)
    elif request.document is not None:
        picture = await _in_file(ctx, request, request.document, article)
    if picture is not None:
        await change(ctx, request, article, EditField.PICTURE, picture, asked)
    return True


def picture_of(photo: SentPhoto | None) -> Picture | None:
    """Return a photo that an editor sent as a picture of an article."""
    return None if photo is None else Picture(f"{SENT_IN_CHAT}{photo.file_id}", photo.width, photo.height)


async def know_photo(ctx: BotContext, picture: Picture) -> None:
    """Take note that Telegram has a picture: it goes out by its file id."""
    if picture.file_id is not None:
        await remember(ctx.db, Accepted(picture.url, picture.file_id), ctx.clock())


async def _in_file(ctx: BotContext, request: Request, document: Document, article: Article) -> Picture | None:
    """Return the picture in a file; None when it is none that can be shown, which is said."""
    fault = Refusal(Fault.TOO_LARGE, number=PHOTO_BYTES // 2**20)
    if document.size is None or document.size <= PHOTO_BYTES:
        try:
            data = await download(ctx, document)
        except TelegramError as error:
            log.info("a picture could not be fetched: %s", type(error).__name__)
            await request.answer(uploads.not_fetched(request.words))
            return None
        except OSError as error:
            log.warning("the Bot API server keeps files where newsbot may not read them: %s", error.strerror)
            await request.answer(uploads.not_readable(request.words))
            return None
        if photo_bytes(data) is not None:
            width, height = picture_size(data) or (None, None)
            return Picture(f"{SENT_IN_CHAT}{document.file_id}", width, height)
        if len(data) <= PHOTO_BYTES:
            fault = Refusal(Fault.NO_FORMAT)
    await request.answer(refusals.refused(request.words, article, EditField.PICTURE, fault))
    return None


def _is_called_a_picture(document: Document) -> bool:
    return document.mime.startswith("image/") or PurePath(document.name).suffix.lower() in PICTURE_SUFFIXES


CONVERSATION = Conversation(
    name="editing pictures", documents=(DocumentRule(take, Access.CONTRIBUTORS, with_photos=True),)
)
