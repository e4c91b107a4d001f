"""A headless browser, and the simulator's page in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from .simulated_phone import SimulatedPhone, unused_number


class Stack(Protocol):
    """The running processes, as the `stack` fixture gives them."""

    @property
    def base_url(self) -> str: ...

    @property
    def sms_number(self) -> str: ...


def _chromium() -> str | None:
    if given := os.environ.get("CHROMIUM"):
        return given
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium of the system (or the one that CHROMIUM names)."""
    path = _chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: install the package chromium or set CHROMIUM to its path")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--headless=new", *quiet])
        yield chromium
        chromium.close()


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
        number = unused_number()
        page.get_by_label("Number of a new phone").fill(number)
        page.get_by_role("button", name="Add phone").click()
        root = page.locator(f'[data-number="{number}"]')
        expect(root).to_be_visible()
        return SimulatedPhone(root, number)

    return add
