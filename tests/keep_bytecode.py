"""
Lets pytest keep what it compiles; to be imported before anything else.

It rewrites the assertions of all test modules and of hypothesis. Where an environment forbids Python to keep bytecode,
each of its processes would do so in every run, and that is more than half of its time until the first test.
"""

import sys

sys.dont_write_bytecode = False
