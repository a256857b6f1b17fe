/*
 * A rich message's blocks as DOM.
 *
 * Blocks and rich text are trees, and hostile like all else: text goes in as text nodes, links through links.js, and
 * types that are not known here show the words they hold.
 * Source: https://core.telegram.org/bots/api#richmessage, https://core.telegram.org/bots/api#richtext
 */
import { fileUrl } from "./api.js";
import { entityTime, fullTime, isoTime } from "./clock.js";
import { button, el } from "./dom.js";
import { link } from "./links.js";

const MAX_DEPTH = 16;
const MAX_BLOCKS = 500;
const STYLES = { __proto__: null, bold: "strong", italic: "em", underline: "u", strikethrough: "s", spoiler: "span", code: "code", marked: "mark", subscript: "sub", superscript: "sup" };

/**
 * The blocks of `message`; `context` says who reads and what a tap does. All of one that says it runs from right to left
 * does, also a heading that is a name in Latin letters.
 */
export function drawBlocks(message, context) {
  const rich = message.rich_message;
  const room = { blocks: MAX_BLOCKS, context, message, dir: rich.is_rtl ? "rtl" : "auto" };
  return el("div", { class: "rich", dir: room.dir }, ...blocks(rich.blocks, room, 0));
}

/** What a list of chats says about a rich message. */
export function richWords(rich) {
  const first = (Array.isArray(rich.blocks) ? rich.blocks : []).find((block) => words(block.text ?? block.summary ?? "").trim());
  return first ? words(first.text ?? first.summary) : "A rich message";
}

function blocks(list, room, depth) {
  if (!Array.isArray(list) || depth > MAX_DEPTH) return [];
  return list.filter(() => room.blocks-- > 0).map((block) => drawn(block, room, depth));
}

function drawn(block, room, depth) {
  const inner = () => blocks(block.blocks, room, depth + 1);
  const text = (value) => richText(value ?? "", room.context);
  switch (block.type) {
    case "heading": return el("p", { class: `rich-heading size-${Number(block.size) || 6}`, role: "heading", "aria-level": "3", dir: room.dir }, ...text(block.text));
    case "paragraph": return el("p", { dir: room.dir }, ...text(block.text));
    case "footer": return el("p", { class: "rich-footer", dir: room.dir }, ...text(block.text));
    case "pre": return el("pre", {}, el("code", {}, ...text(block.text)));
    case "divider": return el("hr");
    case "photo": return photo(block, room);
    case "details": return el("details", { open: block.is_open === true }, el("summary", { dir: room.dir }, ...text(block.summary)), el("div", { class: "rich-inside" }, ...inner()));
    case "buttons": return el("div", { class: `rich-buttons ${["center", "right"].includes(block.align) ? block.align : ""}`, role: "group", "aria-label": "Buttons" }, ...(block.buttons ?? []).map((key) => room.context.keyboards.key({ ...key, text: words(key.text) }, room.message, room.context)));
    case "blockquote": return el("blockquote", {}, ...inner(), credit(block, room));
    case "expandable_blockquote": case "pullquote": return el("blockquote", { dir: room.dir }, ...text(block.text), credit(block, room));
    case "list": return el("ul", {}, ...(block.items ?? []).map((item) => el("li", { "data-label": item.label ?? "•" }, ...blocks(item.blocks, room, depth + 1))));
    case "collage": case "slideshow": return el("div", { class: "rich-inside" }, ...inner());
    default: return el("p", { class: "rich-footer", dir: room.dir }, words(block.text ?? block.summary ?? "") || `A block of type ${String(block.type)}`);
  }
}

const credit = (block, room) => (block.credit ? el("cite", { dir: room.dir }, ...richText(block.credit, room.context)) : null);

function photo(block, room) {
  const sizes = (Array.isArray(block.photo) ? [...block.photo] : []).sort((one, other) => one.width - other.width);
  if (sizes.length === 0) return el("p", { class: "rich-footer" }, "A picture");
  const size = sizes.at(-1);
  const caption = words(block.caption?.text ?? "");
  const alt = caption ? `Picture from ${caption}` : "Picture";
  const image = el("img", { src: fileUrl(size.file_id), width: size.width, height: size.height, alt, decoding: "async" });
  const open = button("rich-picture", "Open the picture", () => room.context.enlarge(fileUrl(size.file_id), alt), image);
  open.removeAttribute("title");
  return el("figure", {}, open, caption ? el("figcaption", { dir: room.dir }, ...richText(block.caption.text, room.context)) : null);
}

/** Nodes that show a RichText. */
function richText(value, context, depth = 0) {
  if (typeof value === "string") return [value];
  if (depth > MAX_DEPTH || value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return value.flatMap((part) => richText(part, context, depth + 1));
  const inner = () => richText(value.text ?? "", context, depth + 1);
  if (value.type in STYLES) return [el(STYLES[value.type], {}, ...inner())];
  if (value.type === "url" && !context.insideLink) return [link(value.url, richText(value.text ?? "", { ...context, insideLink: true }, depth + 1), context)];
  if (value.type === "bot_command" && !context.insideLink) return [button("inline-button link", words(value), () => context.command(words(value)))];
  if (value.type === "date_time") return [moment(value, context)];
  if (value.type === "custom_emoji") return [String(value.alternative_text ?? "")];
  return inner();
}

function moment(value, context) {
  if (!Number.isFinite(value.unix_time) || Math.abs(value.unix_time) > 8.64e12) return el("span", {}, words(value.text));
  const written = entityTime(value.unix_time, value.date_time_format, context.language);
  return el("time", { class: "moment", datetime: isoTime(value.unix_time), title: fullTime(value.unix_time) }, written ?? words(value.text));
}

/** The words of a RichText. */
function words(value) {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(words).join("");
  return value && typeof value === "object" ? words(value.text ?? value.alternative_text ?? "") : "";
}
