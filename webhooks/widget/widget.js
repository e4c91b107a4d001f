/**
 * Tabletalk's chat widget. One line on a restaurant's page adds a button; the panel behind it is fetched on the first click.
 * Our code runs in an empty frame of its own, so that it is unaffected by whatever the page has done to Array, JSON, Promise,
 * fetch or addEventListener. The elements are in a shadow root. Settings: docs/widget.md.
 */
(() => {
  const script = document.currentScript ?? document.querySelector('script[data-restaurant][src*="/widget.js"]');
  if (!script || document.querySelector("tabletalk-widget, .tabletalk-frame")) return;
  const { src, nonce } = script;
  const options = { ...script.dataset };
  const CSS = `
:host { all: initial !important; position: fixed !important; inset: auto 0 0 auto !important; z-index: 2147483000 !important }
.launch {
  all: unset; box-sizing: border-box; position: fixed; z-index: 2147483000;
  inset-block-end: calc(var(--tabletalk-offset, 20px) + env(safe-area-inset-bottom));
  inset-inline-end: calc(var(--tabletalk-offset, 20px) + env(safe-area-inset-right));
  display: flex; align-items: center; gap: 10px; min-height: 52px; max-width: calc(100vw - 40px); padding: 8px 22px 8px 18px;
  border-radius: var(--tabletalk-button-radius, 26px); cursor: pointer; -webkit-tap-highlight-color: transparent;
  font: 600 16px/1.2 var(--tabletalk-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  --accent: var(--tabletalk-accent, #17634a); background: var(--accent); color: var(--tabletalk-accent-text, #fff);
  box-shadow: 0 1px 2px rgb(0 0 0 / .2), 0 8px 24px -6px rgb(0 0 0 / .4); transition: transform .15s
}
@supports (color: color(from red xyz-d65 x y z)) {
  .launch {
    --lit: clamp(0, (.179 - y) * 1e6, 1);
    color: var(--tabletalk-accent-text, color(from var(--accent) xyz-d65 calc(.9505 * var(--lit)) var(--lit) calc(1.089 * var(--lit))))
  }
}
:host([data-position="left"]) .launch {
  inset-inline: calc(var(--tabletalk-offset, 20px) + env(safe-area-inset-left)) auto
}
.launch:hover { transform: translateY(-2px) }
.launch:focus-visible { outline: 3px solid #000; outline-offset: 3px; box-shadow: 0 0 0 3px #fff, 0 0 0 9px #fff }
.launch[hidden] { display: none }
.launch[aria-busy] svg { opacity: .5 }
.news::after { content: ""; position: absolute; inset: 2px 2px auto auto; width: 14px; height: 14px; border: 2px solid #fff;
  border-radius: 50%; background: #c62828 }
.launch svg { flex: none; width: 24px; fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round }
@media (prefers-reduced-motion: reduce) { .launch { transition: none } .launch:hover { transform: none } }
@media (forced-colors: active) { .launch { border: 2px solid ButtonText } }
@media print { .launch { display: none } }`;

  /** Create the button with the frame's own functions, and add it to the page. */
  async function begin(realm) {
    const inner = realm.document;
    const base = new realm.URL("widget/@VERSION@/", src).href;
    const lang = options.lang || document.documentElement.lang || "en";
    const words = await (await realm.fetch(`${base}words/${realm.encodeURIComponent(lang)}.json`)).json();
    const make = (tag, attributes) => {
      const element = inner.createElement(tag);
      for (const name of realm.Object.keys(attributes)) element.setAttribute(name, attributes[name]);
      return element;
    };

    const host = make("tabletalk-widget", { "data-position": options.position ?? "", "data-theme": options.theme ?? "" });
    if (options.accent) host.style.setProperty("--tabletalk-accent", options.accent);
    const root = host.attachShadow({ mode: "open" });
    const button = make("button", { type: "button", class: "launch", "aria-haspopup": "dialog", "aria-expanded": "false" });
    const svg = inner.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = inner.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M7 3v6a2 2 0 0 0 4 0V3M9 11v10M17 21v-7h-2.5V7.500C14.500 5 15.500 3 17 3z");
    svg.append(path);
    const label = make("span", { "aria-live": "polite" });
    label.textContent = options.label ?? words.launcher;
    button.append(svg, label);
    button.hidden = options.launcher === "none";
    root.append(button);

    const policy = realm.trustedTypes?.createPolicy("tabletalk", { createScriptURL: (address) => address });
    const fail = () => {
      button.removeAttribute("aria-busy");
      realm.tabletalk = null;
      label.textContent = words.unreachable;
    };
    /** Fetch all of the panel at once. It opens itself once loaded. */
    const load = (isWanted) => {
      if (realm.tabletalk) {
        realm.tabletalk.isWanted ||= isWanted;
        if (isWanted) realm.tabletalk.open?.();
        return;
      }
      button.setAttribute("aria-busy", "true");
      label.textContent = options.label ?? words.launcher;
      const style = realm.fetch(`${base}panel.css`).then((answer) => answer.text());
      style.catch(fail);
      realm.tabletalk = { page: window, host, root, button, base, words, options, style, isWanted };
      const panel = make("script", { type: "module", nonce, crossorigin: "" });
      panel.src = policy ? policy.createScriptURL(`${base}panel.js`) : `${base}panel.js`;
      panel.onerror = fail;
      inner.head.append(panel);
    };
    button.onpointerdown = () => load(false);
    button.onclick = () => load(true);
    realm.EventTarget.prototype.addEventListener.call(document, "click", (event) => {
      if (!realm.Element.prototype.closest.call(event.target, 'a[href="#tabletalk"]')) return;
      event.preventDefault();
      load(true);
    });

    realm.Element.prototype.append.call(document.body, host);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  }

  function start() {
    const frame = document.createElement("iframe");
    frame.className = "tabletalk-frame";
    frame.style.setProperty("display", "none", "important");
    frame.onload = () => {
      frame.onload = null;
      begin(frame.contentWindow);
    };
    document.documentElement.appendChild(frame);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start, { once: true });
  else start();
})();
