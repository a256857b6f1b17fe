/*
 * Where a link leads. A chat's links are hostile: only http and https leave the page, always into a new tab.
 *
 * Links that Telegram keeps inside (a bot's deep links, sharing) stay inside here too.
 * Source: https://core.telegram.org/api/links
 */
import { el } from "./dom.js";

const TELEGRAM_HOSTS = new Set(["t.me", "www.t.me", "telegram.me", "telegram.dog"]);

/** {kind: "web", href} | {kind: "start", payload} | {kind: "share", url} | {kind: "chat", username} | null. */
export function destination(raw, botUsername) {
  const url = parsed(raw);
  if (url === null) return null;
  const query = url.searchParams;
  if (url.protocol === "tg:") {
    const action = url.hostname || url.pathname.replace(/^\/+/u, "");
    if (action === "resolve" && same(query.get("domain"), botUsername)) return toBot(query);
    if (action === "msg_url" && query.has("url")) return { kind: "share", url: query.get("url") };
    return null;
  }
  if (TELEGRAM_HOSTS.has(url.hostname)) {
    if (url.pathname === "/share/url" && query.has("url")) return { kind: "share", url: query.get("url") };
    if (same(url.pathname.slice(1), botUsername)) return toBot(query);
  }
  return { kind: "web", href: url.href };
}

/** A link to where `raw` leads, or plain text when that is nowhere we go. */
export function link(raw, children, context, className = "link") {
  const where = destination(raw, context.bot.username);
  if (where === null) return el("span", {}, ...children);
  if (where.kind === "web") return outward(where.href, children, className);
  return el("button", { type: "button", class: `inline-button ${className}`, onclick: () => follow(where, context) }, ...children);
}

export function outward(href, children, className) {
  return el("a", { class: className, href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** Do inside the page what Telegram does inside the app. */
export function follow(where, context) {
  if (where.kind === "start") context.start(where.payload);
  if (where.kind === "share") context.share(where.url);
}

function toBot(query) {
  return { kind: "start", payload: query.get("start") ?? "" };
}

function parsed(raw) {
  const text = String(raw ?? "").trim();
  // A `url` entity may come without a scheme; Telegram reads it as http.
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `http://${text}`;
  try {
    const url = new URL(absolute);
    return ["http:", "https:", "tg:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

const same = (one, other) => Boolean(one) && one.toLowerCase() === String(other).toLowerCase();
