/** What the browser keeps of a thread, so that a reload or another tab goes on with it. */

/**
 * `id`, `token`: the conversation; `unsent`: messages not yet answered, each with the client id that keeps it from being taken
 * twice. Where storage is closed all this lasts as long as the page.
 */
export class Store {
  constructor(name) {
    this.name = name;
    this.kept = this.#read();
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name));
      if (typeof kept?.id === "string" && typeof kept.token === "string") return { unsent: [], ...kept };
    } catch {
      // Closed to us, or not ours.
    }
    return null;
  }

  /** Look again: another tab may have begun or ended a thread. Says whether it is another one now. */
  refresh() {
    const { id } = this.kept ?? {};
    this.kept = this.#read() ?? (this.isClosed ? this.kept : null);
    return this.kept?.id !== id;
  }

  /** Keep what `change` makes of what is kept now, by whichever tab. */
  keep(change) {
    const kept = { unsent: [], ...((this.isClosed ? null : this.#read()) ?? this.kept) };
    this.kept = { ...kept, ...change(kept) };
    try {
      localStorage.setItem(this.name, JSON.stringify(this.kept));
    } catch {
      this.isClosed = true;
    }
  }

  forget() {
    this.kept = null;
    try {
      localStorage.removeItem(this.name);
    } catch {
      this.isClosed = true;
    }
  }

  /** Call back when another tab has changed what is kept. */
  watch(changed) {
    addEventListener("storage", ({ key }) => {
      if (key === this.name || key === null) changed();
    });
  }

  /** Run alone among the tabs, where the browser can see to that. */
  alone(work) {
    return navigator.locks ? navigator.locks.request(this.name, work) : work();
  }
}
