"""Holding what was found against what a script expects; nothing here talks to the service."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rendering import segments
from testkit.playback.results import Mismatch
from testkit.script.expectations import NAMES, ExpectedReservation, ExpectedText, OutboxTexts, Reply, Wording

_CHOICE = re.compile(r"^(\d+) (.+)$", re.MULTILINE)
_ANY = "…"
Fill = Callable[[str], str]
"""Puts codes and numbers of this run where a script has `{code}` or `{phone}`."""


@dataclass(frozen=True)
class Said:
    """Texts of the bot, choices as numbered lines; `expects`: what it asked for, in the chat API's words."""

    texts: tuple[str, ...] = ()
    expects: str | None = None
    elapsed_ms: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    @property
    def choices(self) -> list[str]:
        return [label.strip() for text in self.texts for _, label in _CHOICE.findall(text)]


def check_reply(what: str, reply: Reply, said: Said, fill: Fill) -> list[Mismatch]:
    """What of an answer is not as expected."""
    found = list(_check_wording(what, reply, said.text, fill))
    if reply.segments is not None:
        found += [
            Mismatch(f"{what}.segments", f"{reply.segments} at most", f"{segments(text)} ({len(text)} characters)")
            for text in said.texts
            if segments(text) > reply.segments
        ]
    if reply.choices is not None and [fill(choice) for choice in reply.choices] != said.choices:
        wanted = " | ".join(fill(choice) for choice in reply.choices)
        found.append(Mismatch(f"{what}.choices", wanted or "none", " | ".join(said.choices) or "none", is_text=True))
    if reply.expects is not None and reply.expects != (said.expects or "nothing"):
        found.append(Mismatch(f"{what}.expects", reply.expects, said.expects or "nothing"))
    return found


def _check_wording(what: str, wording: Wording, text: str, fill: Fill) -> Iterator[Mismatch]:
    plain = _plain(text)
    if wording.exact is not None:
        wanted = _plain(fill(wording.exact))
        if not re.fullmatch(".*".join(re.escape(part.strip(" ")) for part in wanted.split(_ANY)), plain, re.DOTALL):
            yield Mismatch(what, wanted, plain, is_text=True)
    for words in wording.contains:
        if _plain(fill(words)).casefold() not in plain.casefold():
            yield Mismatch(f"{what}.contains", _plain(fill(words)), plain)
    for words in wording.lacks:
        if _plain(fill(words)).casefold() in plain.casefold():
            yield Mismatch(f"{what}.not", f"no {_plain(fill(words))!r}", plain)
    for pattern in wording.regex:
        if not re.search(NAMES.sub(lambda name: re.escape(fill(name[0])), pattern.pattern), text):
            yield Mismatch(f"{what}.regex", pattern.pattern, plain)


def _plain(text: str) -> str:
    """The text with every break and gap as one space: where a script's lines are broken is its own affair."""
    return " ".join(text.split())


def fits_reservation(wanted: ExpectedReservation, row: dict[str, Any], fill: Fill) -> bool:
    """Whether a reservation is as expected."""
    return _told(wanted, fill) == _seen(wanted, row)


def check_reservation(
    what: str, wanted: ExpectedReservation, rows: Sequence[dict[str, Any]], fill: Fill
) -> list[Mismatch]:
    """Whether one of a diner's reservations is as expected."""
    if any(fits_reservation(wanted, row, fill) for row in rows):
        return []
    return [Mismatch(what, _in_words(_told(wanted, fill)), _all_in_words([_seen(wanted, row) for row in rows]))]


def check_reservations(
    wanted: Sequence[ExpectedReservation], rows: Sequence[dict[str, Any]], fill: Fill
) -> list[Mismatch]:
    """Whether a diner's reservations are exactly those expected, of all statuses that are spoken of."""
    spoken_of = {"confirmed", *(each.status for each in wanted)}
    counted = [row for row in rows if row["status"] in spoken_of]
    if len(counted) == len(wanted) and all(
        fits_reservation(each, row, fill) for each, row in zip(wanted, counted, strict=True)
    ):
        return []
    told = _all_in_words([_told(each, fill) for each in wanted])
    return [Mismatch("reservations", told, _all_in_words([_brief(row) for row in counted]))]


def _told(wanted: ExpectedReservation, fill: Fill) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name in ("status", *sorted(wanted.model_fields_set - {"status"})):
        value = getattr(wanted, name)
        if isinstance(value, datetime):
            value = f"{value:%Y-%m-%d %H:%M}"
        elif isinstance(value, tuple):
            value = sorted(value)
        elif isinstance(value, str):
            value = fill(value)
        told[name] = value
    return told


def _seen(wanted: ExpectedReservation, row: dict[str, Any]) -> dict[str, Any]:
    """The row's values of what is spoken of, equal to the expected ones where they are as good as those."""
    names = {"status", *wanted.model_fields_set}
    brief = _brief(row)
    seen = {name: brief[name] for name in brief if name in names}
    if wanted.restaurant in (row["restaurant"]["slug"], row["restaurant"]["name"]):
        seen["restaurant"] = wanted.restaurant
    if wanted.notes and wanted.notes.casefold() in brief["notes"].casefold():
        seen["notes"] = wanted.notes
    return seen


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": row["status"],
        "restaurant": row["restaurant"]["name"],
        "starts_at": f"{datetime.fromisoformat(row['starts_at']):%Y-%m-%d %H:%M}",
        "party_size": row["party_size"],
        "name": row["diner_name"] or "",
        "notes": row["notes"] or "",
        "tables": sorted(row["tables"]),
        "channel": row["channel"],
    }


def check_outbox(wanted: OutboxTexts, rows: Sequence[dict[str, Any]], fill: Fill, clock: datetime) -> list[Mismatch]:
    """Whether texts are as expected: one is among them, or those of a list are all there are."""
    if isinstance(wanted, ExpectedText):
        good = any(_fits_text(wanted, row, fill, clock) for row in rows)
        wanted = (wanted,)
    else:
        good = len(wanted) == len(rows) and all(
            _fits_text(each, row, fill, clock) for each, row in zip(wanted, rows, strict=True)
        )
    if good:
        return []
    told = [each.model_dump(by_alias=True, exclude_unset=True, mode="json") for each in wanted]
    seen = [
        {
            "kind": row["kind"],
            "status": row["status"],
            "delivery": row["delivery"] or "none",
            "due_at": _local(row["due_at"], clock),
            "error": row["error"] or "none",
            "text": row["text"],
        }
        for row in rows
    ]
    return [Mismatch("outbox", _all_in_words(told), _all_in_words(seen))]


def _fits_text(wanted: ExpectedText, row: dict[str, Any], fill: Fill, clock: datetime) -> bool:
    return (
        wanted.kind in (None, row["kind"])
        and wanted.status in (None, row["status"])
        and wanted.delivery in (None, row["delivery"])
        and (wanted.due_at is None or f"{wanted.due_at:%Y-%m-%d %H:%M}" == _local(row["due_at"], clock))
        and (wanted.error is None or wanted.error in (row["error"] or ""))
        and not list(_check_wording("", wanted, row["text"], fill))
    )


def _local(instant: str, clock: datetime) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(clock.tzinfo):%Y-%m-%d %H:%M}"


def _in_words(facts: dict[str, Any]) -> str:
    told = {name: ", ".join(value) if isinstance(value, list) else value for name, value in facts.items()}
    return ", ".join(f"{name}: {value}" for name, value in told.items())


def _all_in_words(rows: Sequence[dict[str, Any]]) -> str:
    return "\n".join(_in_words(row) for row in rows) or "none"
