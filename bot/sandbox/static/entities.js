/*
 * Bot API text and its entities as DOM.
 *
 * Offsets and lengths are UTF-16 code units, which is what JavaScript strings are made of. Entities may nest; those
 * that cross (Telegram never sends them) are split at the border, and unknown types are plain text.
 * Source: https://core.telegram.org/bots/api#messageentity
 */
import { entityTime, fullTime, isoTime } from "./clock.js";
import { button, el } from "./dom.js";
import { link } from "./links.js";

const MAX_ENTITIES = 200;
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);

/** A fragment that shows `text`; `context` says who reads and what a tap does. */
export function formatted(text, entities, context) {
  const spans = (Array.isArray(entities) ? entities : [])
    .slice(0, MAX_ENTITIES)
    .filter((entity) => typeof entity?.type === "string" && entity.type in MAKERS && Number.isInteger(entity.offset) && Number.isInteger(entity.length))
    .map((entity) => ({ entity, from: Math.max(0, entity.offset), to: Math.min(text.length, entity.offset + entity.length) }));
  const fragment = document.createDocumentFragment();
  fill(fragment, text, 0, text.length, spans, { ...context, insideLink: false });
  return fragment;
}

function fill(parent, text, start, end, spans, context) {
  let at = start;
  let waiting = outerFirst(spans);
  while (waiting.length > 0) {
    const { entity, from, to } = waiting.shift();
    if (from >= to) continue;
    parent.append(text.slice(at, from));
    const inner = [];
    const rest = [];
    for (const span of waiting) {
      if (span.from < to) inner.push({ ...span, to: Math.min(span.to, to) });
      if (span.to > to) rest.push({ ...span, from: Math.max(span.from, to) });
    }
    const made = MAKERS[entity.type](entity, text.slice(from, to), context);
    if (!made.done) fill(made.inside ?? made.node, text, from, to, inner, made.context ?? context);
    parent.append(made.node);
    // The line break after a block ends the block; drawn as well it would be an empty line.
    at = BLOCKS.has(entity.type) && text[to] === "\n" ? to + 1 : to;
    waiting = outerFirst(rest.map((span) => ({ ...span, from: Math.max(span.from, at) })));
  }
  parent.append(text.slice(Math.min(at, end), end));
}

const outerFirst = (spans) => [...spans].sort((one, other) => one.from - other.from || other.to - one.to);

const styled = (tag, className) => () => ({ node: el(tag, { class: className ?? null }) });

/** One function per entity type: {node, inside?: where its text goes, done?: it wrote its text itself}. */
const MAKERS = {
  __proto__: null,
  bold: styled("strong"),
  italic: styled("em"),
  underline: styled("u"),
  strikethrough: styled("s"),
  code: styled("code"),
  hashtag: styled("span", "tag"),
  cashtag: styled("span", "tag"),
  mention: styled("span", "tag"),
  text_mention: styled("span", "tag"),
  email: styled("span", "tag"),
  phone_number: styled("span", "tag"),
  blockquote: styled("blockquote"),
  expandable_blockquote: expandable,
  pre,
  spoiler,
  date_time: dateTime,
  bot_command: (entity, text, context) => tap(text, context, () => context.command(text)),
  url: (entity, text, context) => anchor(text, text, context),
  text_link: (entity, text, context) => anchor(entity.url, text, context),
};

function anchor(raw, text, context) {
  if (context.insideLink) return { node: el("span") };
  return { node: link(raw, [], context), context: { ...context, insideLink: true } };
}

/** A button is no part of the line around it: its Latin letters would follow their `/` from right to left. */
function tap(text, context, onclick) {
  if (context.insideLink) return { node: el("span") };
  return { node: button("inline-button link", text, onclick, null, { dir: "ltr" }), done: true };
}

function pre(entity) {
  const code = el("code");
  const node = el("pre", {}, code);
  if (entity.language) node.prepend(el("span", { class: "pre-language" }, entity.language));
  return { node, inside: code };
}

function dateTime(entity, text, context) {
  const written = entityTime(entity.unix_time, entity.date_time_format, context.language);
  if (!Number.isFinite(entity.unix_time) || Math.abs(entity.unix_time) > 8.64e12) return { node: el("span") };
  const node = el("time", { class: "moment", datetime: isoTime(entity.unix_time), title: fullTime(entity.unix_time) });
  if (written === null) return { node };
  node.append(written);
  return { node, done: true };
}

function spoiler() {
  const inside = el("span", { class: "spoiler-text", "aria-hidden": "true", inert: true });
  const node = el("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text, show it" }, inside);
  const reveal = (event) => {
    if (node.dataset.shown || (event.type === "keydown" && !["Enter", " "].includes(event.key))) return;
    event.preventDefault();
    node.dataset.shown = "yes";
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
    for (const name of ["aria-hidden", "inert"]) inside.removeAttribute(name);
  };
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", reveal);
  return { node, inside };
}

function expandable() {
  const inside = el("div", { class: "quote-text" });
  const more = button("inline-button link quote-more", "Show all", () => {
    const open = node.toggleAttribute("data-open");
    more.textContent = open ? "Show less" : "Show all";
    more.setAttribute("aria-expanded", String(open));
  }, null, { "aria-expanded": "false" });
  const node = el("blockquote", { class: "expandable" }, inside, more);
  return { node, inside };
}
