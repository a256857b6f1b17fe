"""
Rows that become another's: of a topic that is merged with another, of a group that became a supergroup.
"""

from __future__ import annotations


def moved(table: str, column: str, *others: str, also: str = "") -> str:
    """Return the statement that moves rows of `column` from `:old` to `:new`, but for those that are there already.

    `others` are the columns that make a row one of a kind together with `column`; `also` is set as well.
    """
    same = "".join(f" AND there.{other} = {table}.{other}" for other in others)
    return (
        f"UPDATE {table} SET {column} = :new{', ' if also else ''}{also} WHERE {column} = :old"
        f" AND NOT EXISTS (SELECT 1 FROM {table} AS there WHERE there.{column} = :new{same})"
    )
