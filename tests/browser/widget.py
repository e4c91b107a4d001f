"""The chat widget on a restaurant's page, operated as a visitor would."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, Request, Route, expect

ANSWER_MS = 40_000
SLUG = "brasserie-tournesol-new-york"  # a sample restaurant: open every day, no closures, parties of up to twelve
NAME = "Brasserie Tournesol"
DAY = "Saturday, December 5, 2026"
TIME = "6:00 PM"
SENDING = re.compile(r"/api/chat/conversations/[0-9a-f-]+/messages$")

Event = dict[str, Any]


class Widget:
    """The button and the panel on one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.button = page.locator("tabletalk-widget").get_by_role("button", name="Book a table")
        self.panel = page.get_by_role("dialog", name=re.compile(f"{NAME}|Table bookings"))
        self.box = self.panel.get_by_role("textbox")
        self.log = self.panel.get_by_role("log")
        self.said = self.log.locator(".mine .bubble")
        self.answers = self.log.locator(".theirs .bubble")
        self.card = self.panel.get_by_role("region", name="Your table is booked")

    def open(self) -> Widget:
        """Open the panel."""
        self.button.click()
        expect(self.answers.first).to_be_visible(timeout=ANSWER_MS)
        return self

    def choice(self, name: str) -> Locator:
        """Return the button of an offered option."""
        return self.panel.get_by_role("button", name=name, exact=True)

    def pick(self, name: str) -> None:
        """Click an offered option."""
        self.choice(name).click(timeout=ANSWER_MS)

    def expect_asked(self, name: str) -> None:
        """Wait until the input line asks for this."""
        expect(self.panel.get_by_role("textbox", name=name, exact=True)).to_be_visible(timeout=ANSWER_MS)

    def type(self, text: str) -> None:
        """Send a text without waiting."""
        self.box.fill(text)
        self.box.press("Enter")

    def say(self, text: str) -> str:
        """Send a text and return the answer."""
        before = self.answers.count()
        self.type(text)
        expect(self.answers.nth(before)).to_be_visible(timeout=ANSWER_MS)
        self.wait_until_settled()
        return self.answers.last.inner_text()

    def wait_until_settled(self) -> None:
        """Wait until all texts have been answered."""
        expect(self.log.locator("[data-state=sending]")).to_have_count(0, timeout=ANSWER_MS)
        expect(self.panel.locator(".typing")).to_be_hidden(timeout=ANSWER_MS)


def page_with_widget(head: str = "", body: str = "", attributes: str = "") -> str:
    """A restaurant's page with the one line that embeds the widget."""
    line = f'<script src="/widget.js" data-restaurant="{SLUG}" {attributes} async></script>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A restaurant</title>{head}{line}</head>'
        f"<body><main><h1>A restaurant</h1>{body}</main></body></html>"
    )


def serve(page: Page, html: str, policy: str | None = None, path: str = "/its-page") -> None:
    """Open a page of the restaurant, with the Content-Security-Policy it sends."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    if policy:
        headers["Content-Security-Policy"] = policy
    page.route(f"**{path}", lambda route: route.fulfill(body=html, headers=headers))
    page.goto(path)


class Sendings:
    """Messages that a page sends to the conversation. They can be blocked."""

    def __init__(self, page: Page) -> None:
        self.keys: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        if request.method == "POST" and SENDING.search(request.url):
            self.keys.append(request.headers["idempotency-key"])


def refuse(route: Route) -> None:
    """Block all messages."""
    if route.request.method == "POST":
        route.abort()
    else:
        route.fallback()


def listen(page: Page) -> None:
    """Record the events that the widget dispatches to the page, from before it is loaded."""
    page.add_init_script(
        """window.told = []; window.presses = 0;
        for (const name of ["open", "booked", "changed", "cancelled"])
          window.addEventListener(`tabletalk:${name}`, (event) => (window.told[window.told.length] = { name, ...event.detail }));
        window.addEventListener("pointerdown", () => (window.presses += 1), true);"""
    )


def told(page: Page) -> list[Event]:
    """Return the events that the widget has dispatched to the page."""
    events: list[Event] = page.evaluate("window.told")
    return events
