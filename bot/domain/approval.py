"""
Four eyes: what one editor wants to make public waits until another one approves it.

Approved is what was asked about: once something of the article has changed that readers see, it is asked about anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.article import Manner


class Wanted(StrEnum):
    """What somebody asks to do with an article."""

    PUBLISH = "publish"
    LIST = "list"  # without a push
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A request that waits, or a scheduled article that was approved: then `approved_by` is not None.

    `asked_by` is None for a program, which `key` names. `at` is when it is to go out; None: at once.
    """

    article: int
    wanted: Wanted
    revision: int
    asked_by: int | None
    key: str | None
    asked_at: datetime
    at: datetime | None = None
    manner: Manner = Manner.USUAL
    approved_by: int | None = None


class Sending(StrEnum):
    """What is sent to many beside articles, and takes two as well."""

    ANNOUNCEMENT = "announcement"
    NOTE = "note"  # on a correction


@dataclass(frozen=True, slots=True)
class Waits:
    """It waits for another editor: so many `others` may approve it, and are told."""

    others: int


class Verdict(StrEnum):
    """What becomes of an approval."""

    GRANTED = "granted"
    NOTHING_ASKED = "nothing asked"
    OWN = "own"  # nobody approves what they asked for
    CHANGED = "changed"
    TOO_LATE = "too late"  # the time it was to go out has passed
    NOT_NOW = "not now"  # another one is on its way, or readers had enough of them


def verdict_on(request: ApprovalRequest | None, *, by: int, revision: int, is_public: bool, now: datetime) -> Verdict:
    """Return what becomes of an approval by somebody who may publish, of an article as it stands now."""
    if request is None or request.approved_by is not None or is_public:
        return Verdict.NOTHING_ASKED
    if request.asked_by == by:
        return Verdict.OWN
    if request.revision != revision:
        return Verdict.CHANGED
    if request.at is not None and request.at <= now:
        return Verdict.TOO_LATE
    return Verdict.GRANTED


class DeskNews(StrEnum):
    """What a single editor is told of an article that needs two."""

    ASKED = "asked"  # somebody wants it approved
    APPROVED = "approved"
    DECLINED = "declined"
    CHANGED = "changed"  # it was changed after it had been asked for or approved, and so it is not public
    LAPSED = "lapsed"  # nobody approved it in time
