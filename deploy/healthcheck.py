"""
The container's health check: exit 0 while the bot is at work.

Where the bot serves /healthz, that is asked. Elsewhere the bot's hold on its database must do: it ends with the
process.
"""

import sys
from urllib.request import ProxyHandler, build_opener

from bot.settings import read_settings
from bot.store.opening import is_bot_running

# Where to ask a server that listens on every address.
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def is_at_work() -> bool:
    """Ask the bot, or look at its lock."""
    settings = read_settings()
    if settings.http is None:
        return is_bot_running(settings.database)
    host, port = settings.http
    host = EVERYWHERE.get(host, host)
    address = f"http://[{host}]:{port}/healthz" if ":" in host else f"http://{host}:{port}/healthz"
    try:
        with build_opener(ProxyHandler({})).open(address, timeout=4):
            return True
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_at_work() else 1)
