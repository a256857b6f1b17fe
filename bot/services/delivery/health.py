"""
The health of sending: what Telegram's answers say about the network, the bot and each campaign.

An outage, a refusal of the bot, and many chats that cannot be reached concern more than one delivery: they decide what
may be claimed and sent. The state is in memory only, and is found out again after a start.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Container
from datetime import datetime

from bot.domain.circuit import OUTAGE_FROM, Circuit, Reachability, Suspects
from bot.domain.delivery import Halted, Outcome, Sent, Unreachable
from bot.store.delivery.campaigns import Campaign


class Health:
    """Judges every answer. `suspects` are the campaigns whose own fault an outage may be."""

    def __init__(self) -> None:
        self._circuit = Circuit()
        self.suspects = Suspects()
        self._reachability: defaultdict[int, Reachability] = defaultdict(Reachability)  # by campaign
        self._refused_with: str | None = None

    @property
    def is_halted(self) -> bool:
        """Whether Telegram refuses the bot."""
        return self._circuit.halted_until is not None

    @property
    def is_outage(self) -> bool:
        """Whether nothing comes through."""
        return self._circuit.is_outage

    @property
    def next_look(self) -> datetime | None:
        """When something may be sent again; None when nothing stands in the way."""
        return self._circuit.next_look

    def saw(self, campaign: Campaign, outcome: Outcome, clock: Callable[[], datetime]) -> tuple[Outcome, bool]:
        """Note a call's outcome; return the one that counts for its delivery, and whether too many are unreachable."""
        if isinstance(outcome, Sent) and not self._circuit.failures and not self.suspects:
            # Nearly all of them: nothing changes but the share of chats that were reached.
            return outcome, not campaign.is_confirmed and self._reachability[campaign.id].saw(True)
        was_halted, now = self._circuit.is_halted, clock()
        self._circuit = self._circuit.after(outcome, now, random.random())
        if self.suspects or self._circuit.is_outage:
            self.suspects.saw(campaign.id, outcome, self._circuit.is_outage, now)
        outcome = self._circuit.forgiven(outcome)
        is_nobody_there = False
        match outcome:
            case Sent() | Unreachable() if not campaign.is_confirmed:
                is_nobody_there = self._reachability[campaign.id].saw(isinstance(outcome, Sent))
            case Halted(reason) if not was_halted:
                self._refused_with = reason
        return outcome, is_nobody_there

    def refused(self, reason: str, now: datetime) -> None:
        """Send nothing for a while: another call was told that this bot's token is no good or is used elsewhere."""
        self._circuit = self._circuit.after(Halted(reason), now)

    def take_refusal(self) -> str | None:
        """Return Telegram's words when it has just refused the bot, once."""
        reason, self._refused_with = self._refused_with, None
        return reason

    def pass_time(self, now: datetime) -> None:
        """Forget pauses that are over."""
        self._circuit = self._circuit.at(now)

    def may_leave(self, in_hand: int) -> bool:
        """Return whether a message may leave now; in an outage only when nothing else is `in_hand`."""
        return self._circuit.halted_until is None and (self._circuit.failures < OUTAGE_FROM or in_hand <= 1)

    def room(self, usual: int, in_hand: int) -> int:
        """Return how many deliveries may be claimed beside the `in_hand` ones; `usual` at once in normal operation."""
        return self._circuit.room(usual, in_hand)

    def keep(self, running: Container[int]) -> None:
        """Forget what was seen of campaigns that run no more."""
        self.suspects.keep(running)
        for number in [one for one in self._reachability if one not in running]:
            del self._reachability[number]

    def forget_suspects(self) -> None:
        """Suspect nobody, as at the start."""
        self.suspects = Suspects()

    def forget_times(self) -> None:
        """Begin anew: the clock was set, and the times of pauses mean nothing."""
        self._circuit, self.suspects = Circuit(), Suspects()
