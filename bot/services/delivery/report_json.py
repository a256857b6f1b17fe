"""An article's delivery as a JSON document: the same for the shell and for programs."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.progress import Standing
from bot.services.delivery.delivery_reports import DeliveryReport, Failures


def report_json(account: DeliveryReport, failed: Failures, kept: Failures) -> dict[str, object]:
    """Return a report as a JSON document; `failed` and `kept` are chats that do not have the article, and why."""
    article, standing = account.article, account.standing
    told: dict[str, object] = {
        "number": article.number,
        "slug": article.slug,
        "title": article.story.title,
        "state": article.state,
        "delivery": None,
    }
    if standing is not None:
        copies = account.copies
        told["delivery"] = {
            "state": standing.phase,
            "words": standing.words,
            "paused": standing.is_paused,
            "audience": standing.audience,
            "reached": standing.sent,
            "waiting": standing.waiting,
            "for_their_time": standing.for_their_time,
            "switched_off": standing.unreachable,
            "failed": standing.failed,
            "restricted": standing.restricted,
            "unwanted": standing.unwanted,
            "perhaps_twice": standing.unsure,
            "first_sent_at": _iso(standing.first_sent_at),
            "last_sent_at": _iso(standing.last_sent_at),
            "per_second": per_second(standing),
            "reasons": [{"reason": reason, "chats": chats} for reason, chats in account.reasons],
            "corrected": copies.corrected,
            "correcting": copies.correcting,
            "not_corrected": copies.not_corrected,
            "deleted": copies.deleted,
            "noticed": copies.noticed,
            "retracting": copies.retracting,
            "not_retracted": copies.not_retracted,
            "copies_reasons": [{"reason": reason, "copies": many} for reason, many in copies.reasons],
            "failed_chats": [{"chat": chat, "reason": reason} for chat, reason in failed],
            "restricted_chats": [{"chat": chat, "reason": reason} for chat, reason in kept],
        }
    return told


def per_second(standing: Standing) -> float | None:
    """Return messages per second from the first to the last; None while nothing was sent."""
    return round(standing.sent / (standing.took / timedelta(seconds=1)), 1) if standing.sent else None


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
