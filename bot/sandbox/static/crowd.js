/*
 * Adding a hundred readers: batch after batch, so that the bot answers everybody else in between.
 */
import * as api from "./api.js";

const READERS = 100;

export class Crowd {
  isAdding = false;
  /** How far it is, or what came of it; empty before anybody asked for readers. */
  said = "";

  /** `changed()` is called whenever there is something new to show. */
  constructor(changed) {
    this.changed = changed;
  }

  async add() {
    if (this.isAdding) return;
    this.isAdding = true;
    let [added, unanswered, follow] = [0, 0, 0];
    try {
      while (added < READERS) {
        this.#say(`Adding readers: ${added} of ${READERS}`);
        const batch = await api.addReaders();
        added += batch.added;
        unanswered += batch.unanswered;
        follow = batch.follow;
      }
      this.#end(outcome(added, unanswered, follow));
    } catch (error) {
      this.#end(error.message);
      if (!(error instanceof api.Refused)) throw error;
    }
  }

  #end(words) {
    this.isAdding = false;
    this.#say(words);
  }

  #say(words) {
    this.said = words;
    this.changed();
  }
}

function outcome(added, unanswered, follow) {
  if (unanswered) return `${added} readers were added. The bot has not answered ${unanswered} of them yet.`;
  if (follow === 0) return `${added} readers were added. There is no topic yet that they could follow.`;
  return `${added} readers were added. Each follows ${follow === 1 ? "1 topic" : `${follow} topics`}.`;
}
