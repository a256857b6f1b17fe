"""
Change notes: what readers are told of an article's correction, or of its retraction, in a message of its own.

A correction is told only when an editor wants it so; whoever keeps an article that is taken back is told, unless an
editor does not want it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.correction import Correction
from bot.domain.delivery import CORRECTION_NOTE, SAVERS_NOTE

AS_SENT = 0
"""The revision of a note; where the article is taken down, what is left of it is the next one."""


class Change(StrEnum):
    """What is told of an article."""

    CORRECTION = "correction"
    RETRACTION = "retraction"


class Whom(StrEnum):
    """Who is told of a correction."""

    ALL = "all"  # who got it or keeps it
    SAVED = "saved"  # who keeps it

    @property
    def kind(self) -> str:
        """The kind of campaign that tells them."""
        return CORRECTION_NOTE if self is Whom.ALL else SAVERS_NOTE


@dataclass(frozen=True, slots=True)
class ChangeNote:
    """One of them. `correction` is what was corrected; of a retraction only its time counts.

    `is_decided` once it is settled whether those who keep a retracted article are told. With four eyes `asked_by` wants
    `asked_for` to be told and waits for another editor; None: nobody does.
    """

    number: int
    article: int
    about: Change
    correction: Correction
    is_decided: bool = False
    asked_for: Whom | None = None
    asked_by: int | None = None
