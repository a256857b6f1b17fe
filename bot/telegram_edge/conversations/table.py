"""The table of conversations, in the order in which `/help` names their commands."""

from bot.telegram_edge.conversations.editor import (
    audit_log,
    delivery_report,
    drafts,
    editors,
    links,
    publishing,
    sources,
    topic_choice,
    uploads,
)
from bot.telegram_edge.conversations.reader import (
    card,
    delivery_times,
    filters,
    latest,
    locations,
    onboarding,
    own_data,
    phrases,
    saved,
    search,
    settings,
    subscriptions,
    topic_times,
    topics,
)
from bot.telegram_edge.kit.registry import Registry

REGISTRY = Registry(
    (
        latest.CONVERSATION,
        topics.CONVERSATION,
        search.CONVERSATION,
        saved.CONVERSATION,
        subscriptions.CONVERSATION,
        topic_times.CONVERSATION,
        phrases.CONVERSATION,
        settings.CONVERSATION,
        delivery_times.CONVERSATION,
        filters.CONVERSATION,
        locations.CONVERSATION,
        onboarding.CONVERSATION,
        own_data.CONVERSATION,
        card.CONVERSATION,
        drafts.CONVERSATION,
        publishing.CONVERSATION,
        topic_choice.CONVERSATION,
        delivery_report.CONVERSATION,
        uploads.CONVERSATION,
        sources.CONVERSATION,  # an address that was asked for is no link like others
        links.CONVERSATION,
        audit_log.CONVERSATION,
        editors.CONVERSATION,
    )
)
