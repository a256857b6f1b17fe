"""What the buttons of editors mean: the verbs in their callback data, and which of them are about one article."""

from __future__ import annotations

from enum import StrEnum


class Verb(StrEnum):
    """What editors' buttons do. Numbers: an article's, except where said."""

    DRAFTS = "drafts"  # the place behind which the page begins: epoch seconds, article; none for the first page
    LIST = "drafts_list"  # the same, in a message of its own
    OPEN = "desk_open"
    MORE = "desk_more"
    BACK = "desk_back"
    PUBLISH = "publish"
    ARCHIVE = "archive"
    TAKE_BACK = "take_back"
    TAKE_BACK_NOW = "take_back_now"
    TAKE_BACK_QUIETLY = "take_back_quiet"  # whoever keeps it is not told
    LEAVE = "take_back_not"
    TAKE_DOWN = "take_down"
    TAKE_DOWN_NOW = "take_down_now"
    TAKEDOWN_REPORT = "take_down_report"
    DELETE_COPIES = "copies_delete"
    NOTICE_COPIES = "copies_notice"
    ASK_CORRECT = "copies_ask"
    CORRECT = "copies_correct"
    LISTS_ONLY = "copies_lists"
    LEAVE_COPIES = "copies_leave"
    SAVERS_NOT = "savers_not"
    TELL = "tell"
    TELL_ALL = "tell_all"
    TELL_SAVERS = "tell_savers"
    TELL_NOBODY = "tell_nobody"
    EDIT = "edit"
    EDIT_FIELD = "edit_field"  # an article, a field's place
    EDIT_ANYWAY = "edit_anyway"
    EDIT_NOT = "edit_not"
    EDIT_NOTHING = "edit_nothing"  # an article, a field's place: it is to hold nothing
    TICKS = "edit_ticks"  # an article, a page, 1 to show all topics again
    TICK = "edit_tick"  # an article, a topic, 1 to tick it, a page
    TICKED = "edit_ticked"
    DROP_RELATED = "edit_related"  # an article, a checksum of the link
    KEEP_EDIT = "edit_keep"  # an article, a field's place, a checksum of what the source says
    TAKE_SOURCE = "edit_take"  # the same
    STOP = "push_stop"  # a campaign
    NOW = "push_now"  # a campaign
    REST = "push_rest"  # a campaign
    PUSH_HELD = "held_push"
    ARCHIVE_HELD = "held_archive"
    CHOOSE = "held_choose"  # the article behind which to go on, none for the first; how the buttons stand
    CHOOSE_PUSH = "held_one_push"  # an article; how the buttons stand
    CHOOSE_ARCHIVE = "held_one_list"  # an article; how the buttons stand
    TOPICS = "desk_topics"  # an article, a page
    ADD_TOPIC = "desk_topic"  # an article, a topic
    STOP_ALL = "held_stop"  # first and last of the campaigns
    REST_ALL = "held_rest"  # first and last of the campaigns
    DELIVERY = "delivery"
    APPROVE = "approve"  # an article, its revision as it was asked about
    DECLINE = "approve_not"
    SCHEDULE = "schedule"
    SCHEDULE_AT = "schedule_at"  # an article, minutes since 1970, 1 to make no sound
    UNSCHEDULE = "schedule_not"
    SILENTLY = "desk_silently"
    BREAKING = "desk_breaking"
    AUDIENCE = "audience"
    AUDIENCE_PAGE = "audience_page"  # an article, a page
    AIM = "audience_topic"  # an article, a topic, 1 to choose it, a page
    AIM_AT_ALL = "audience_all"
    FAILED = "failed_who"
    AGAIN = "failed_again"


TAKEN_BACK = 7
"""The last number of a button that publishes, lists or schedules an article, drawn after that was taken back.

One without it was drawn before: whoever presses it does not know.
"""

OF_AN_ARTICLE = frozenset(
    {
        Verb.OPEN, Verb.MORE, Verb.BACK, Verb.PUBLISH, Verb.ARCHIVE, Verb.TAKE_BACK, Verb.TAKE_BACK_NOW, Verb.LEAVE,
        Verb.TAKE_BACK_QUIETLY, Verb.SAVERS_NOT, Verb.TELL, Verb.TELL_ALL, Verb.TELL_SAVERS, Verb.TELL_NOBODY,
        Verb.DELETE_COPIES, Verb.NOTICE_COPIES, Verb.ASK_CORRECT, Verb.CORRECT,
        Verb.LISTS_ONLY, Verb.LEAVE_COPIES,
        Verb.CHOOSE_PUSH, Verb.CHOOSE_ARCHIVE, Verb.TOPICS, Verb.ADD_TOPIC, Verb.DELIVERY, Verb.FAILED, Verb.AGAIN,
        Verb.APPROVE, Verb.DECLINE, Verb.UNSCHEDULE, Verb.SCHEDULE, Verb.SCHEDULE_AT, Verb.SILENTLY, Verb.BREAKING,
        Verb.TAKE_DOWN, Verb.TAKE_DOWN_NOW, Verb.TAKEDOWN_REPORT,
        Verb.KEEP_EDIT, Verb.TAKE_SOURCE, Verb.EDIT, Verb.EDIT_FIELD, Verb.EDIT_ANYWAY, Verb.EDIT_NOT,
        Verb.EDIT_NOTHING, Verb.TICKS, Verb.TICK, Verb.TICKED,
        Verb.DROP_RELATED, Verb.AUDIENCE, Verb.AUDIENCE_PAGE, Verb.AIM, Verb.AIM_AT_ALL,
    }
)  # fmt: skip
"""What is done to one article: the first number of the button is its number."""
