import { fetchThread, sendText } from "./api.js";
import { Thread } from "./thread.js";

// A browser opens six connections per host. With more phones than this, they take turns, so that a text never has to wait.
const HELD_POLLS = 3;
const HOLD_S = 20;
const TURN_MS = 2000;
const RETRY_MS = 3000;

/** "+14155550123" in local notation. Numbers outside North America are left unchanged. */
export const pretty = (number) => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "+1 $1 $2 $3");

/** One diner's phone, texting one number at a time. */
export class Phone {
  /**
   * @param own E.164 number of the phone; @param to number it texts; @param numbers [{number, label}] it may text
   * @param onChange called when `to` has changed; @param onRemove called when the phone is removed
   * @param phoneCount function that returns the number of phones on the page
   */
  constructor({ own, to, numbers, onChange, onRemove, phoneCount }) {
    this.own = own;
    this.to = to;
    this.numbers = numbers;
    this.phoneCount = phoneCount;
    const template = document.getElementById("phone-template");
    this.root = template.content.cloneNode(true).firstElementChild;
    this.thread = new Thread(this.root);
    this.problem = this.root.querySelector(".problem");
    this.elapsed = this.root.querySelector(".elapsed");
    this.composer = this.root.querySelector(".composer");
    this.repeat = this.root.querySelector("[name=repeat]");
    this.#label();
    this.#listen(onChange, onRemove);
    this.#open();
  }

  focus() {
    this.composer.body.focus();
  }

  #label() {
    this.root.dataset.number = this.own;
    this.root.setAttribute("aria-label", `Phone ${pretty(this.own)}`);
    this.root.querySelector(".own-number").textContent = pretty(this.own);
    this.root.querySelector(".remove").setAttribute("aria-label", `Remove phone ${pretty(this.own)}`);
    this.root.querySelector(".scroller").setAttribute("aria-label", `Thread of ${pretty(this.own)}`);
    const select = this.root.querySelector("[name=to]");
    for (const { number, label } of this.numbers) select.add(new Option(`${label}, ${pretty(number)}`, number));
    select.value = this.to;
  }

  #listen(onChange, onRemove) {
    const { body } = this.composer;
    this.composer.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = body.value.trim();
      if (text === "") return;
      body.value = "";
      this.#send({ body: text, media: 0 });
    });
    body.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.composer.requestSubmit();
    });
    for (const button of this.root.querySelectorAll(".quick button")) {
      button.addEventListener("click", () => this.#send({ body: button.value, media: 0 }));
    }
    this.root.querySelector(".suggestion").addEventListener("click", (event) => {
      body.value = event.currentTarget.textContent;
      this.focus();
    });
    this.root.querySelector(".picture").addEventListener("click", () => this.#send({ body: "", media: 1 }));
    this.root.querySelector("[name=to]").addEventListener("change", (event) => {
      this.to = event.currentTarget.value;
      onChange();
      this.#open();
    });
    this.root.querySelector(".remove").addEventListener("click", () => {
      this.conversation.abort();
      this.root.remove();
      onRemove(this);
    });
  }

  /** Show the thread with `to` from the start and follow it until the phone switches to another number. */
  #open() {
    this.conversation?.abort();
    this.conversation = new AbortController();
    const contact = this.numbers.find(({ number }) => number === this.to);
    this.root.querySelector(".contact-name").textContent = contact.label;
    this.root.querySelector(".contact-number").textContent = pretty(this.to);
    this.problem.textContent = "";
    this.elapsed.textContent = "";
    this.thread.clear();
    this.#follow(this.conversation.signal);
  }

  async #follow(signal) {
    let broken = false;
    let wait = 0;
    while (!signal.aborted) {
      const asked = performance.now();
      try {
        const messages = await this.#fetch(signal, { after: this.thread.cursor, wait });
        if (broken) this.problem.textContent = "";
        broken = false;
        const held = performance.now() - asked > TURN_MS;
        if (messages.length === 0 && !held) await pause(TURN_MS, signal);
        wait = this.phoneCount() <= HELD_POLLS ? HOLD_S : 0;
        await whenVisible(signal);
      } catch (error) {
        if (signal.aborted) return;
        broken = true;
        this.problem.textContent = `${error.message} Trying again.`;
        await pause(RETRY_MS, signal);
      }
    }
  }

  async #fetch(signal, { after, wait }) {
    const answer = await fetchThread({ phone: this.own, to: this.to, after, wait, signal });
    if (!signal.aborted) this.thread.merge(answer);
    return answer.messages;
  }

  async #send({ body, media }) {
    const { signal } = this.conversation;
    const repeat = this.repeat.checked;
    this.repeat.checked = false;
    this.problem.textContent = "";
    const settle = this.thread.pend(body);
    let problem = "";
    try {
      const { sid, status, elapsed_ms: elapsed } = await sendText({ from: this.own, to: this.to, body, repeat, media });
      if (signal.aborted) return;
      this.elapsed.textContent = `answered in ${elapsed} ms`;
      if (status === 200) this.thread.tick(sid);
      else problem = `The webhook answered ${status}.`;
    } catch (error) {
      problem = `Not answered: ${error.message}`;
    }
    // A text that failed may still have been stored, so fetch the thread in any case.
    await this.#fetch(signal, { after: this.thread.cursor, wait: 0 }).catch(() => {});
    if (signal.aborted) return;
    const told = settle();
    this.problem.textContent = problem;
    if (problem && !told && this.composer.body.value === "") this.composer.body.value = body;
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}

/** Pages in the background hold no connection. */
function whenVisible(signal) {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true, signal });
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
