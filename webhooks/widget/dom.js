/**
 * The few DOM operations we need, called through this frame's functions, in case the page has overwritten its prototypes.
 */
const { apply, ownKeys } = Reflect;
const own = (prototype, name) => {
  const method = prototype[name];
  return (node, ...values) => apply(method, node, values);
};
const property = (prototype, name) => {
  const { get, set } = Object.getOwnPropertyDescriptor(prototype, name);
  return (node, ...values) => apply(values.length ? set : get, node, values);
};

const adopt = own(Node.prototype, "appendChild");
export const before = own(Element.prototype, "before");
export const replace = own(Element.prototype, "replaceChildren");
export const remove = own(Element.prototype, "remove");
export const setAttribute = own(Element.prototype, "setAttribute");
export const toggle = own(Element.prototype, "toggleAttribute");
export const find = own(Element.prototype, "querySelector");
export const contains = own(Node.prototype, "contains");
export const listen = own(EventTarget.prototype, "addEventListener");
export const dispatch = own(EventTarget.prototype, "dispatchEvent");
export const focus = own(HTMLElement.prototype, "focus");
export const text = property(Node.prototype, "textContent");
export const value = property(HTMLInputElement.prototype, "value");
export const scrollTop = property(Element.prototype, "scrollTop");

/** Append elements and texts to an element or a shadow root. */
export function append(parent, ...children) {
  for (const child of children) adopt(parent, typeof child === "string" ? document.createTextNode(child) : child);
}

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const name of ownKeys(attributes)) {
    const given = attributes[name];
    if (typeof given === "function") listen(element, name, given);
    else if (given !== false && given != null) setAttribute(element, name, given === true ? "" : given);
  }
  append(element, ...children.filter((child) => child != null && child !== false));
  return element;
}

/** Create an element. Attributes that are functions become event listeners; false and null are skipped. */
export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** A 24 by 24 line icon. */
export const icon = (lines) =>
  fill(document.createElementNS(SVG, "svg"), { viewBox: "0 0 24 24", "aria-hidden": "true" }, [
    fill(document.createElementNS(SVG, "path"), { d: lines }, []),
  ]);

export const button = (label, click, attributes = {}) => make("button", { type: "button", click, ...attributes }, label);
