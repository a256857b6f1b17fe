"""The token and the clock of the sandbox's tests."""

TOKEN = "700000001:AAsandbox-token"
START = 1_760_000_000.0


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += seconds
