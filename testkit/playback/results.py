"""Results of playing scripts: threads as a phone shows them, and where they deviated from the script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.rendering import segments
from testkit.script.loading import Script

Outcome = Literal["passed", "failed", "error"]


@dataclass(frozen=True)
class Mismatch:
    """An expectation that was not met. `is_text`: both sides are message text, so a word-by-word diff helps."""

    what: str
    expected: str
    found: str
    is_text: bool = False


@dataclass
class Line:
    """A line of a thread: `in` from the diner, `out` to the diner, `note` about other events."""

    kind: Literal["in", "out", "note"]
    diner: str
    text: str
    at: datetime
    channel: str = "sms"
    elapsed_ms: int | None = None
    by_itself: bool = False
    """Sent by the service without a preceding message."""
    is_wrong: bool = False

    @property
    def segments(self) -> int:
        """SMS segments as the carrier counts them, at least one; 0 for a chat or a note."""
        return max(1, segments(self.text)) if self.kind != "note" and self.channel == "sms" else 0


@dataclass(frozen=True)
class Failure:
    """The step that failed: its line in the file and all its mismatches."""

    line: int
    mismatches: tuple[Mismatch, ...]


@dataclass
class Coverage:
    """Names of dialogue parts, by kind."""

    intents: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    responses: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)

    def add(self, other: Coverage) -> None:
        """Merge in the names of another coverage."""
        for name, names in vars(other).items():
            getattr(self, name).update(names)


@dataclass
class Result:
    """Result of one script. `error`: why it could not be played to its end, if the cause lies outside the script."""

    script: Script
    lines: list[Line] = field(default_factory=list)
    failure: Failure | None = None
    error: str | None = None
    seconds: float = 0.0
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def outcome(self) -> Outcome:
        """`error` takes precedence over `failed`."""
        if self.error is not None:
            return "error"
        return "passed" if self.failure is None else "failed"

    @property
    def where(self) -> str:
        """File and line of the failed step, or of the script."""
        line = self.failure.line if self.failure else self.script.line
        return f"{self.script.file}:{line}"

    @property
    def sent_segments(self) -> int:
        """SMS segments sent to diners, which are the ones that cost money."""
        return sum(line.segments for line in self.lines if line.kind == "out")

    @property
    def turns_ms(self) -> list[int]:
        """Response time of each answer in milliseconds."""
        return [line.elapsed_ms for line in self.lines if line.elapsed_ms is not None]


@dataclass(frozen=True)
class Run:
    """Results of a run, in file order."""

    results: tuple[Result, ...]
    seconds: float
    left_out: int = 0
    """Number of scripts not played because an earlier one failed."""

    def count(self, outcome: Outcome) -> int:
        """Return the number of scripts with that outcome."""
        return sum(result.outcome == outcome for result in self.results)

    @property
    def is_green(self) -> bool:
        """Whether every script that was played passed."""
        return all(result.outcome == "passed" for result in self.results)

    @property
    def coverage(self) -> Coverage:
        """Combined coverage of all scripts."""
        covered = Coverage()
        for result in self.results:
            covered.add(result.coverage)
        return covered

    @property
    def sent_segments(self) -> int:
        """SMS segments sent to diners in the whole run."""
        return sum(result.sent_segments for result in self.results)


def percentile(values: Iterable[int], share: float) -> int:
    """Return the percentile (`share` from 0 to 1) of the values, or 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0
