"""
Files that need not be waited for.

What was written within the last two seconds may still be written, so newsbot looks at it twice before it acts (see
`domain.quiet_period`). A file that `mv`, `rsync -t` or an archive has put there is older than its place, and is known
to be whole. Tests that are not about files that are being written use such ones.
"""

import os
import time
from pathlib import Path

A_WHILE = 60.0  # seconds


def written_a_while_ago(place: Path) -> Path:
    """Let a file be one that was written a minute ago; return its path."""
    then = time.time() - A_WHILE
    os.utime(place, (then, then))
    return place
