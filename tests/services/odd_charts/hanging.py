"""Draws for ever."""

import time
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> None:
    while True:
        time.sleep(60)
