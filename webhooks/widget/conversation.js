/** One conversation with the service: its messages, its state, and the queue of messages to send. */
import { options, shell, words } from "./shell.js";
import { Stream } from "./stream.js";

const CONVERSATIONS = new URL("../../api/chat/conversations", shell.base).href;
const PATIENCE_MS = 20_000; // the service answers, or promises to, within ten seconds
const FRESH_MS = 120_000; // a message that failed is retried automatically within this time, later only on request
const WAITS = 3;
const SENDING = "sending";

/** An error response of the service. `status` is 0 if the service was not reached. */
class Refusal extends Error {
  constructor(status, detail, wait = 0) {
    super(detail);
    Object.assign(this, { status, wait });
  }
}

async function request(address, { method = "GET", token, body, headers, signal = AbortSignal.timeout(PATIENCE_MS) } = {}) {
  const all = { ...headers };
  if (token) all.Authorization = `Bearer ${token}`;
  if (body) all["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address, { method, headers: all, body: body && JSON.stringify(body), signal, cache: "no-store" });
  } catch {
    throw new Refusal(0, "");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => null);
  throw new Refusal(response.status, problem?.detail ?? "", Number(response.headers.get("Retry-After")) || 0);
}

/** Create a client message id, with functions that also work on pages without TLS. */
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

export class Conversation {
  /** `changed()` is called whenever there is something new to show, `made(reservation, before)` after a reservation. */
  constructor(store, { changed, made }) {
    Object.assign(this, { store, changed, made, messages: new Map(), state: {}, stateOf: -1, isReached: true });
    /** Sending status by client id: "sending", or why it failed. Messages of other tabs have none. */
    this.outcomes = new Map();
    this.stream = new Stream({
      open: (signal) => this.#openStream(signal),
      heard: (message) => this.#take([message], message),
      ask: () => this.#ask(),
      ended: () => this.#startOver(words.ended),
      reached: (isReached) => this.#reach(isReached),
    });
    store.watch(() => {
      if (store.refresh() && this.isOpen) this.open();
      else this.changed();
    });
    addEventListener("online", () => {
      if (this.problem) this.open();
      for (const [key, outcome] of this.outcomes) if (outcome.isOurs) this.outcomes.set(key, SENDING);
      this.#pump();
    });
  }

  get unsent() {
    return this.store.kept?.unsent ?? [];
  }

  /** All messages in order, followed by the unsent ones with their sending status. */
  get thread() {
    const unsent = this.unsent.map(({ key, text }) => ({ direction: "in", key, text, outcome: this.outcomes.get(key) ?? SENDING }));
    return [...[...this.messages.values()].sort((one, other) => one.id - other.id), ...unsent];
  }

  /** The service's time in milliseconds. */
  now() {
    return Date.now() + (this.skew ?? 0);
  }

  /** Resume the stored thread, or start one. Never rejects: `problem` holds what went wrong. */
  async open() {
    this.isOpen = true;
    this.problem = null;
    this.#clear();
    try {
      await this.store.alone(async () => {
        this.store.refresh();
        if (!this.store.kept || !(await this.#resume())) await this.#begin();
      });
    } catch (error) {
      this.problem = error;
      this.changed();
      return;
    }
    const { orphans = [] } = this;
    this.orphans = [];
    if (orphans.length > 0) this.store.keep(({ unsent }) => ({ unsent: [...orphans, ...unsent] }));
    for (const { key, at } of this.unsent) {
      this.outcomes.set(key, Date.now() - at < FRESH_MS ? SENDING : { detail: "", isOurs: false });
    }
    this.stream.start();
    this.changed();
    this.#pump();
  }

  #clear() {
    this.messages.clear();
    this.state = {};
    this.stateOf = -1;
  }

  async #begin() {
    const body = { restaurant: options.restaurant || null, locale: words.lang };
    const opened = await (await request(CONVERSATIONS, { method: "POST", body })).json();
    this.store.keep(() => ({ id: opened.conversation_id, token: opened.token }));
    this.#take(opened.messages.map((message) => ({ direction: "out", ...message })), opened);
  }

  /** Reload the whole thread. Returns false if its token is no longer valid. */
  async #resume() {
    try {
      const kept = await (await this.#call("/messages")).json();
      this.#take(kept.messages, kept);
      return true;
    } catch (error) {
      if (error.status !== 401 && error.status !== 404) throw error;
      this.store.forget();
      return false;
    }
  }

  #call(path, more = {}) {
    const { id, token } = this.store.kept;
    return request(`${CONVERSATIONS}/${id}${path}`, { token, ...more });
  }

  async #openStream(signal) {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": String(this.#newest()) };
    if (!this.events) throw new Refusal(0, "");
    const { token } = this.store.kept;
    const response = await request(new URL(this.events, shell.base).href, { token, headers, signal });
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) throw new Refusal(0, "");
    return response;
  }

  #newest() {
    return Math.floor(Math.max(0, ...this.messages.keys()));
  }

  async #ask() {
    try {
      const news = await (await this.#call(`/messages?after=${this.#newest()}`)).json();
      this.#take(news.messages, news);
      this.#reach(true);
    } catch (error) {
      if (error.status === 401) this.#startOver(words.ended);
      else this.#reach(false);
    }
  }

  #reach(isReached) {
    if (this.isReached === isReached) return;
    this.isReached = isReached;
    this.changed();
  }

  /** Merge messages, and the state of the conversation after the last one. */
  #take(messages, state) {
    for (const message of messages) {
      if (message.key) {
        const mine = [...this.messages.values()].find((known) => known.key === message.key);
        if (mine && mine.id !== message.id) this.messages.delete(mine.id);
        this.#settle(message.key);
      }
      this.messages.set(message.id, { ...this.messages.get(message.id), ...message });
    }
    const last = messages.findLast((message) => message.direction === "out")?.id ?? this.stateOf;
    if ("expects" in state && last >= this.stateOf) {
      this.stateOf = last;
      this.state = state;
      if (state.restaurant) this.restaurant = state.restaurant;
      if (state.events) this.events = state.events;
      // A late or repeated answer carries an old time, so keep the most recent one.
      if (state.now) this.skew = Math.max(this.skew ?? -Infinity, Date.parse(state.now) - Date.now());
    }
    this.changed();
  }

  #settle(key) {
    this.outcomes.delete(key);
    if (this.unsent.some((entry) => entry.key === key)) {
      this.store.keep(({ unsent }) => ({ unsent: unsent.filter((entry) => entry.key !== key) }));
    }
  }

  /** Send a text. Messages are sent one at a time. */
  send(text) {
    const entry = { key: newKey(), text, at: Date.now() };
    this.outcomes.set(entry.key, SENDING);
    this.store.keep(({ unsent }) => ({ unsent: [...unsent, entry] }));
    this.#pump();
  }

  /** Resend failed messages in order, each with its original id. */
  retry() {
    for (const { key } of this.unsent) this.outcomes.set(key, SENDING);
    this.#pump();
  }

  /** Drop a message that was not sent. */
  drop(key) {
    this.#settle(key);
    this.changed();
  }

  get #next() {
    return this.unsent.find(({ key }) => this.outcomes.get(key) === SENDING);
  }

  get isSending() {
    return this.#next !== undefined;
  }

  async #pump() {
    this.changed();
    if (this.isPumping || this.problem) return;
    this.isPumping = true;
    for (let entry, waits = 0; (entry = this.#next); ) {
      try {
        await this.#post(entry);
        waits = 0;
      } catch (error) {
        if (error.status === 429 && (waits += 1) <= WAITS) {
          await pause(Math.min(error.wait || 5, 30));
        } else if (error.status === 401 && this.renewedFor !== entry.key) {
          this.renewedFor = entry.key;
          await this.#startOver(words.ended, this.unsent);
        } else {
          const isOurs = error.status === 0 || error.status >= 500;
          // A rejected message does not block the next. If nothing gets through, stop trying.
          const failed = isOurs ? this.unsent : [entry];
          for (const { key } of failed) this.outcomes.set(key, { detail: isOurs ? "" : error.message, isOurs });
          this.changed();
        }
      }
    }
    this.isPumping = false;
    this.changed();
  }

  async #post(entry) {
    const before = this.state;
    const { id } = this.store.kept;
    const headers = { "Idempotency-Key": entry.key };
    const answer = await (await this.#call("/messages", { method: "POST", headers, body: { text: entry.text } })).json();
    if (this.store.kept?.id !== id) return;
    const said = answer.messages.map((message) => ({ direction: "out", ...message }));
    if (![...this.messages.values()].some(({ key }) => key === entry.key)) {
      // The stream reports its position in the thread. Until then, place it just before its answer.
      const place = (said[0]?.id ?? this.#newest() + 1) - 0.5;
      said.unshift({ id: place, key: entry.key, text: entry.text, direction: "in", choices: [] });
    }
    if (answer.messages.length > 0) said.at(-1).reservation = answer.reservation;
    this.#settle(entry.key);
    this.#take(said, answer);
    this.#reach(true);
    if (answer.reservation) this.made(answer.reservation, before);
  }

  /** Replace this thread with a new one and revoke its token. Reservations stay. */
  async startOver() {
    this.#call("", { method: "DELETE" }).catch(() => null);
    await this.#startOver("");
  }

  async #startOver(notice, unsent = []) {
    this.stream.stop();
    this.store.forget();
    this.notice = notice;
    this.orphans = unsent;
    await this.open();
  }
}
