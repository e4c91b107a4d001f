"""How well restaurants are found in texts that name them, and not in those that do not.

    python -m tests.eval.named [--blind] [--show]

Scores the open half of `tests/eval/named`, with `--blind` the blind half too, with 48, 2,170 and 20,000 restaurants, and
prints what was found by kind of text, and what it cost. `--show` prints the open texts that fail. Those of the blind half
are never shown. Needs no service.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from rich.console import Console
from rich.table import Table

from nlu.reading.places import Find, Place, PlaceIndex, find_places
from tests.eval import houses
from tests.eval.gate import Breach, read_floors
from tests.eval.houses import Houses

_FOLDER = Path(__file__).with_name("named")
HALVES = ("open", "blind")
Outcome = Literal["right", "missed", "wrong", "false"]
"""Missed: nothing was found; wrong: something else, too little or too much; false: something, where nothing is named."""


class Said(NamedTuple):
    """A text, what was asked before it, how it is said, and the restaurants that it names, in this city if it tells one."""

    text: str
    expecting: str | None
    kind: str
    names: tuple[str, ...]
    city: str | None


@dataclass(frozen=True)
class Score:
    """What came of the texts of one half, with one list of restaurants. `milliseconds` of the processor, a text each."""

    outcomes: Mapping[Said, Outcome]
    finds: Mapping[Said, Sequence[Find]]
    with_made: int
    milliseconds: Sequence[float]

    def count(self, *outcomes: Outcome, kind: str | None = None) -> int:
        """Return the number of texts, of a kind or of all, of which one of these outcomes came; of any, if none is given."""
        return sum(
            kind in (None, said.kind) and (not outcomes or came in outcomes) for said, came in self.outcomes.items()
        )

    @property
    def named(self) -> int:
        """The number of texts that name a restaurant."""
        return sum(bool(said.names) for said in self.outcomes)

    @property
    def found(self) -> float:
        """The share of the texts that name restaurants in which these and no others were found."""
        return sum(bool(said.names) and came == "right" for said, came in self.outcomes.items()) / max(1, self.named)


@dataclass(frozen=True)
class Cost:
    """What an index takes: seconds of the processor to build it, and megabytes beside the list it is built from."""

    seconds: float
    megabytes: float


def read_half(half: str) -> list[Said]:
    """Return the texts of the open or the blind half."""
    lines = (_FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Said(each["text"], each["expecting"], each["kind"], tuple(each["names"]), each.get("city"))
        for each in map(json.loads, lines)
    ]


def lists() -> dict[str, Houses]:
    """Return the lists of restaurants by what they are called; without the real collection, only the sample."""
    found = {"sample": houses.sample()}
    if real := houses.real():
        texts = [said.text for half in HALVES for said in read_half(half)]
        found |= {"real": real, "many": houses.many(real, texts)}
    return found


def outcome(said: Said, finds: Sequence[Find], places: Mapping[str, Place], made: frozenset[str]) -> Outcome:
    """Judge what was found.

    A find is one of the named restaurants, by its name, and where the text tells the city, by its house. All houses that
    cannot be told apart may stand beside it, made ones of other names too; a real restaurant of another name may not.
    """
    if not said.names:
        return "false" if finds else "right"
    if not finds:
        return "missed"
    told = [{places[slug] for slug in find.slugs if slug not in made} for find in finds]
    meant = {place.name for one in told for place in one}
    if meant != set(said.names) or not all(told):
        return "wrong"
    astray = said.city and any(place.city != said.city for one in told for place in one)
    return "wrong" if astray else "right"


def score(half: Iterable[Said], listed: Houses, index: PlaceIndex) -> Score:
    """Look for restaurants in every text that names none or only listed ones; the others cannot be told from wrong ones."""
    places = {place.slug: place for place in listed.places}
    names = {place.name for place in listed.places}
    outcomes: dict[Said, Outcome] = {}
    found: dict[Said, Sequence[Find]] = {}
    taken = []
    for said in half:
        if names.issuperset(said.names):
            begin = time.process_time()
            found[said] = find_places(index, said.text, expecting=said.expecting)
            taken.append((time.process_time() - begin) * 1e3)
            outcomes[said] = outcome(said, found[said], places, listed.made)
    with_made = sum(
        any(listed.made.intersection(find.slugs) for find in found[said])
        for said, came in outcomes.items()
        if said.names and came == "right"
    )
    return Score(outcomes, found, with_made, taken)


def build(places: Sequence[Place]) -> tuple[PlaceIndex, Cost]:
    """Build an index, twice: tracing memory takes time."""
    begin = time.process_time()
    PlaceIndex.build(places)
    seconds = time.process_time() - begin
    tracemalloc.start()
    index = PlaceIndex.build(places)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return index, Cost(seconds, size / 1e6)


def breaches(what: str, reached: Score, floors: Mapping[str, Any]) -> Iterator[Breach]:
    """Yield what is on the wrong side of the floor of found restaurants or of the ceiling of false finds."""
    if reached.found < floors["found"]:
        yield Breach(f"{what}: restaurants found", reached.found, floors["found"])
    if reached.count("false") > floors["false"]:
        yield Breach(f"{what}: found where none is named (a ceiling)", reached.count("false"), floors["false"])


def main() -> int:
    """Score, print, and hold to the floors; return 1 if one is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.eval.named", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--blind", action="store_true", help="score the blind half too; its texts are never shown")
    parser.add_argument("--show", action="store_true", help="print the open texts that fail")
    chosen = parser.parse_args()
    console = Console(width=120)
    floors = read_floors()["named"]
    listed = lists()
    if "real" not in listed:
        console.print(f"{houses.COLLECTION} is not there: only texts that name none, or one of the sample, are scored.")
    built = {name: build(each.places) for name, each in listed.items()}
    faults: list[Breach] = []
    for half in HALVES if chosen.blind else HALVES[:1]:
        said = read_half(half)
        scores = {name: score(said, each, built[name][0]) for name, each in listed.items()}
        console.print(_by_kind(half, scores, listed))
        for name, reached in scores.items():
            faults += breaches(f"{half}, {len(listed[name].places):,} restaurants", reached, floors[half])
            if chosen.show and half == "open":
                _show(console, f"{len(listed[name].places):,} restaurants", reached)
    console.print(_costs(listed, {name: cost for name, (_, cost) in built.items()}))
    for fault in faults:
        console.print(f"FAILED {fault}", style="red", highlight=False)
    return bool(faults)


def _by_kind(half: str, scores: Mapping[str, Score], listed: Mapping[str, Houses]) -> Table:
    table = Table("kind", title=f"{half}: right of texts", title_justify="left")
    for name in scores:
        table.add_column(f"{len(listed[name].places):,}", justify="right")
    kinds = dict.fromkeys(said.kind for each in scores.values() for said in each.outcomes)
    for kind in kinds:
        counts = [f"{each.count('right', kind=kind)} of {each.count(kind=kind)}" for each in scores.values()]
        table.add_row(kind, *counts)
    table.add_section()
    whole = {
        "named, right": [f"{each.found:.1%} of {each.named}" for each in scores.values()],
        "named, missed": [str(each.count("missed")) for each in scores.values()],
        "named, wrong": [str(each.count("wrong")) for each in scores.values()],
        "right, with made ones beside": [str(each.with_made) for each in scores.values()],
        "none named, false": [f"{each.count('false')} of {each.count() - each.named}" for each in scores.values()],
        "ms of the processor a text": [f"{sum(each.milliseconds) / each.count():.2f}" for each in scores.values()],
        "the slowest text, ms": [f"{max(each.milliseconds):.2f}" for each in scores.values()],
    }
    for what, values in whole.items():
        table.add_row(what, *values, style="bold")
    return table


def _costs(listed: Mapping[str, Houses], costs: Mapping[str, Cost]) -> Table:
    table = Table("restaurants", "to build, s of the processor", "index, MB")
    for name, cost in costs.items():
        table.add_row(f"{len(listed[name].places):,}", f"{cost.seconds:.2f}", f"{cost.megabytes:.1f}")
    return table


def _show(console: Console, what: str, reached: Score) -> None:
    failing = [(said, came) for said, came in reached.outcomes.items() if came != "right"]
    console.print(f"{what}: {len(failing)} texts fail", style="bold")
    for said, came in failing:
        found = Counter(f"{find.name} x{len(find.slugs)} ({find.evidence})" for find in reached.finds[said])
        meant = " + ".join(said.names) + (f", {said.city}" if said.city else "")
        line = f"  {came}: {said.text!r} ({said.kind}, asked: {said.expecting}) {meant or 'none'} <- {', '.join(found)}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
