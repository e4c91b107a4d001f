/** The input line. It adapts to what the bot expects, so that phones show the right keyboard and can autofill. */
import { button, focus, icon, make, setAttribute, toggle, value } from "./dom.js";
import { say } from "./words.js";

const LONGEST_TEXT = 1600;
const KINDS = {
  name: { label: "ask_name", autocomplete: "name", autocapitalize: "words" },
  phone: { label: "ask_phone", autocomplete: "tel", inputmode: "tel" },
  code: { label: "ask_code", autocomplete: "one-time-code", inputmode: "numeric" },
};
const ANY = { label: "write", autocomplete: "off", autocapitalize: "sentences" };
const CODE = /^\s*\d{6}\s*$/;

/** `send(text)` is called with the text. A six-digit code is sent as soon as it is complete. */
export class Composer {
  constructor(send) {
    this.send = send;
    this.input = make("input", { type: "text", maxlength: LONGEST_TEXT, enterkeyhint: "send", input: () => this.#typed() });
    this.letters = button("abc", () => this.#useLetters(), { class: "letters", "aria-label": say("letters"), hidden: true });
    this.go = make("button", { type: "submit", class: "go", "aria-label": say("send") }, icon("M5 12h14M13 6l6 6-6 6"));
    const submit = (event) => {
      event.preventDefault();
      this.#submit();
    };
    this.root = make("form", { class: "composer", novalidate: true, submit }, this.input, this.letters, this.go);
    this.ask(null);
  }

  /** Adapt to what the bot expects. */
  ask(expects) {
    const kind = KINDS[expects] ?? ANY;
    if (kind === this.kind) return;
    this.kind = kind;
    this.expects = expects;
    const label = say(kind.label);
    for (const name of ["autocomplete", "autocapitalize"]) setAttribute(this.input, name, kind[name] ?? "off");
    setAttribute(this.input, "inputmode", kind.inputmode ?? "text");
    setAttribute(this.input, "name", expects ?? "message");
    setAttribute(this.input, "aria-label", label);
    setAttribute(this.input, "placeholder", label);
    toggle(this.letters, "hidden", !kind.inputmode);
    this.#typed();
  }

  /** Any text may be entered at any time, on phones too: bring back the text keyboard. */
  #useLetters() {
    setAttribute(this.input, "inputmode", "text");
    toggle(this.letters, "hidden", true);
    this.focus();
  }

  #typed() {
    const text = value(this.input);
    toggle(this.go, "disabled", text.trim() === "");
    if (this.expects === "code" && CODE.test(text)) this.#submit();
  }

  #submit() {
    const text = value(this.input).trim();
    if (text === "") return;
    value(this.input, "");
    this.#typed();
    this.send(text);
  }

  focus() {
    focus(this.input);
  }
}
