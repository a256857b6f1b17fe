/*
 * The translators' page: every text of the bot in one language, drawn as it appears in a chat.
 *
 * What is chosen stands in the address, so a page can be passed on and reloaded.
 */

import { byId, directionOf, el } from "./dom.js";

const fields = ["language", "stretched", "noted"];

async function draw() {
  const wanted = new URLSearchParams(location.search);
  const asked = new URLSearchParams({ language: wanted.get("language") ?? "en", stretched: wanted.get("stretched") ?? "" });
  const response = await fetch(`/page/strings?${asked}`);
  const answer = await response.json();
  if (!response.ok) {
    byId("sum").textContent = answer.error;
    byId("texts").replaceChildren();
    return;
  }
  const spoken = answer.languages.find((one) => one.tag === answer.language);
  byId("language").replaceChildren(...answer.languages.map((one) => {
    return el("option", { value: one.tag, selected: one.tag === answer.language }, one.draft ? `${one.name} (draft)` : one.name);
  }));
  byId("stretched").checked = wanted.get("stretched") === "yes";
  byId("noted").checked = wanted.get("noted") === "yes";
  const shown = byId("noted").checked ? answer.texts.filter((one) => one.missing || one.long) : answer.texts;
  byId("sum").textContent = summed(answer.texts, spoken);
  byId("texts").replaceChildren(...[...grouped(shown)].map(([place, texts]) => section(place, texts, spoken)));
}

function summed(texts, spoken) {
  const missing = texts.filter((one) => one.missing).length;
  const long = texts.filter((one) => one.long).length;
  const state = spoken.draft ? "a draft that no native speaker has read yet" : "read";
  return `${spoken.name}: ${state}. ${texts.length} texts, ${missing} still in English, ${long} buttons over 20 characters.`;
}

function grouped(texts) {
  const places = new Map();
  for (const one of texts) places.set(one.place, [...(places.get(one.place) ?? []), one]);
  return places;
}

function section(place, texts, spoken) {
  return el("section", {}, el("h2", {}, place), ...texts.map((one) => row(one, spoken)));
}

function row(one, spoken) {
  const notes = [one.missing ? "still in English" : null, one.long ? "long for a button" : null].filter(Boolean).join(", ");
  const drawn = one.forms.map((form) => (one.kind === "button" ? key(form) : bubble(form)));
  return el("article", { class: `string string-${one.kind}`, "data-missing": one.missing, "data-long": one.long },
    el("p", { class: "string-source", lang: "en", dir: "ltr" }, one.english),
    el("div", { class: "string-forms", lang: one.missing ? "en" : spoken.tag, dir: spoken.rtl ? "rtl" : "ltr" }, ...drawn),
    notes ? el("p", { class: "string-notes" }, notes) : null);
}

const bubble = (form) => el("div", { class: "bubble", dir: directionOf(form) }, el("span", { class: "text" }, form));
const key = (form) => el("span", { class: "key" }, el("span", { class: "key-label", dir: "auto" }, form));

byId("choice").addEventListener("change", () => {
  const chosen = new FormData(byId("choice"));
  const address = new URLSearchParams(fields.filter((name) => chosen.get(name)).map((name) => [name, chosen.get(name)]));
  history.replaceState(null, "", `?${address}`);
  draw();
});
draw();
