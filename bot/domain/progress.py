"""
The progress of a publish in numbers, and when the message that shows it is edited.

Telegram refuses edits that come too often, and a message that is edited too seldom looks stuck. So it is edited often
in the first minute, then at each percent or minute, and at once when the publish stops or ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b

from bot.domain.delivery import NEWS
from bot.domain.message import Message
from bot.domain.takedown import TakedownReport

FAST_REDRAW = timedelta(seconds=2)
FAST_REDRAW_FOR = timedelta(minutes=1)
SLOW_REDRAW = timedelta(minutes=1)
MEASURED_FROM = timedelta(seconds=5)  # a shorter run says nothing about the rate

REPLY_EXPECTED_WITHIN = timedelta(seconds=5)  # so long the answer to a publish may take


class Phase(StrEnum):
    """The phase of a publish, as editors see it."""

    UNDO = "undo"  # nothing has left yet, and an editor can think again
    SENDING = "sending"
    WAITING = "waiting"  # all that could leave has left; the rest leaves at times that chats have chosen
    STOPPED = "stopped"  # by an editor, who can send the rest
    WITHDRAWN = "withdrawn"  # its article was retracted
    UNREACHED = "unreached"  # held: too many found nobody
    REFUSED = "refused"  # held: Telegram refuses its message in every form
    RESTORED = "restored"  # held: the database is an older copy
    DONE = "done"

    @property
    def is_question(self) -> bool:
        """Whether newsbot itself held it, so that editors have to be asked."""
        return self in (Phase.UNREACHED, Phase.REFUSED, Phase.RESTORED)


@dataclass(frozen=True, slots=True)
class Standing:
    """A publish at a moment. `audience` is how many chats it is for, those it has been settled for included.

    `rate` is the pace in messages per second that the limits allow; `is_paused` when all pushes are held.
    `measured_from` is since when somebody has seen it go on without a break, `measured_settled` how many were settled
    then. `restricted` chats forbid writing and are tried again. `for_their_time` of those who wait get it at a time of
    their own, in a digest or after their quiet hours. `words` are Telegram's, when it is held for them. `kind` is that
    of the campaign; of copies that were to be changed, `gone` had been deleted, which counts as failed. Of those that
    were to be deleted, `noticed` become notices.
    `takedown` is what became of the copies of an article that was taken down, once that is known of all.
    """

    phase: Phase
    audience: int
    sent: int
    unreachable: int
    failed: int
    unwanted: int
    unsure: int
    start_at: datetime
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    rate: float
    is_paused: bool = False
    measured_from: datetime | None = None
    measured_settled: int = 0
    restricted: int = 0
    words: str | None = None
    for_their_time: int = 0
    kind: str = NEWS
    gone: int = 0
    noticed: int = 0
    takedown: TakedownReport | None = None

    @property
    def settled(self) -> int:
        return self.sent + self.unreachable + self.failed + self.restricted + self.unwanted

    @property
    def waiting(self) -> int:
        return max(0, self.audience - self.settled)

    @property
    def share(self) -> float:
        """Settled, of the audience: 0 to 1."""
        return min(1.0, self.settled / self.audience) if self.audience else 1.0

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 only when all are settled."""
        return int(self.share * 100)

    @property
    def took(self) -> timedelta:
        """From the first message to the last; never less than the second that everything takes."""
        if self.first_sent_at is None or self.last_sent_at is None:
            return timedelta(seconds=1)
        return max(timedelta(seconds=1), self.last_sent_at - self.first_sent_at)

    def starts_in(self, now: datetime) -> timedelta:
        """Return how long nothing leaves yet, in whole seconds, of which there is one at least.

        The start is kept in whole seconds: rounded up, a delay of a minute would be a second longer than it is.
        """
        return timedelta(seconds=max(1, (self.start_at - now) // timedelta(seconds=1)))

    def remaining(self, now: datetime) -> timedelta:
        """Return about how long the rest takes: at the rate measured since it last went on, else at what the limits
        allow."""
        rate, since, settled = self.rate, self.measured_from, self.settled - self.measured_settled
        if since is not None and now - since >= MEASURED_FROM and settled > 0:
            rate = min(rate, settled / (now - since).total_seconds())
        return lasting(max(0, self.waiting - self.for_their_time), rate)


def lasting(chats: int, rate: float) -> timedelta:
    """Return about how long it takes to send to so many chats at `rate` messages per second.

    In whole seconds below a minute, in whole minutes above, because the rest is not known.
    """
    seconds = max(1, round(chats / rate))
    return timedelta(seconds=seconds) if seconds < 60 else timedelta(minutes=round(seconds / 60))


@dataclass(frozen=True, slots=True)
class Shown:
    """What a progress message said last: phase, percent, and a digest of the words; None: nothing of these yet."""

    phase: Phase | None
    percent: int
    digest: str
    at: datetime

    def __str__(self) -> str:
        """Return it as one column holds it; `shown_from` reads it."""
        return f"{self.phase}:{self.percent}:{self.digest}"


def shown_from(text: str, at: datetime) -> Shown:
    """Return what was shown at `at`; an empty text means that nothing was."""
    if not text:
        return Shown(None, 0, "", at)
    phase, percent, digest = text.split(":", 2)
    return Shown(Phase(phase), int(percent), digest, at)


def shown_as(standing: Standing, message: Message, now: datetime) -> Shown:
    """Return what is remembered of a message that shows a standing."""
    buttons = "|".join(button.label + (button.data or "") for row in message.keyboard for button in row)
    words = f"{message.text.string}|{buttons}".encode()
    return Shown(standing.phase, standing.percent, blake2b(words, digest_size=8).hexdigest(), now)


def is_due(shown: Shown, standing: Standing, now: datetime) -> bool:
    """Return whether the message is worth changing now, if it would say something else."""
    if shown.phase is not standing.phase:
        return True
    since = now - shown.at
    if since < FAST_REDRAW:
        return False
    if standing.phase is not Phase.SENDING or now - standing.start_at <= FAST_REDRAW_FOR:
        return True
    return shown.percent != standing.percent or since >= SLOW_REDRAW
