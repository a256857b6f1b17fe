/*
 * What the bot answers to a press: a toast that passes, or an alert that waits for OK.
 */
import { byId, el } from "./dom.js";

const SHOWN_MS = 4500;
const MAX_TOASTS = 3;

export function toast(text) {
  const node = el("p", { class: "toast", dir: "auto" }, text);
  const toasts = byId("toasts");
  toasts.append(node);
  while (toasts.children.length > MAX_TOASTS) toasts.firstChild.remove();
  setTimeout(() => node.remove(), SHOWN_MS + 40 * text.length);
}

export function alertBox(text) {
  const dialog = byId("alert");
  byId("alert-text").textContent = text;
  if (!dialog.open) dialog.showModal();
}

/** Toasts belong to the chat they were shown in. */
export function clearToasts() {
  byId("toasts").replaceChildren();
}
