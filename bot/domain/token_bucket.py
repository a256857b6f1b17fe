"""How often somebody may ask: so many times at once, and then as often as the bucket fills."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class TokenBucket:
    """`size` requests at once, and `per_second` from then on. Times are seconds that are never set back."""

    size: float
    per_second: float
    tokens: float
    at: float

    @classmethod
    def full(cls, size: float, per_second: float, now: float) -> TokenBucket:
        return cls(size, per_second, size, now)

    def take(self, now: float) -> float:
        """Take a token and return 0; when there is none, the seconds until there is one."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens >= 1:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.per_second
