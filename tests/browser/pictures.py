"""Screenshots of the widget for the docs: run `python -m tests.browser.pictures http://127.0.0.1:5000` beside the service."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support import chromium
from tests.support.http import PLAIN

from .test_widget_page import SPITEFUL_STYLES
from .widget import ANSWER_MS, DAY, TIME, Widget, page_with_widget, refuse, serve

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "img"
PHONE = {"width": 390, "height": 780}
SMALL_PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 800}
_CODE = re.compile(r"(\d{6}) is your code")


class Visitor:
    """A visitor with a phone number reserved for fiction, and pages of any size."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.number = f"+1{201 + int(time.time()) % 700}5550{100 + int(time.time() * 10) % 100}"

    @contextmanager
    def page(self, size: dict[str, int], scheme: str = "light") -> Iterator[Page]:
        is_phone = size is not DESKTOP
        context = self.browser.new_context(
            base_url=self.base_url, viewport=size, color_scheme=scheme, locale="en-US",  # type: ignore[arg-type]
            timezone_id="America/New_York", device_scale_factor=2 if is_phone else 1, has_touch=is_phone,
            is_mobile=is_phone, reduced_motion="reduce",
        )  # fmt: skip
        yield context.new_page()
        context.close()

    def code(self) -> str:
        params: dict[str, str | int] = {"phone": self.number, "to": "+15550100000", "after": 0, "wait": 0}
        for _ in range(100):
            answer = httpx.get(f"{self.base_url}/simulator/api/threads", params=params, **PLAIN)
            if found := [match[1] for line in answer.json()["messages"] if (match := _CODE.match(line["text"]))]:
                return str(found[-1])
            time.sleep(0.2)
        raise SystemExit("no code came")


def snap(page: Page, name: str) -> None:
    page.wait_for_timeout(300)
    page.screenshot(path=PICTURES / f"widget-{name}.png")


def booking(visitor: Visitor, widget: Widget, shots: dict[str, str]) -> None:
    """Book a table, taking screenshots on the way. `shots` maps steps to names of screenshots."""
    step = "party and day"
    while shots:
        if name := shots.pop(step, None):
            snap(widget.page, name)
        match step:
            case "party and day":
                widget.pick(DAY)
                expect(widget.choice(TIME)).to_be_visible(timeout=ANSWER_MS)
                step = "times"
            case "times":
                widget.pick(TIME)
                widget.expect_asked("Your name")
                step = "held"
            case "held":
                widget.type("Ana Lima")
                widget.expect_asked("Your mobile number")
                widget.type(visitor.number)
                widget.expect_asked("Six-digit code")
                step = "code"
            case "code":
                widget.box.fill(visitor.code())
                expect(widget.card).to_be_visible(timeout=ANSWER_MS)
                step = "booked"


def main(base_url: str) -> None:
    """Retake all screenshots."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.installed(), args=["--no-sandbox"])
        visitor = Visitor(browser, base_url)
        with visitor.page(PHONE) as page:
            page.goto("/demo")
            booking(
                visitor, Widget(page).open(), {"party and day": "phone", "times": "times", "booked": "confirmation"}
            )
        with visitor.page(SMALL_PHONE) as page:
            page.goto("/demo")
            Widget(page).open()
            snap(page, "320")
        with visitor.page(PHONE, "dark") as page:
            page.goto("/demo")
            booking(visitor, Widget(page).open(), {"held": "dark"})
        with visitor.page(PHONE) as page:
            page.goto("/demo")
            widget = Widget(page).open()
            page.route("**/messages", refuse)
            widget.type("A table for 2 tomorrow at 7pm, please")
            expect(widget.choice("Remove")).to_be_visible()
            snap(page, "error")
        with visitor.page(DESKTOP) as page:
            page.goto("/demo")
            Widget(page).open()
            snap(page, "desktop")
        with visitor.page(DESKTOP) as page:
            serve(page, page_with_widget(head=SPITEFUL_STYLES, body="<p>Everything here is spoilt.</p>"))
            Widget(page).open()
            snap(page, "hostile-page")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
