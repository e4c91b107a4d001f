"""The simulator's page in a headless browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.phone import new_number
from tests.support.running import Stack

from .simulated_phone import SimulatedPhone


@pytest.fixture
def context(browser: Browser, stack: Stack) -> Iterator[BrowserContext]:
    """A browser profile of its own for each test, so that no phones are remembered."""
    fresh = browser.new_context(base_url=stack.base_url, locale="en-US", timezone_id="America/New_York")
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """The simulator's page; whatever it complains about in the console fails the test."""
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
    """Add a phone to the page, with a number of its own."""

    def add() -> SimulatedPhone:
        number = new_number()
        page.get_by_label("Number of a new phone").fill(number)
        page.get_by_role("button", name="Add phone").click()
        root = page.locator(f'[data-number="{number}"]')
        expect(root).to_be_visible()
        return SimulatedPhone(root, number)

    return add
