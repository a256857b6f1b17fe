"""What a progress message says, as far as it must be remembered to know when it would say something else."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from bot.domain.message import Message
from bot.domain.progress import Shown, Standing


def shown_as(standing: Standing, message: Message, now: datetime) -> Shown:
    """Return what is remembered of a message that shows a standing."""
    buttons = "|".join(button.label + (button.data or "") for row in message.keyboard for button in row)
    words = f"{message.text.string}|{buttons}".encode()
    return Shown(standing.phase, standing.percent, blake2b(words, digest_size=8).hexdigest(), now)
