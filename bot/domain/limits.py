"""
Telegram's limits, by name and with their source, for the bot and for the sandbox alike.

Lengths are UTF-16 code units after entities are parsed: https://core.telegram.org/bots/api#messageentity
"""

from datetime import timedelta

TEXT = 4096  # https://core.telegram.org/bots/api#sendmessage
CAPTION = 1024  # https://core.telegram.org/bots/api#sendphoto
ENTITIES = 100  # https://limits.tginfo.me/en: further ones are dropped without a word
ENTITY_BYTES = 9_000  # nowhere written down; from about 9,500, addresses included, the answer is ENTITIES_TOO_LONG
CALLBACK_DATA = 64  # bytes, https://core.telegram.org/bots/api#inlinekeyboardbutton
CALLBACK_ANSWER = 200  # https://core.telegram.org/bots/api#answercallbackquery
INLINE_RESULTS = 50  # https://core.telegram.org/bots/api#answerinlinequery
INLINE_OFFSET = 64  # bytes, of an id as well: https://core.telegram.org/bots/api#inlinequeryresultarticle
START_PAYLOAD = 64  # [A-Za-z0-9_-], https://core.telegram.org/bots/features#deep-linking
KEYBOARD_ROW = 8  # buttons
KEYBOARD = 100  # buttons
COMMANDS = 100  # https://core.telegram.org/bots/api#setmycommands
PHOTO_BYTES = 10 * 1024 * 1024  # https://core.telegram.org/bots/api#sendphoto
PHOTO_SIDES = 10_000  # width + height, pixels
PHOTO_RATIO = 20
PHOTO_URL_BYTES = 5 * 1024 * 1024  # https://core.telegram.org/bots/api#sending-files
UPLOAD_BYTES = 50 * 1024 * 1024
DOWNLOAD_BYTES = 20 * 1024 * 1024  # https://core.telegram.org/bots/api#getfile
# A date_time entity with another number is a 400 for the whole message: 0 and less, what needs more than 32 bits
# (https://github.com/tdlib/td/blob/master/td/telegram/FormattedDate.cpp), and what lies further ahead than this, which
# is written down nowhere: 1,098 days ahead were taken and 1,099 were not
# (https://github.com/tdlib/telegram-bot-api/issues/852).
DATE_TIME_LAST = 2**31 - 1
DATE_TIME_AHEAD = timedelta(days=1098)
# Of rich messages; in TDLib's options, and nowhere in the Bot API's pages: https://docs.rs/telegram-rich
RICH_TEXT = 32_768  # characters
RICH_BLOCKS = 500
RICH_DEPTH = 16
RICH_MEDIA = 20  # the block with the next one and all after it vanish without a word: https://github.com/openclaw/openclaw/issues/129004
DELETE_WITHIN = timedelta(hours=48)  # https://core.telegram.org/bots/api#deletemessage
WEBHOOK_SECRET = 256
TOPIC_NAME = 128  # https://core.telegram.org/bots/api#createforumtopic

# https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
OVERALL_PER_SECOND = 30
CHAT_PER_SECOND = 1
GROUP_PER_MINUTE = 20
PAID_PER_SECOND = 1000
