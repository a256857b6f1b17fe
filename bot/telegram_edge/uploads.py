"""A document from an editor becomes drafts, or is refused with its line and field."""

from __future__ import annotations

import logging
from pathlib import Path

from telegram.error import TelegramError

from bot.domain.limits import DOWNLOAD_BYTES
from bot.render import uploads as screens
from bot.services.uploading import add_document
from bot.telegram_edge.house import House
from bot.telegram_edge.registry import Conversation, DocumentRule
from bot.telegram_edge.request import Request

log = logging.getLogger(__name__)


async def take(house: House, request: Request) -> None:
    """Fetch a document and store what it holds as drafts. Each file of an album comes and is answered by itself."""
    document = request.document
    assert document is not None  # only documents come here
    if document.size is not None and document.size > DOWNLOAD_BYTES:
        await request.answer(screens.too_large(request.words))
        return
    try:
        file = await house.bot.get_file(document.file_id)
        data = bytes(await file.download_as_bytearray())
    except TelegramError as error:
        log.info("a document could not be fetched: %s", type(error).__name__)
        await request.answer(screens.not_fetched(request.words))
        return
    done = await add_document(
        house.db,
        Path(document.name.replace("\\", "/")).name or "document",
        data,
        root=(house.settings.content or Path("content")).resolve(),
        zone=house.settings.timezone,
        now=house.clock(),
    )
    await request.answer(
        screens.report(
            request.words,
            files=done.files,
            drafts=len(done.drafts),
            updated=done.updated,
            known=done.known,
            topics=done.topics,
            doubled=done.doubled,
            refused=done.refused,
        )
    )


CONVERSATION = Conversation(name="uploads", documents=(DocumentRule(take),))
