/** What the browser stores about a thread, so that a reload or another tab can resume it. */

/**
 * `id`, `token`: the conversation. `unsent`: messages not yet answered, each with the client id that prevents duplicates.
 * If storage is unavailable, all this lasts as long as the page.
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
      // Unavailable, or written by something else.
    }
    return null;
  }

  /** Reload, because another tab may have started or ended a thread. Returns whether the thread has changed. */
  refresh() {
    const { id } = this.kept ?? {};
    this.kept = this.#read() ?? (this.isClosed ? this.kept : null);
    return this.kept?.id !== id;
  }

  /** Apply `change` to what is stored now, possibly by another tab, and store the result. */
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

  /** Call back when another tab has changed what is stored. */
  watch(changed) {
    addEventListener("storage", ({ key }) => {
      if (key === this.name || key === null) changed();
    });
  }

  /** Run exclusively among all tabs, if the browser supports locks. */
  alone(work) {
    return navigator.locks ? navigator.locks.request(this.name, work) : work();
  }
}
