"""The table of conversations, in the order in which `/help` names their commands."""

from bot.telegram_edge import card, latest, onboarding, saved, search, settings, subscriptions, topics
from bot.telegram_edge.registry import Registry

REGISTRY = Registry(
    (
        latest.CONVERSATION,
        topics.CONVERSATION,
        search.CONVERSATION,
        saved.CONVERSATION,
        subscriptions.CONVERSATION,
        settings.CONVERSATION,
        onboarding.CONVERSATION,
        card.CONVERSATION,
    )
)
