/*
 * One Bot API Message as an article in the log.
 */
import { fileUrl } from "./api.js";
import { isoTime, timeOf, fullTime } from "./clock.js";
import { button, directionOf, el, icon } from "./dom.js";
import { formatted } from "./entities.js";
import { destination, outward } from "./links.js";
import { drawBlocks, richWords } from "./rich.js";

const PICTURE_WIDTH = 800; // CSS pixels a picture can fill, twice over for sharp screens
const FILES = ["document", "video", "animation", "audio", "voice", "video_note"];
const REACTIONS = ["👍", "❤", "🔥"];
const UNITS = ["B", "kB", "MB", "GB"];

export const isMine = (message, person) => !message.sender_chat && message.from?.id === person.id;

export function senderName(message) {
  const sender = message.sender_chat ?? message.from ?? message.chat;
  return sender.title ?? [sender.first_name, sender.last_name].filter(Boolean).join(" ");
}

/** What a list of chats says about a message, in a few words. */
export function summary(message) {
  if (message.rich_message) return richWords(message.rich_message).replace(/\s+/gu, " ").trim().slice(0, 120);
  const words = unspoilt(message.text ?? message.caption ?? "", message.entities ?? message.caption_entities ?? []);
  const kind = message.photo ? "Picture" : fileOf(message)?.file_name ?? "";
  const line = [kind, words.replace(/\s+/gu, " ").trim()].filter(Boolean).join(": ");
  return line.slice(0, 120) || serviceLine(message) || "A message";
}

/** The text with an ellipsis for everything that is hidden until it is asked for. */
function unspoilt(text, entities) {
  return entities
    .filter((entity) => entity?.type === "spoiler")
    .sort((one, other) => other.offset - one.offset)
    .reduce((left, { offset, length }) => `${left.slice(0, offset)}…${left.slice(offset + length)}`, text);
}

/** Fill `article` with the message; what stood there before goes. */
export function drawMessage(article, message, context, reactions = {}) {
  const service = serviceLine(message);
  const mine = isMine(message, context.person);
  article.className = service ? "message service" : `message ${mine ? "from-me" : "from-them"}`;
  if (service) {
    article.removeAttribute("aria-label");
    article.replaceChildren(el("p", { dir: "auto" }, service));
    return;
  }
  article.setAttribute("aria-label", `${mine ? "You" : senderName(message)}, ${timeOf(message.date)}`);
  const stack = el("div", { class: "stack" }, bubble(message, context, mine), context.keyboards.draw(message, context));
  const reply = context.canWrite ? button("icon-button reply", "Reply", () => context.reply(message), icon("reply")) : null;
  const row = mine ? null : reactionRow(message, context, reactions);
  article.replaceChildren(...[stack, reply, row].filter(Boolean));
}

function bubble(message, context, mine) {
  const text = message.text ?? message.caption ?? "";
  const entities = message.entities ?? message.caption_entities;
  const shared = message.chat.type !== "private" && !mine;
  const options = message.link_preview_options ?? {};
  const card = options.url && !options.is_disabled && message.text !== undefined ? preview(options, context) : null;
  const body = text ? el("div", { class: "text" }, formatted(text, entities, context)) : null;
  const parts = [
    message.via_bot ? el("p", { class: "fine", dir: "auto" }, `via @${message.via_bot.username}`) : null,
    shared ? el("p", { class: `sender tone-text-${Math.abs(message.from?.id ?? 0) % 6}`, dir: "auto" }, senderName(message)) : null,
    threadName(message, context),
    message.receiver_user ? el("p", { class: "thread" }, "Only you see this") : null,
    message.reply_to_message ? quote(message.reply_to_message, context) : null,
    message.photo ? picture(message, context) : null,
    fileOf(message) ? file(fileOf(message)) : null,
    message.rich_message ? drawBlocks(message, context) : null,
    ...(options.show_above_text ? [card, body] : [body, card]),
    meta(message),
  ];
  const className = `bubble${message.photo || message.rich_message ? " with-picture" : ""}${card ? " with-card" : ""}`;
  return el("div", { class: className, dir: text ? directionOf(text) : null }, ...parts);
}

/** The reactions to a message and those that can be set; a person has one at a time. */
function reactionRow(message, context, reactions) {
  const chips = REACTIONS.map((emoji) => {
    const people = reactions[emoji] ?? [];
    const isMine = people.includes(context.person.id);
    const label = `React with ${emoji}`;
    const count = people.length || null;
    const attributes = { "aria-pressed": String(isMine), "aria-label": label, title: label, "data-count": count };
    return button("reaction", label, () => context.react(message, isMine ? null : emoji), `${emoji}${count ? ` ${count}` : ""}`, attributes);
  });
  return el("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, ...chips);
}

function meta(message) {
  const edited = message.edit_date ? el("span", { class: "edited" }, "edited") : null;
  const time = el("time", { datetime: isoTime(message.date), title: fullTime(message.date) }, timeOf(message.date));
  return el("p", { class: "meta" }, edited, time);
}

function picture(message, context) {
  const sizes = [...message.photo].sort((one, other) => one.width - other.width);
  const size = sizes.find((each) => each.width >= PICTURE_WIDTH) ?? sizes.at(-1);
  const alt = `Picture from ${senderName(message)}`;
  const image = el("img", { src: fileUrl(size.file_id), width: size.width, height: size.height, alt, decoding: "async" });
  const open = button("picture", "Open the picture", () => context.enlarge(fileUrl(sizes.at(-1).file_id), alt), image);
  open.removeAttribute("title");
  if (message.has_media_spoiler) veil(open);
  return open;
}

function veil(open) {
  open.classList.add("veiled");
  open.setAttribute("aria-label", "Hidden picture, show it");
  const lift = (event) => {
    event.stopImmediatePropagation();
    open.classList.remove("veiled");
    open.setAttribute("aria-label", "Open the picture");
    open.removeEventListener("click", lift, true);
  };
  open.addEventListener("click", lift, true);
}

function fileOf(message) {
  const kind = FILES.find((name) => message[name]);
  return kind ? { file_name: kind.replace("_", " "), ...message[kind] } : null;
}

function file(item) {
  return el("a", { class: "file", href: fileUrl(item.file_id), download: item.file_name },
    el("span", { class: "file-mark" }, icon("file")),
    el("span", { class: "file-words" },
      el("span", { class: "file-name", dir: "auto" }, item.file_name),
      el("span", { class: "file-size" }, sizeOf(item.file_size))));
}

function sizeOf(bytes) {
  if (!Number.isFinite(bytes)) return "File";
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toLocaleString("en-GB", { maximumFractionDigits: step ? 1 : 0 })} ${UNITS[step]}`;
}

function preview(options, context) {
  const where = destination(options.url, context.bot.username);
  if (where?.kind !== "web") return null;
  const url = new URL(where.href);
  const words = decoded(url.pathname).split("/").filter(Boolean).at(-1) ?? "";
  const title = words.replace(/\.\w{2,5}$/u, "").replace(/[-_]+/gu, " ").trim().replace(/^./u, (first) => first.toUpperCase());
  const small = options.prefer_small_media ? " small" : "";
  return outward(where.href, [
    el("span", { class: "card-host" }, url.hostname.replace(/^www\./u, "")),
    el("span", { class: "card-title", dir: "auto" }, title || url.hostname),
  ], `card${small}`);
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function quote(replied, context) {
  return button("quote", "", () => context.goTo(replied.message_id), el("span", {},
    el("span", { class: "quote-name", dir: "auto" }, senderName(replied)),
    el("span", { class: "quote-words", dir: "auto" }, summary(replied))),
  { "aria-label": `In reply to ${senderName(replied)}: ${summary(replied)}`, title: null });
}

function threadName(message, context) {
  const thread = context.chat.threads?.find((each) => each.id === message.message_thread_id);
  return thread ? el("p", { class: "thread", dir: "auto" }, thread.name) : null;
}

/** What a service message says, in words; null for every other message. */
export function serviceLine(message) {
  const names = (people) => people.map((each) => each.first_name).join(", ");
  if (message.new_chat_members) return `${names(message.new_chat_members)} joined`;
  if (message.left_chat_member) return `${message.left_chat_member.first_name} left`;
  if (message.forum_topic_created) return `Topic “${message.forum_topic_created.name}” created`;
  if (message.forum_topic_closed) return "Topic closed";
  if (message.forum_topic_reopened) return "Topic reopened";
  if (message.pinned_message) return "A message was pinned";
  if (message.migrate_to_chat_id) return "This group became a supergroup";
  if (message.migrate_from_chat_id) return "The group became this supergroup";
  if (message.new_chat_title) return `The chat is now called “${message.new_chat_title}”`;
  if (message.group_chat_created || message.supergroup_chat_created) return "The group was created";
  return null;
}
