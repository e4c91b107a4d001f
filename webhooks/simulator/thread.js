const TIME = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const STATUS_WORDS = { sent: "Sent", delivered: "Delivered", received: "Delivered", failed: "Not delivered" };
const NEAR_BOTTOM_PX = 80;

function element(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

/** The bubbles of one conversation, as reported by the server. Texts on their way are dimmed until it reports them. */
export class Thread {
  constructor(root) {
    this.scroller = root.querySelector(".scroller");
    this.log = root.querySelector(".log");
    this.empty = root.querySelector(".empty");
    this.typing = root.querySelector(".typing");
    this.atBottom = true;
    let height = 0;
    this.scroller.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.scroller;
      // A change of height scrolls by itself, before the observer below is notified. The reader did not scroll.
      if (clientHeight === height) this.atBottom = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM_PX;
    });
    // The drawer, or a longer draft, shrinks the thread. Keep its last message visible.
    new ResizeObserver(() => {
      height = this.scroller.clientHeight;
      if (this.atBottom) this.#toBottom();
    }).observe(this.scroller);
    this.clear();
  }

  clear() {
    this.messages = new Map();
    this.delivered = new Set();
    this.waiting = 0;
    this.cursor = 0;
    this.log.replaceChildren();
    this.log.setAttribute("aria-live", "off");
    this.typing.hidden = true;
    this.#showEmptiness();
  }

  /**
   * Show a text that the server has not reported yet.
   * Returns a function to call once sending has ended. It returns whether the server has reported the text by then.
   */
  pend(text) {
    const item = element("li", "message pending");
    item.dataset.direction = "in";
    item.append(this.#bubble(text, "(a picture)"), element("span", "meta", "Sending"));
    this.log.append(item);
    this.waiting += 1;
    this.typing.hidden = false;
    this.#showEmptiness();
    this.#toBottom();
    return () => {
      const told = !item.isConnected;
      item.remove();
      this.waiting -= 1;
      this.typing.hidden = this.waiting === 0;
      this.#showEmptiness();
      return told;
    };
  }

  /** Mark the text with this sid as delivered: the webhook accepted it. */
  tick(sid) {
    this.delivered.add(sid);
    this.#draw();
  }

  /** Merge what the server reports. */
  merge({ messages, next }) {
    const follow = this.atBottom;
    let news = false;
    for (const message of messages) {
      news ||= !this.messages.has(message.id);
      this.messages.set(message.id, message);
      // A text with an answer has been delivered, whatever its status was when it was stored.
      if (message.direction === "out" && message.sid) this.delivered.add(message.sid);
    }
    this.cursor = Math.max(this.cursor, next ?? 0, ...messages.map((message) => message.id));
    if (messages.length > 0) this.#draw();
    if (news && follow) this.#toBottom();
    this.#showEmptiness();
    // Screen readers announce only what comes from now on, not the history that was just loaded.
    requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
  }

  #draw() {
    const pending = [...this.log.querySelectorAll(".pending")];
    const known = new Map([...this.log.children].map((item) => [item.dataset.key, item]));
    const items = [];
    let previous = null;
    for (const message of [...this.messages.values()].sort((one, other) => one.id - other.id)) {
      const day = DAY.format(new Date(message.at));
      const newDay = previous === null || previous.day !== day;
      if (newDay) items.push(known.get(day) ?? this.#day(day));
      const item = known.get(String(message.id)) ?? this.#arrive(message, pending);
      this.#refresh(item, message);
      item.classList.toggle("follows", !newDay && previous.direction === message.direction);
      items.push(item);
      previous = { day, direction: message.direction };
    }
    this.#place([...items, ...pending]);
  }

  /** Put the items in order without moving those in place, because screen readers announce whatever is inserted. */
  #place(items) {
    let here = this.log.firstElementChild;
    for (const item of items) {
      if (item === here) here = here.nextElementSibling;
      else this.log.insertBefore(item, here);
    }
  }

  #day(day) {
    const item = element("li", "day", day);
    item.dataset.key = day;
    return item;
  }

  #arrive(message, pending) {
    if (message.direction === "in") pending.shift()?.remove();
    const item = element("li", "message");
    Object.assign(item.dataset, { key: message.id, direction: message.direction, sid: message.sid ?? "" });
    item.append(
      element("span", "sr", message.direction === "in" ? "You: " : "Answer: "),
      this.#bubble(message.text, "(no text)"),
      element("span", "meta"),
    );
    return item;
  }

  #refresh(item, message) {
    const status = this.delivered.has(message.sid) ? "delivered" : message.status;
    if (item.dataset.status === status) return;
    item.dataset.status = status;
    item.querySelector(".meta").replaceWith(this.#meta({ ...message, status }));
  }

  #bubble(text, blank) {
    return text === "" ? element("span", "bubble blank", blank) : element("span", "bubble", text);
  }

  #meta({ direction, at, status, segments }) {
    const meta = element("span", "meta");
    meta.setAttribute("aria-live", "off");
    const time = element("time", "", TIME.format(new Date(at)));
    time.dateTime = at;
    meta.append(time);
    if (segments > 1) meta.append(element("span", "segments", `${segments} segments`));
    if (direction === "in" || status === "failed" || status === "undelivered") {
      const ticks = element("span", "ticks");
      ticks.dataset.status = status;
      ticks.append(element("span", "sr", STATUS_WORDS[status] ?? status));
      meta.append(ticks);
    }
    return meta;
  }

  #showEmptiness() {
    this.empty.hidden = this.log.childElementCount > 0;
  }

  #toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.atBottom = true;
  }
}
