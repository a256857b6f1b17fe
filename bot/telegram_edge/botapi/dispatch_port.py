"""The dispatcher's `SendPort`, made of the gateway and the pacer: a few functions that mention no Telegram types."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from bot.domain.delivery import Lane, Outcome
from bot.services.delivery.attempt import SendPort
from bot.telegram_edge.botapi.gateway import Gateway
from bot.telegram_edge.botapi.pacer import SHORT_HOLD, Pacer


def send_port(gateway: Gateway, pacer: Pacer) -> SendPort:
    """Return the port through which a dispatcher sends."""
    now = asyncio.get_running_loop().time

    def held(chat: int) -> float:
        until = pacer.held_until(chat)
        return 0.0 if until is None else until - now()

    def send(body: Any, chat: int, thread: int, silent: bool, paid: bool, reply_to: int | None) -> Awaitable[Outcome]:
        return gateway.send(body, chat, thread, silent=silent, paid=paid, reply_to=reply_to)

    def slot(chat: int | None, lane: Lane, is_group: bool, paid: bool, is_change: bool) -> Awaitable[float]:
        # A chat may be held for an hour: waiting for it here would block a sender that others need.
        return pacer.slot(chat, lane, is_group, paid, now() + SHORT_HOLD, is_change)

    return SendPort(
        prepare=gateway.prepare,
        send=send,
        prepare_edit=gateway.prepare_edit,
        edit=gateway.edit,
        delete=gateway.delete,
        slot=slot,
        held=held,
        throttled=pacer.throttled,
    )
