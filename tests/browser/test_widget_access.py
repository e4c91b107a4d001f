"""The widget is accessible: axe-core finds no violations in any state, at any size. It is also small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Response, Route, expect

from tests.support.phone import Phone

from .widget import ANSWER_MS, DAY, TIME, Widget, refuse

Visit = Callable[[], Page]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BEFORE_THE_CLICK, OPEN_PANEL = 4 * 1024, 15 * 1024  # bytes, compressed
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES = {"phone": (320, 640), "desktop": (1280, 800), "zoomed to 200 %": (640, 400)}


def check(widget: Widget) -> None:
    """Check the page in its current state with axe-core, in both color schemes."""
    for scheme in SCHEMES:
        widget.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # so that colors are final at once
        found = Axe().run(
            widget.page, options={"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        )
        violations = found.response["violations"]
        assert not violations, (scheme, [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in violations])


@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_in_any_state(visit: Visit, phone: Phone, size: str) -> None:
    page = visit()
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/demo")
    widget = Widget(page)
    expect(widget.button).to_be_visible()
    check(widget)
    widget.open()
    expect(widget.choice(DAY)).to_be_visible()
    check(widget)
    widget.pick("7 people or more")
    check(widget)
    widget.pick("2 people")
    widget.pick(DAY)
    expect(widget.choice(TIME)).to_be_visible(timeout=ANSWER_MS)
    check(widget)
    widget.pick("Start over")
    check(widget)
    widget.pick("Keep it")
    page.route("**/messages", refuse)
    widget.pick(TIME)
    expect(widget.choice("Remove")).to_be_visible()
    check(widget)
    page.unroute("**/messages")
    widget.pick("Try again")
    widget.expect_asked("Your name")
    check(widget)
    widget.type("Ana Lima")
    widget.expect_asked("Your mobile number")
    widget.type(phone.number)
    widget.expect_asked("Six-digit code")
    check(widget)
    widget.box.fill(phone.wait_for_code())
    expect(widget.card).to_be_visible(timeout=ANSWER_MS)
    check(widget)
    widget.pick("Cancel booking")
    expect(widget.choice("Undo")).to_be_visible(timeout=ANSWER_MS)
    check(widget)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert widget.panel.locator(".scroller").evaluate("thread => thread.scrollWidth - thread.clientWidth") == 0


def test_what_can_be_pressed_is_large_enough_for_a_finger(visit: Visit) -> None:
    page = visit()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/demo")
    widget = Widget(page).open()
    expect(widget.choice(DAY)).to_be_visible()
    boxes = widget.panel.get_by_role("button").evaluate_all(
        "buttons => buttons.filter(b => b.checkVisibility()).map(b => [b.getBoundingClientRect(), b.ariaLabel ?? b.innerText])"
    )
    assert len(boxes) > 30
    assert [name for box, name in boxes if box["width"] < 32 or box["height"] < 32] == []


def test_a_phone_is_filled_and_the_page_behind_is_out_of_reach(visit: Visit) -> None:
    page = visit()
    page.emulate_media(reduced_motion="reduce")  # do not measure during animations
    page.set_viewport_size({"width": 390, "height": 700})
    page.goto("/demo")
    widget = Widget(page).open()
    box = widget.panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 700}
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate("['TABLETALK-WIDGET', 'BODY'].includes(document.activeElement.tagName)")
    page.set_viewport_size({"width": 1000, "height": 700})
    box = widget.panel.bounding_box()
    assert box is not None
    assert box["width"] < 420


def test_only_what_is_new_is_read_out(demo: Widget) -> None:
    demo.open()
    expect(demo.log).to_have_attribute("aria-live", "polite")
    demo.log.evaluate(
        """(log) => { window.added = [];
        new MutationObserver((changes) => { for (const change of changes) for (const node of change.addedNodes)
          if (node.parentNode === log) window.added.push(node.textContent); }).observe(log, { childList: true }); }"""
    )
    answer = demo.say("table for 2 tomorrow")
    added = demo.page.evaluate("window.added")
    assert [" ".join(text.removesuffix("Sending").split()) for text in added] == [
        "You: table for 2 tomorrow",
        f"Answer: {' '.join(answer.split())}",
    ]


def test_nothing_moves_for_who_wants_no_motion(visit: Visit) -> None:
    page = visit()
    page.emulate_media(reduced_motion="reduce")
    page.goto("/demo")
    widget = Widget(page).open()
    assert widget.panel.evaluate("panel => panel.getAnimations({ subtree: true }).length") == 0


def test_it_weighs_next_to_nothing(visit: Visit) -> None:
    page = visit()
    weights: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if "/widget" in response.url:
            assert response.headers["content-encoding"] == "gzip"
            weights[response.url] = int(response.headers["content-length"])

    page.on("response", weigh)
    page.goto("/demo")
    widget = Widget(page)
    expect(widget.button).to_be_visible()
    page.wait_for_load_state("networkidle")
    first = sum(weights.values())
    widget.open()
    opened = sum(weights.values()) - first
    print(f"\nbefore the first click {first} bytes, the open panel {opened} bytes: {weights}")
    assert 0 < first <= BEFORE_THE_CLICK
    assert 0 < opened <= OPEN_PANEL


def test_the_first_message_takes_two_round_trips(context: BrowserContext) -> None:
    """The panel with its style, then the conversation. It waits for nothing else: whatever else is requested never comes."""
    page = context.new_page()
    page.goto("/demo")
    widget = Widget(page)
    expect(widget.button).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.evaluate("localStorage.clear()")
    needed = {"GET panel.css", "GET panel.js", "POST conversations"}
    asked: list[str] = []

    def pass_needed(route: Route) -> None:
        asked.append(f"{route.request.method} {PurePosixPath(urlsplit(route.request.url).path).name}")
        if asked[-1] in needed and asked.count(asked[-1]) == 1:
            route.continue_()

    page.route("**/*", pass_needed)
    widget.open()
    assert needed <= set(asked)
    page.close()
