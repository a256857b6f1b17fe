"""The table of conversations, in the order in which `/help` names their commands."""

from bot.telegram_edge import onboarding, settings
from bot.telegram_edge.registry import Registry

REGISTRY = Registry((settings.CONVERSATION, onboarding.CONVERSATION))
