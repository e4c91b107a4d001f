"""The gate's numbers as tables in a terminal and as JSON."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.eval.scoring import Result

_MOST_CONFUSIONS = 15


def show(console: Console, result: Result, taken: Sequence[float], busy: float, *, verbose: bool) -> None:
    """Print what was reached; with `verbose`, every utterance that was not understood whole."""
    entities = Table("entity", "labels", "precision", "recall", "overlap F1", "exact F1", "value right")
    for kind, counts in sorted(result.entities.items(), key=lambda item: -item[1].labels):
        o, x = counts.overlap, counts.exact
        numbers = (o.precision, o.recall, o.f1, x.f1, counts.value_accuracy)
        entities.add_row(kind, str(counts.labels), *(f"{number:.3f}" for number in numbers))
    whole, exact = result.over_all("overlap"), result.over_all("exact")
    in_all = (whole.precision, whole.recall, whole.f1, exact.f1)
    entities.add_row("all", str(whole.right + whole.missed), *(f"{number:.3f}" for number in in_all), "", style="bold")
    console.print(entities)
    intents = Table("intent", "utterances", "precision", "recall", "F1")
    for name, score in sorted(result.intents.items(), key=lambda item: -(item[1].right + item[1].missed)):
        shares = (score.precision, score.recall, score.f1)
        intents.add_row(name, str(score.right + score.missed), *(f"{share:.3f}" for share in shares))
    console.print(intents)
    confused = Table("meant", "taken for", "times")
    for (meant, mistaken), times in result.confusions.most_common(_MOST_CONFUSIONS):
        confused.add_row(meant, mistaken, str(times))
    console.print(confused)
    if verbose:
        console.print("Read wrongly:", style="bold")
        for line in result.wrong:
            console.print(f"  {line}", markup=False, highlight=False)
    for what, value in as_json(result, taken, busy)["whole"].items():
        console.print(f"{what:32} {value}", highlight=False)


def as_json(result: Result, taken: Sequence[float], busy: float) -> dict[str, Any]:
    """The numbers for the report."""
    return {
        "whole": {
            "utterances": result.utterances,
            "understood whole": round(result.understood / max(1, result.utterances), 3),
            "intents right": round(result.intent_accuracy, 3),
            "restaurants found": round(result.houses.recall, 3),
            "reading, ms p50": round(statistics.median(taken), 2),
            "reading, ms p95": round(statistics.quantiles(taken, n=20)[-1], 2),
            "reading, ms of the processor": round(busy, 2),
        },
        "entities": {
            kind: {
                "labels": counts.labels,
                "precision": round(counts.overlap.precision, 3),
                "recall": round(counts.overlap.recall, 3),
                "overlap_f1": round(counts.overlap.f1, 3),
                "exact_f1": round(counts.exact.f1, 3),
                "value_accuracy": round(counts.value_accuracy, 3),
            }
            for kind, counts in sorted(result.entities.items())
        },
        "intents": {
            name: {
                "precision": round(score.precision, 3), "recall": round(score.recall, 3), "f1": round(score.f1, 3),
            }
            for name, score in sorted(result.intents.items())
        },
        "confusions": [[meant, mistaken, times] for (meant, mistaken), times in result.confusions.most_common()],
        "wrong": result.wrong,
    }  # fmt: skip
