"""What a provider does to texts at random: it fails, before or after it has taken them, hangs, and reports as it likes."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx
from twilio.request_validator import RequestValidator

from tests.support.http import PLAIN


class Trouble(NamedTuple):
    """A failure response: HTTP status and Twilio's error code. Status 0: the connection is cut.

    `takes`: the text is accepted nevertheless, and only the response is wrong. `retry_after`: seconds, as a header.
    `hangs`: seconds until the response.
    """

    status: int
    code: int = 0
    takes: bool = False
    retry_after: int | None = None
    hangs: float = 0.0


OPTED_OUT = Trouble(400, 21610)
_TROUBLES = (
    Trouble(500, 20500, takes=True),
    Trouble(0, takes=True),
    Trouble(0),
    Trouble(503, 20503),
    Trouble(429, 20429, retry_after=2),
    Trouble(201, takes=True, hangs=15),
)
_MOST_TROUBLES = 2  # for one text, whose pauses would grow beyond the test


@dataclass
class Mischief:
    """Draws from a seed what happens to each text. `share`: of the attempts, those that fail."""

    token: str
    share: float = 0.3
    undelivered: float = 0.0
    seed: int = 1
    troubles: Counter[str] = field(default_factory=Counter)
    reports: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._lock = threading.Lock()
        self._suffered: Counter[tuple[str, str]] = Counter()

    def draw(self, form: dict[str, str]) -> Trouble | None:
        """Return what happens to this attempt, or None if nothing does. Numbers that end in 13 have opted out."""
        with self._lock:
            if form["To"].endswith("13"):
                return self._counted(OPTED_OUT)
            key = (form["To"], form["Body"])
            if self._random.random() > self.share or self._suffered[key] >= _MOST_TROUBLES:
                return None
            self._suffered[key] += 1
            return self._counted(self._random.choice(_TROUBLES))

    def _counted(self, trouble: Trouble) -> Trouble:
        told = {0: "cut", 201: "hangs"}.get(trouble.status, str(trouble.code))
        self.troubles[told + (", taken" if trouble.takes else "")] += 1
        return trouble

    def report(self, text: dict[str, str]) -> None:
        """Report the delivery of a text: late, out of order, and some of it twice."""
        with self._lock:
            ends = "undelivered" if self._random.random() < self.undelivered else "delivered"
            told = ["sent", ends, *self._random.choices([ends, "sent"], k=self._random.randint(0, 1))]
            self._random.shuffle(told)
            due = sorted(self._random.uniform(0, 6) for _ in told)
        for seconds, status in zip(due, told, strict=True):
            _later(seconds, lambda status=status: self._post(text, status))  # type: ignore[misc]

    def _post(self, text: dict[str, str], status: str) -> None:
        form = {"MessageSid": text["sid"], "MessageStatus": status}
        if status == "undelivered":
            form["ErrorCode"] = "30003"
        signature = RequestValidator(self.token).compute_signature(text["StatusCallback"], form)
        try:
            answer = httpx.post(
                text["StatusCallback"], data=form, headers={"X-Twilio-Signature": signature}, timeout=15, **PLAIN
            )
            self.reports[f"{status}: {answer.status_code}"] += 1
        except httpx.HTTPError as error:
            self.reports[f"{status}: {type(error).__name__}"] += 1


def _later(seconds: float, what: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, what)
    timer.daemon = True
    timer.start()
