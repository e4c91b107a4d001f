/** The messages, oldest first, with the pickers below them. */
import { append, before, button, make, remove, replace, scrollTop, setAttribute, text, toggle } from "./dom.js";
import { card } from "./card.js";
import { dayOf, isDay, longDay, plainDay, say } from "./words.js";

const PLAIN_DAYS = /\b\d{4}-\d\d-\d\d\b/g;
const NEAR_BOTTOM_PX = 60;
const MARGIN_PX = 14;

const asIs = ({ code, status, starts_at, party_size }) => [code, status, starts_at, party_size].join(" ");

export class Thread {
  /** `send` sends a text to the bot, `retry` resends what failed, `drop` discards it. */
  constructor({ send, retry, drop }) {
    Object.assign(this, { send, retry, drop, items: new Map(), drawn: "" });
    this.log = make("div", { class: "log", role: "log", "aria-live": "off", "aria-label": say("thread") });
    this.typing = make("div", { class: "typing", role: "status", hidden: true });
    this.answers = make("div", { class: "answers", tabindex: -1 });
    this.scroller = make("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": say("thread") }, this.log, this.typing, this.answers);
  }

  clear() {
    this.items.clear();
    replace(this.log);
    setAttribute(this.log, "aria-live", "off");
  }

  /** Show these messages. Existing elements are not touched, so that screen readers announce only new ones. */
  draw(messages, { restaurant, now, isTyping }) {
    const follow = this.#isNearBottom();
    const count = this.items.size;
    const reservations = messages.map(({ reservation }) => reservation).filter(Boolean);
    const newest = new Map(reservations.map((reservation) => [reservation.code, reservation]));
    const newestSo = new Map(reservations.map((reservation) => [asIs(reservation), reservation]));
    const kept = new Set();
    const order = [];
    let day = dayOf(now);
    messages.forEach((message, n) => {
      const said = message.at && dayOf(new Date(message.at));
      if (typeof said === "string" && said !== day) order.push(this.#item(kept, said, () => make("div", { class: "day" }, longDay(new Date(message.at)))));
      if (said) day = said;
      const item = this.#item(kept, message.key ?? message.id, () => this.#bubble(message, messages, n));
      this.#refresh(item, message);
      this.#card(item, message.reservation, { restaurant, now, newest, newestSo });
      order.push(item);
    });
    for (const [key, item] of this.items) {
      if (kept.has(key)) continue;
      this.items.delete(key);
      remove(item.root);
    }
    let next = null;
    for (const item of order.reverse()) {
      if (item.root.parentNode !== this.log || item.root.nextSibling !== next) next ? before(next, item.root) : append(this.log, item.root);
      next = item.root;
    }
    if (isTyping === this.typing.hidden) {
      toggle(this.typing, "hidden", !isTyping);
      replace(this.typing, ...(isTyping ? [make("span", { class: "sr" }, say("typing")), ...[1, 2, 3].map(() => make("i"))] : []));
    }
    if (follow || this.items.size > count) this.toBottom();
    // Screen readers announce only what comes from now on, not the history that was just rendered.
    setTimeout(() => setAttribute(this.log, "aria-live", "polite"));
  }

  #item(kept, key, create) {
    kept.add(key);
    if (!this.items.has(key)) {
      const made = create();
      this.items.set(key, made.root ? made : { root: made });
    }
    return this.items.get(key);
  }

  #bubble(message, messages, n) {
    const isMine = message.direction === "in";
    const root = make(
      "div",
      { class: isMine ? "mine" : "theirs" },
      make("span", { class: "sr" }, `${say(isMine ? "you" : "they")} `),
      make("p", { class: "bubble" }, isMine ? this.#worded(message.text, messages, n) : message.text),
    );
    return { root };
  }

  /** A diner's text as intended: the day that was picked, or the choice whose number was sent. */
  #worded(sent, messages, n) {
    const asked = messages.slice(0, n).findLast(({ direction }) => direction === "out");
    return asked?.choices?.find((choice) => choice.text === sent)?.label ?? sent.replace(PLAIN_DAYS, (day) => (isDay(day) ? plainDay(day) : day));
  }

  #refresh(item, { key, outcome }) {
    const state = outcome === undefined ? "" : typeof outcome === "string" ? outcome : `failed ${outcome.detail}`;
    if (item.state === state) return;
    item.state = state;
    setAttribute(item.root, "data-state", state.split(" ")[0]);
    if (item.status) remove(item.status);
    item.status = null;
    if (state === "") return;
    item.status =
      state === "sending"
        ? make("p", { class: "status" }, say("sending"))
        : make(
            "p",
            { class: "status" },
            make("span", { role: "alert" }, outcome.detail || say("failed")),
            button(say("tryAgain"), this.retry),
            button(say("remove"), () => this.drop(key)),
          );
    append(item.root, item.status);
  }

  /** If a reservation is shown again unchanged, its card appears only where it was shown last. */
  #card(item, reservation, { restaurant, now, newest, newestSo }) {
    const isShown = reservation && newestSo.get(asIs(reservation)) === reservation;
    const isLatest = isShown && newest.get(reservation.code) === reservation;
    const state = isShown ? `${asIs(reservation)} ${isLatest}` : "";
    if ((item.cardState ?? "") === state) return;
    item.cardState = state;
    if (item.card) remove(item.card);
    item.card = isShown ? card(reservation, { restaurant, now, isLatest, send: this.send }) : null;
    if (item.card) append(item.root, item.card);
  }

  /** Show these elements below the messages. */
  offer(elements) {
    replace(this.answers, ...elements);
    this.toBottom();
  }

  /** Show a notice instead of pickers. */
  notice(words, ...buttons) {
    const line = make("p", {});
    text(line, words);
    this.offer([make("div", { class: "notice", role: "alert" }, line, make("div", { class: "actions" }, ...buttons))]);
  }

  #isNearBottom() {
    const { scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop(this.scroller) - clientHeight < NEAR_BOTTOM_PX;
  }

  /** Scroll to new messages, but never past the top of the last one. */
  toBottom() {
    const { scrollHeight, clientHeight } = this.scroller;
    const begins = (this.log.lastElementChild?.offsetTop ?? 0) - MARGIN_PX;
    scrollTop(this.scroller, Math.max(0, Math.min(scrollHeight - clientHeight, begins)));
  }
}
