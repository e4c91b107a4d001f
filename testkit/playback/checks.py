"""Compare results with what a script expects. Pure functions: nothing here calls the service."""

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
"""Replaces placeholders such as `{code}` and `{phone}` with the values of this run."""


@dataclass(frozen=True)
class Said:
    """The bot's texts, with choices as numbered lines. `expects`: what it asked for, as in the chat API."""

    texts: tuple[str, ...] = ()
    expects: str | None = None
    elapsed_ms: int = 0

    @property
    def text(self) -> str:
        """All texts, one per line."""
        return "\n".join(self.texts)

    @property
    def choices(self) -> list[str]:
        """Labels of the choices, in order."""
        return [label.strip() for text in self.texts for _, label in _CHOICE.findall(text)]


def check_reply(what: str, reply: Reply, said: Said, fill: Fill) -> list[Mismatch]:
    """Return every mismatch between an answer and what is expected of it."""
    found = [*_check_wording(what, reply, said.text, fill), *_check_segments(what, reply, said)]
    found += _check_choices(what, reply, said, fill)
    if reply.expects is not None and reply.expects != (said.expects or "nothing"):
        found.append(Mismatch(f"{what}.expects", reply.expects, said.expects or "nothing"))
    return found


def _check_segments(what: str, reply: Reply, said: Said) -> Iterator[Mismatch]:
    for text in said.texts:
        if reply.segments is not None and segments(text) > reply.segments:
            found = f"{segments(text)} ({len(text)} characters)"
            yield Mismatch(f"{what}.segments", f"{reply.segments} at most", found)


def _check_choices(what: str, reply: Reply, said: Said, fill: Fill) -> Iterator[Mismatch]:
    if reply.choices is None:
        return
    wanted = [fill(choice) for choice in reply.choices]
    if wanted != said.choices:
        yield Mismatch(
            f"{what}.choices", " | ".join(wanted) or "none", " | ".join(said.choices) or "none", is_text=True
        )


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
    """Collapse whitespace, so that line breaks in a script do not matter."""
    return " ".join(text.split())


def fits_reservation(wanted: ExpectedReservation, row: dict[str, Any], fill: Fill) -> bool:
    """Return whether a reservation matches."""
    return _wanted_facts(wanted, fill) == _actual_facts(wanted, row)


def check_reservation(
    what: str, wanted: ExpectedReservation, rows: Sequence[dict[str, Any]], fill: Fill
) -> list[Mismatch]:
    """Check that one of a diner's reservations matches."""
    if any(fits_reservation(wanted, row, fill) for row in rows):
        return []
    found = _format_all([_actual_facts(wanted, row) for row in rows])
    return [Mismatch(what, _format(_wanted_facts(wanted, fill)), found)]


def check_reservations(
    wanted: Sequence[ExpectedReservation], rows: Sequence[dict[str, Any]], fill: Fill
) -> list[Mismatch]:
    """Check that a diner has exactly these reservations, counting the confirmed ones and any status that `wanted` names."""
    statuses = {"confirmed", *(each.status for each in wanted)}
    counted = [row for row in rows if row["status"] in statuses]
    if len(counted) == len(wanted) and all(
        fits_reservation(each, row, fill) for each, row in zip(wanted, counted, strict=True)
    ):
        return []
    expected = _format_all([_wanted_facts(each, fill) for each in wanted])
    return [Mismatch("reservations", expected, _format_all([_summary(row) for row in counted]))]


def _wanted_facts(wanted: ExpectedReservation, fill: Fill) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name in ("status", *sorted(wanted.model_fields_set - {"status"})):
        value = getattr(wanted, name)
        if isinstance(value, datetime):
            value = f"{value:%Y-%m-%d %H:%M}"
        elif isinstance(value, tuple):
            value = sorted(value)
        elif isinstance(value, str):
            value = fill(value)
        facts[name] = value
    return facts


def _actual_facts(wanted: ExpectedReservation, row: dict[str, Any]) -> dict[str, Any]:
    """The row's values for the expected fields. A value that satisfies the expectation is replaced by the expected one."""
    names = {"status", *wanted.model_fields_set}
    summary = _summary(row)
    facts = {name: summary[name] for name in summary if name in names}
    if wanted.restaurant in (row["restaurant"]["slug"], row["restaurant"]["name"]):
        facts["restaurant"] = wanted.restaurant
    if wanted.notes and wanted.notes.casefold() in summary["notes"].casefold():
        facts["notes"] = wanted.notes
    return facts


def _summary(row: dict[str, Any]) -> dict[str, Any]:
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
    """Check the outbox: it contains the one expected text, or exactly the texts of a list."""
    if isinstance(wanted, ExpectedText):
        good = any(_fits_text(wanted, row, fill, clock) for row in rows)
        wanted = (wanted,)
    else:
        good = len(wanted) == len(rows) and all(
            _fits_text(each, row, fill, clock) for each, row in zip(wanted, rows, strict=True)
        )
    if good:
        return []
    expected = [each.model_dump(by_alias=True, exclude_unset=True, mode="json") for each in wanted]
    actual = [
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
    return [Mismatch("outbox", _format_all(expected), _format_all(actual))]


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


def _format(facts: dict[str, Any]) -> str:
    values = {name: ", ".join(value) if isinstance(value, list) else value for name, value in facts.items()}
    return ", ".join(f"{name}: {value}" for name, value in values.items())


def _format_all(rows: Sequence[dict[str, Any]]) -> str:
    return "\n".join(_format(row) for row in rows) or "none"
