"""The blind set's utterances: which act is taken for which, and which effects nobody wished for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import yaml
from rich.console import Console
from rich.table import Table

from dialogue.reasons import Reason, reason_for
from tests.eval.reading import Reader

_UTTERANCES = Path(__file__).parent / "blind" / "utterances.yml"
_EFFECTS = ("change", "cancel")


class Told(NamedTuple):
    """An utterance, what was asked before it (None: nothing), the act that it is, and the acts read."""

    text: str
    asked: str | None
    act: str
    acts: dict[str, float]


def read_blind(reader: Reader) -> list[Told]:
    """Have the service read every utterance."""
    said = yaml.safe_load(_UTTERANCES.read_text(encoding="utf-8"))["utterances"]
    asked = [None if each["asked"] == "nothing" else each["asked"] for each in said]
    return [
        Told(each["text"], expects, each["act"], reader.acts(each["text"], expects))
        for each, expects in zip(said, asked, strict=True)
    ]


def right(told: Iterable[Told]) -> dict[str, tuple[int, int]]:
    """Return how often each act was the likeliest of those read, and how often it was said."""
    counts: dict[str, list[int]] = {}
    for one in told:
        count = counts.setdefault(one.act, [0, 0])
        acts = _as_written(one.acts)
        count[0] += max(acts, key=lambda name: acts[name], default=None) == one.act
        count[1] += 1
    return {act: (good, all_of) for act, (good, all_of) in sorted(counts.items())}


def _as_written(acts: dict[str, float]) -> dict[str, float]:
    """Return the acts as the blind set names them: it was written before machines' texts became an act of their own."""
    aside = acts.get("aside", 0.0) + acts.get("machine", 0.0)
    return {name: share for name, share in acts.items() if name != "machine"} | ({"aside": aside} if aside else {})


def effects(told: Iterable[Told]) -> Counter[str]:
    """Return how often a booked table would be changed or canceled, wished for or not, where nothing was asked."""
    counted: Counter[str] = Counter()
    for one in told:
        for effect in _EFFECTS if one.asked is None else ():
            reason = reason_for(effect, one.acts)
            if one.act == effect:
                counted[f"{effect}, wished: {reason.value}"] += 1
            elif reason is Reason.CERTAIN:
                counted[f"{effect}, not wished: {reason.value}"] += 1
    return counted


def show_blind(console: Console, told: list[Told]) -> None:
    """Print the score."""
    table = Table("act", "right", "of", title="Blind utterances")
    for act, (good, all_of) in right(told).items():
        table.add_row(act, str(good), str(all_of))
    console.print(table)
    for what, count in sorted(effects(told).items()):
        console.print(f"{count:4} {what}", highlight=False)
