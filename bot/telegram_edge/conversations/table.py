"""The table of conversations, in the order in which `/help` names their commands."""

from bot.telegram_edge.conversations.editor import (
    announcements,
    approvals,
    audience,
    audit_log,
    corrections,
    delivery_report,
    drafts,
    editing,
    editing_pictures,
    editing_related,
    editing_topics,
    editors,
    links,
    publishing,
    scheduling,
    sources,
    taking_back,
    topic_choice,
    uploads,
)
from bot.telegram_edge.conversations.reader import (
    alike,
    card,
    channels,
    delivery_times,
    digest_looks,
    filters,
    inline,
    latest,
    locations,
    onboarding,
    own_data,
    phrases,
    reactions,
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
        channels.CONVERSATION,  # a channel's post that is forwarded is no text like others
        search.CONVERSATION,
        saved.CONVERSATION,
        subscriptions.CONVERSATION,
        topic_times.CONVERSATION,
        phrases.CONVERSATION,
        settings.CONVERSATION,
        delivery_times.CONVERSATION,
        digest_looks.CONVERSATION,
        filters.CONVERSATION,
        locations.CONVERSATION,
        onboarding.CONVERSATION,
        own_data.CONVERSATION,
        card.CONVERSATION,
        alike.CONVERSATION,
        inline.CONVERSATION,
        reactions.CONVERSATION,
        drafts.CONVERSATION,
        publishing.CONVERSATION,
        audience.CONVERSATION,
        taking_back.CONVERSATION,
        editing_related.CONVERSATION,  # a link that was asked for becomes no draft
        editing_topics.CONVERSATION,  # a name that is looked for is no value
        editing.CONVERSATION,
        editing_pictures.CONVERSATION,  # a picture that was asked for is no document like others
        corrections.CONVERSATION,
        announcements.CONVERSATION,
        approvals.CONVERSATION,
        scheduling.CONVERSATION,
        topic_choice.CONVERSATION,
        delivery_report.CONVERSATION,
        uploads.CONVERSATION,
        sources.CONVERSATION,  # an address that was asked for is no link like others
        links.CONVERSATION,
        audit_log.CONVERSATION,
        editors.CONVERSATION,
    )
)
