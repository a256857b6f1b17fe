"""The table of conversations, in the order in which `/help` names their commands."""

from bot.telegram_edge import (
    card,
    colleagues,
    delivery,
    desk_log,
    drafts,
    latest,
    onboarding,
    publishing,
    saved,
    search,
    settings,
    subscriptions,
    topic_choice,
    topics,
    uploads,
)
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
        drafts.CONVERSATION,
        publishing.CONVERSATION,
        topic_choice.CONVERSATION,
        delivery.CONVERSATION,
        uploads.CONVERSATION,
        desk_log.CONVERSATION,
        colleagues.CONVERSATION,
    )
)
