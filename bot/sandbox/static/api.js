/*
 * The page's own few requests to the sandbox, and the stream of what happens there.
 */

/** Something the sandbox would not do, in words for the person at the page. */
export class Refused extends Error {}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`/page/${path}`, { cache: "no-store", ...options });
  } catch {
    throw new Refused("The sandbox does not answer. Is newsbot still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.error ?? `The sandbox refused (${response.status}).`);
  return answer;
}

const get = (path, query) => ask(`${path}?${new URLSearchParams(query)}`);
const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const state = () => get("state", {});
export const messages = (chat, person, before = null) =>
  get("messages", before === null ? { chat, person } : { chat, before });
export const profile = (person, chat) => get("profile", { person, chat });
export const say = (person, chat, text, replyTo, thread) => post("say", { person, chat, text, reply_to: replyTo, thread });
export const start = (person, payload = "") => post("start", { person, payload });
export const press = (person, chat, message, data) => post("press", { person, chat, message, data });
/** Ask the bot in a chat: `{query, cards: [{id, title, description, file}], next, button}`. */
export const askInline = (person, chat, text, offset) => post("inline", { person, chat, text, offset: offset || null });
export const choose = (person, chat, query, result) => post("choose", { person, chat, query, result });
export const react = (person, chat, message, emoji) => post("react", { person, chat, message, emoji });
export const setLanguage = (person, language) => post("language", { person, language });
export const block = (person) => post("block", { person });
export const unblock = (person) => post("unblock", { person });
export const addBot = (person, chat) => post("add_bot", { person, chat });
export const removeBot = (person, chat) => post("remove_bot", { person, chat });
/** Add a batch of readers: `added` of them, who `follow` so many topics each, `unanswered` by the bot until now. */
export const addReaders = () => post("readers", {});
export const fileUrl = (fileId) => `/page/file/${encodeURIComponent(fileId)}`;

export function upload(person, chat, file, caption) {
  const form = new FormData();
  form.append("person", person);
  form.append("chat", chat);
  form.append("caption", caption);
  form.append("file", file, file.name);
  return ask("upload", { method: "POST", body: form });
}

const RETRY_MS = 1500;

/** Call `heard(event)` for everything that happens; `opened()` on every (re)connection, `lost()` when it breaks. */
export function listen(told) {
  const source = new EventSource("/page/events");
  source.addEventListener("open", told.opened);
  source.addEventListener("message", (event) => told.heard(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    told.lost();
    // Browsers try again by themselves, but not after an answer that was no stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(told), RETRY_MS);
  });
}
