"""Fixtures for browser tests: the simulator's page, and pages with the chat widget, in a headless browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.support.phone import new_number
from tests.support.running import Stack

from .simulated_phone import SimulatedPhone
from .widget import Widget, listen


@pytest.fixture
def context(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A separate browser profile for each test, so that no phones are remembered."""
    fresh = browser.new_context(base_url=stack.base_url, locale="en-US", timezone_id="America/New_York")
    fresh.grant_permissions(["local-network-access"])  # pages that a test fakes count as external
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """The simulator's page. Any error in its console fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto("/simulator")
    expect(page.get_by_role("button", name="Add phone")).to_be_enabled()
    yield page
    assert complaints == []


@pytest.fixture
def add_phone(page: Page) -> Callable[[], SimulatedPhone]:
    """Add a phone with a number of its own to the page."""

    def add() -> SimulatedPhone:
        number = new_number()
        page.get_by_label("Number of a new phone").fill(number)
        page.get_by_role("button", name="Add phone").click()
        root = page.locator(f'[data-number="{number}"]')
        expect(root).to_be_visible()
        return SimulatedPhone(root, number)

    return add


@pytest.fixture
def visit(context: BrowserContext) -> Iterator[Callable[[], Page]]:
    """Tabs of one visitor. Any console error fails the test, except failed connections."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def new() -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{error}\n{error.stack}"))
        page.on("console", note)
        listen(page)
        return page

    yield new
    assert complaints == []


@pytest.fixture
def demo(visit: Callable[[], Page]) -> Widget:
    """The widget on the page of the fictional restaurant."""
    page = visit()
    page.goto("/demo")
    return Widget(page)
