"""HTML report of a run: every thread as chat bubbles, response times, cost, and dialogue coverage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from testkit.playback.results import Mismatch, Run, percentile
from testkit.reports.coverage import everything
from testkit.reports.differences import Pieces, compared

_ORDER = {"error": 0, "failed": 1, "passed": 2}


@dataclass(frozen=True)
class Part:
    """One kind of dialogue part, and which of them the scripts covered."""

    name: str
    covered: list[str]
    missing: list[str]

    @property
    def total(self) -> int:
        """Number of parts, covered or not."""
        return len(self.covered) + len(self.missing)


def parts_of(run: Run) -> list[Part]:
    """Return intents, rules, actions, responses and engine errors, each split into covered and missing."""
    met, there = vars(run.coverage), vars(everything())
    names = {
        "intents": "Intents",
        "rules": "Rules",
        "actions": "Actions",
        "responses": "Responses",
        "errors": "Engine errors",
    }
    return [
        Part(title, sorted(there[name] & met[name]), sorted(there[name] - met[name])) for name, title in names.items()
    ]


def write_html(run: Run, path: Path, *, price: float) -> None:
    """Write the page. `price`: US dollars per outgoing segment.

    Raises:
        OSError: the file cannot be written.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    waited = [ms for result in run.results for ms in result.turns_ms]
    facts = [
        ("Failed", run.count("failed")),
        ("Could not be played", run.count("error")),
        ("Not played", run.left_out),
        ("Took", f"{run.seconds:.1f} s"),
        ("Answers", len(waited)),
        ("Median answer", f"{percentile(waited, 0.5)} ms"),
        ("95 % within", f"{percentile(waited, 0.95)} ms"),
        ("Slowest", f"{max(waited, default=0)} ms"),
        ("Segments sent", run.sent_segments),
        ("Cost", f"{run.sent_segments * price:.2f} USD"),
    ]
    page = environment.get_template("report.html.jinja").render(
        run=run,
        results=sorted(run.results, key=lambda result: _ORDER[result.outcome]),
        facts=facts,
        price=price,
        parts=parts_of(run),
        pieces=_pieces,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def _pieces(mismatch: Mismatch) -> tuple[Pieces, Pieces]:
    if mismatch.is_text:
        return compared(mismatch.expected, mismatch.found)
    return [(mismatch.expected, False)], [(mismatch.found, False)]
