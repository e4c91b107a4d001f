"""What came of scripts: threads as a phone shows them, and where they went another way than expected."""

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
    """Something expected that was not so. `text`: both are words of one text, so that comparing them word by word helps."""

    what: str
    expected: str
    found: str
    is_text: bool = False


@dataclass
class Line:
    """A line of a thread: `in` from the diner, `out` to the diner, `note` about what happened around them."""

    kind: Literal["in", "out", "note"]
    diner: str
    text: str
    at: datetime
    channel: str = "sms"
    elapsed_ms: int | None = None
    by_itself: bool = False
    """sent by the service of its own accord"""
    is_wrong: bool = False

    @property
    def segments(self) -> int:
        """SMS segments that the carrier counts, one at least; none for a chat or a note."""
        return max(1, segments(self.text)) if self.kind != "note" and self.channel == "sms" else 0


@dataclass(frozen=True)
class Failure:
    """The step that failed: its line in the file, and everything in it that was not as expected."""

    line: int
    mismatches: tuple[Mismatch, ...]


@dataclass
class Coverage:
    """Parts of the dialogue by name."""

    intents: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    actions: set[str] = field(default_factory=set)
    responses: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)

    def add(self, other: Coverage) -> None:
        for name, names in vars(other).items():
            getattr(self, name).update(names)


@dataclass
class Result:
    """What came of one script. `error`: it could not be played to its end, for a reason outside of it."""

    script: Script
    lines: list[Line] = field(default_factory=list)
    failure: Failure | None = None
    error: str | None = None
    seconds: float = 0.0
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def outcome(self) -> Outcome:
        if self.error is not None:
            return "error"
        return "passed" if self.failure is None else "failed"

    @property
    def where(self) -> str:
        """File and line of what failed, or of the script."""
        line = self.failure.line if self.failure else self.script.line
        return f"{self.script.file}:{line}"

    @property
    def sent_segments(self) -> int:
        """SMS segments that we pay for: those to diners."""
        return sum(line.segments for line in self.lines if line.kind == "out")

    @property
    def turns_ms(self) -> list[int]:
        """How long diners waited for each answer, in milliseconds."""
        return [line.elapsed_ms for line in self.lines if line.elapsed_ms is not None]


@dataclass(frozen=True)
class Run:
    """What came of all scripts of a run, in the order of their files."""

    results: tuple[Result, ...]
    seconds: float
    left_out: int = 0
    """scripts that were not played, since an earlier one failed"""

    def count(self, outcome: Outcome) -> int:
        return sum(result.outcome == outcome for result in self.results)

    @property
    def is_green(self) -> bool:
        return all(result.outcome == "passed" for result in self.results)

    @property
    def coverage(self) -> Coverage:
        covered = Coverage()
        for result in self.results:
            covered.add(result.coverage)
        return covered

    @property
    def sent_segments(self) -> int:
        return sum(result.sent_segments for result in self.results)


def percentile(values: Iterable[int], share: float) -> int:
    """The value that a share of all values does not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0
