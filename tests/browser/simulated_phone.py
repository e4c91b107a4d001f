"""A phone on the simulator's page, operated as a person would."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

ANSWER_MS = 40_000  # ten seconds for the webhook, then a late answer through the outbox
LATE = "One moment please"


class SimulatedPhone:
    """One phone on the page."""

    def __init__(self, root: Locator, number: str) -> None:
        self.root = root
        self.number = number
        self.box = root.get_by_role("textbox", name="Text message")
        self.sent = root.locator(".message[data-direction=in]:not(.pending) .bubble")
        self.answers = root.locator(".message[data-direction=out] .bubble")
        self.extras = root.get_by_text("Twilio extras")

    def type(self, text: str) -> None:
        """Send a text without waiting for the answer."""
        self.box.fill(text)
        self.box.press("Enter")

    def say(self, text: str) -> str:
        """Send a text and return the answer; if the first one only promises it, the late one."""
        before = self.answers.count()
        self.type(text)
        return self.answer(after=before)

    def answer(self, *, after: int) -> str:
        """Return the answer after the first `after` ones, once nothing is in flight."""
        newest = self.answers.nth(after)
        expect(newest).to_be_visible(timeout=ANSWER_MS)
        if newest.inner_text().startswith(LATE):
            newest = self.answers.nth(after + 1)
            expect(newest).to_be_visible(timeout=ANSWER_MS)
        self.wait_until_settled()
        return newest.inner_text()

    def wait_until_settled(self) -> None:
        """Wait until all texts have been answered and the thread matches the server's."""
        expect(self.root.locator(".typing")).to_be_hidden(timeout=ANSWER_MS)
        expect(self.root.locator(".pending")).to_have_count(0)

    def say_until(self, wanted: re.Pattern[str], text: str, replies: dict[str, str]) -> str:
        """Say `text`, then reply to each question until an answer contains the wanted words.

        `replies` maps words of a question to the reply. The first match is used.
        """
        answer = self.say(text)
        asked = []
        for _ in range(6):
            if wanted.search(answer):
                return answer
            asked.append(answer)
            fitting = [reply for words, reply in replies.items() if words.lower() in answer.lower()]
            assert fitting, f"no reply is known to any of {asked}"
            answer = self.say(fitting[0])
        raise AssertionError(f"never came to {wanted.pattern!r}: {asked}")
