"""The widget on hostile pages: their styles, their scripts, their Content-Security-Policy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.phone import Phone

from .test_widget_booking import book
from .widget import ANSWER_MS, DAY, Widget, page_with_widget, serve, told

Visit = Callable[[], Page]

SPITEFUL_STYLES = """<style>
* { all: revert !important }
* , tabletalk-widget { display: block !important; color: red !important; font: 30px/1.5 fantasy !important }
tabletalk-widget { opacity: .2 !important }
button, dialog, input, p, li, h2 { background: lime !important; border: 9px solid red !important; transform: rotate(9deg) }
html { font-size: 4px; direction: ltr }
:root { --accent: red; --paper: red; --ink: red }
</style>"""

SPITEFUL_SCRIPT = """<script>
const broken = () => { throw new Error("the page has broken this"); };
for (const [owner, names] of [
  [Array.prototype, ["map", "filter", "find", "findLast", "forEach", "flatMap", "push", "at", "includes", "some", "join"]],
  [String.prototype, ["replace", "split", "trim", "slice", "padStart", "startsWith"]],
  [Object, ["entries", "assign", "keys", "fromEntries"]],
  [JSON, ["parse", "stringify"]],
  [Function.prototype, ["call", "apply", "bind"]],
  [Element.prototype, ["append", "setAttribute", "replaceChildren", "querySelector", "remove", "before"]],
  [HTMLElement.prototype, ["focus"]],
  [Storage.prototype, ["getItem", "setItem"]],
  [Response.prototype, ["json", "text"]],
  [Date, ["now", "parse"]],
]) for (const name of names) owner[name] = broken;
const globals = ["fetch", "setTimeout", "setInterval", "Map", "Set", "URL", "CustomEvent", "Intl", "AbortSignal"];
for (const name of globals) window[name] = broken;
Array.prototype.toJSON = () => "broken";
Object.prototype.enumerable = "surprise";
Promise.prototype.then = broken;
</script>"""

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'none'; connect-src 'self' http://127.0.0.1:*; "
    "base-uri 'none'; form-action 'none'; frame-src 'none'; require-trusted-types-for 'script'; trusted-types tabletalk"
)


def looks(widget: Widget) -> list[str]:
    """Computed styles of the open panel's parts."""
    properties = ["color", "backgroundColor", "font", "opacity", "border", "transform", "width", "height", "display"]
    parts = [".panel", "h2", ".bubble", ".sizes button", "input", ".go", "td button", ".theirs"]
    script = """(panel, [parts, properties]) => parts.map((part) => {
      const style = getComputedStyle(part === ".panel" ? panel : panel.querySelector(part));
      return part + " " + properties.map((name) => style[name]).join("; "); })"""
    drawn: list[str] = widget.panel.evaluate(script, [parts, properties])
    return drawn


def settled_looks(visit: Visit, html: str) -> list[str]:
    page = visit()
    page.add_init_script("localStorage.clear()")
    page.emulate_media(reduced_motion="reduce")
    serve(page, html)
    widget = Widget(page).open()
    expect(widget.choice(DAY)).to_be_visible(timeout=ANSWER_MS)
    return looks(widget)


def test_nothing_of_the_pages_styles_leaks_in(visit: Visit) -> None:
    assert settled_looks(visit, page_with_widget(head=SPITEFUL_STYLES)) == settled_looks(visit, page_with_widget())


def test_nothing_of_ours_leaks_out(visit: Visit) -> None:
    body = "<p>Some words</p><button>A button</button><dialog open>A dialog</dialog><input>"
    drawn = """() => [...document.querySelectorAll("html, body, main, h1, p, button, dialog, input")].map((element) => {
      const style = getComputedStyle(element); return [...style].map((name) => style.getPropertyValue(name)).join(";"); })"""
    page = visit()
    serve(page, re.sub("<script.*?</script>", "", page_with_widget(body=body)), path="/without")
    before = page.evaluate(drawn)
    serve(page, page_with_widget(body=body))
    Widget(page).open()
    assert page.evaluate(drawn) == before
    names = set(page.evaluate("Object.keys(window)"))
    assert not {name for name in names if "table" in name.lower()}


@pytest.mark.parametrize("first", [True, False], ids=["broken before the widget comes", "broken after it has come"])
def test_a_page_that_has_broken_its_prototypes_can_still_be_booked_from(
    context_page: Page, phone: Phone, first: bool
) -> None:
    serve(context_page, page_with_widget(head=SPITEFUL_SCRIPT if first else ""))
    widget = Widget(context_page)
    expect(widget.button).to_be_visible()
    if not first:
        context_page.add_script_tag(content=SPITEFUL_SCRIPT.removeprefix("<script>").removesuffix("</script>"))
    book(widget.open(), phone)
    assert phone.booking().when == "2026-12-05 18:00"


@pytest.fixture
def context_page(visit: Visit) -> Page:
    return visit()


def test_a_strict_policy_is_no_hindrance(visit: Visit, phone: Phone) -> None:
    page = visit()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    serve(page, page_with_widget(), STRICT)
    book(Widget(page).open(), phone)
    assert refused == []


def test_a_nonce_is_handed_on(visit: Visit) -> None:
    page = visit()
    policy = "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; connect-src 'self' http://127.0.0.1:*"
    serve(page, page_with_widget(attributes='nonce="abc"'), policy)
    Widget(page).open()


@pytest.mark.parametrize("accent", ["#7b2d26", "#ffe08a", "#777", "oklch(70% 0.2 40)", "rebeccapurple"])
def test_words_on_any_accent_can_be_read(visit: Visit, accent: str) -> None:
    page = visit()
    serve(page, page_with_widget(attributes=f'data-accent="{accent}"'))
    widget = Widget(page)
    ratio = widget.button.evaluate(
        """(button) => {
          const canvas = new OffscreenCanvas(1, 1).getContext("2d");
          const light = (color) => {
            canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((n) => n / 255)
              .map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const style = getComputedStyle(button);
          const [low, high] = [light(style.color), light(style.backgroundColor)].sort((a, b) => a - b);
          return (high + 0.05) / (low + 0.05); }"""
    )
    assert ratio >= 4.5


def test_the_theme_is_set_by_attributes_and_properties(visit: Visit) -> None:
    page = visit()
    style = "<style>tabletalk-widget { --tabletalk-surface: rgb(1, 2, 3); --tabletalk-radius: 4px }</style>"
    marks = 'data-theme="dark" data-position="left" data-label="Reserve" data-name="Chez nous"'
    serve(page, page_with_widget(head=style, attributes=marks))
    button = page.locator("tabletalk-widget").get_by_role("button", name="Reserve")
    box = button.bounding_box()
    assert box is not None
    assert box["x"] < 100
    button.click()
    panel = page.get_by_role("dialog", name="Chez nous")
    expect(panel).to_have_css("background-color", "rgb(1, 2, 3)")
    expect(panel).to_have_css("border-radius", "4px")
    expect(panel).to_have_css("color-scheme", "dark")


def test_a_link_of_the_page_opens_the_panel(visit: Visit) -> None:
    page = visit()
    serve(page, page_with_widget(body='<a href="#tabletalk">Reserve</a>', attributes='data-launcher="none"'))
    widget = Widget(page)
    expect(page.locator("tabletalk-widget")).to_have_count(1)
    expect(widget.button).to_be_hidden()
    page.get_by_role("link", name="Reserve").click()
    expect(widget.choice(DAY)).to_be_visible(timeout=ANSWER_MS)
    assert [event["name"] for event in told(page)] == ["open"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Reserve")).to_be_focused()


def test_a_language_without_words_is_answered_in_english(visit: Visit) -> None:
    page = visit()
    serve(page, page_with_widget(attributes='data-lang="pt-BR"'))
    expect(Widget(page).button).to_have_text("Book a table")


def test_the_line_twice_makes_one_button(visit: Visit) -> None:
    page = visit()
    serve(
        page, page_with_widget(body='<script src="/widget.js" data-restaurant="halyard-san-francisco" async></script>')
    )
    expect(Widget(page).button).to_be_visible()
    page.wait_for_timeout(500)
    expect(page.locator("tabletalk-widget")).to_have_count(1)


def test_what_the_widget_tells_the_page_says_nothing_of_who_it_is(visit: Visit, phone: Phone) -> None:
    page = visit()
    serve(page, page_with_widget())
    book(Widget(page).open(), phone)
    assert not re.search("Ana|Lima|" + re.escape(phone.number), str(told(page)))
