/** New messages of a thread: server-sent events while the panel is visible, or polling with backoff if those are blocked. */

const SILENCE_MS = 50_000; // heartbeats come every 20 s; after this the connection is dead, as when a laptop has slept
const REST_MS = 60_000;
const FIRST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * `open(signal)` requests the stream and returns the response. `heard(data)` handles an event. `ask()` polls without a
 * stream. `ended()` is called once, when the token is no longer valid. `reached(isReached)` reports connectivity.
 */
export class Stream {
  constructor(calls) {
    this.calls = calls;
    this.isWatched = true;
    const wake = () => this.#attend();
    for (const name of ["online", "pageshow"]) addEventListener(name, wake);
    document.addEventListener("visibilitychange", wake);
    addEventListener("pagehide", () => this.#hangUp());
  }

  /** Start, or restart with another thread. */
  start() {
    this.isOn = true;
    this.#hangUp();
    this.pause = FIRST_PAUSE_MS;
    this.#attend();
  }

  stop() {
    this.isOn = false;
    this.#hangUp();
  }

  /** Set whether the panel is open. A minute after it was closed or its page hidden, disconnect until it is open again. */
  watch(isWatched) {
    this.isWatched = isWatched;
    this.#attend();
  }

  get #isWanted() {
    return this.isOn && this.isWatched && document.visibilityState !== "hidden";
  }

  #attend() {
    clearTimeout(this.resting);
    if (!this.#isWanted) {
      this.resting = setTimeout(() => this.#hangUp(), REST_MS);
      return;
    }
    if (this.line && Date.now() - this.heardAt > SILENCE_MS) this.#hangUp();
    this.skip?.();
    if (!this.line) this.#run();
  }

  #hangUp() {
    this.line?.abort();
    this.line = null;
    this.skip?.();
  }

  async #run() {
    const line = new AbortController();
    this.line = line;
    while (this.line === line && this.isOn) {
      try {
        await this.#listen(line);
      } catch (error) {
        if (this.line !== line) return;
        if (error.status === 401) return this.calls.ended();
        // No stream available: poll once, and wait a little longer each time.
        if (document.visibilityState !== "hidden") await this.calls.ask();
        await this.#wait(this.pause);
        this.pause = Math.min(this.pause * 1.6, LONGEST_PAUSE_MS);
      }
    }
  }

  #wait(milliseconds) {
    return new Promise((resolve) => {
      this.skip = resolve;
      setTimeout(resolve, milliseconds);
    });
  }

  async #listen(line) {
    this.heardAt = Date.now();
    const response = await this.calls.open(line.signal);
    if (this.line !== line) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const watchdog = setInterval(() => {
      if (Date.now() - this.heardAt > SILENCE_MS) reader.cancel();
    }, SILENCE_MS / 5);
    try {
      this.calls.reached(true);
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) throw new Error("The stream has ended.");
        this.heardAt = Date.now();
        this.pause = FIRST_PAUSE_MS;
        const blocks = (rest + value).split(/\r?\n\r?\n/);
        rest = blocks.pop();
        for (const block of blocks) this.#hear(block);
      }
    } finally {
      clearInterval(watchdog);
    }
  }

  #hear(block) {
    const data = block.split(/\r?\n/).filter((row) => row.startsWith("data:")).map((row) => row.slice(5).trimStart());
    if (data.length > 0) this.calls.heard(JSON.parse(data.join("\n")));
  }
}
