"""Answers with what is no picture."""

from collections.abc import Sequence


def main(arguments: Sequence[str]) -> None:
    print("no picture")
