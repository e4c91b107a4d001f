"""Write a recorded thread as a script. The expectations are exact; testers loosen them by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from booking_engine.restaurants.import_format import RestaurantLine
from deploy.stack.run import SAMPLES
from testkit.recording.masking import Mask
from testkit.recording.recorded import Arrived, Heard, Recording
from testkit.script.fixtures import Restaurant

_A_MINUTE = timedelta(minutes=1)  # a shorter pause is typing time
_LONG_PAUSE = timedelta(hours=1)
_MAX_NAME = 60  # characters of a test case's name
_ANY = "…"
_SIX_DIGITS = re.compile(r"(?<![\d.])\d{6}(?!\d)")
_NYC = ZoneInfo("America/New_York")
_HEAD = """\
# Recorded. Names, numbers and codes are replaced; read it all the same before you share it.
# The answers are exact: keep what matters (contains, regex, expects), and let the rest go.
"""

_ClockStep = tuple[datetime, dict[str, Any]]
"""The time after a step that moves the clock, and the step."""


class _Line(dict[str, Any]):
    """A mapping that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """Indents lists below their key, writes lists of scalars and `_Line`s on one line, and keeps line breaks in texts."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _write_list(dumper: _Dumper, items: list[Any]) -> yaml.Node:
    is_flat = all(isinstance(item, str | int) for item in items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=is_flat)


def _write_line(dumper: _Dumper, line: _Line) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", line, flow_style=True)


def _write_text(dumper: _Dumper, words: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", words, style="|" if "\n" in words else None)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(list, _write_list)
_Dumper.add_representer(_Line, _write_line)


def as_script(recording: Recording, name: str = "") -> str:
    """Return the YAML of a script file with one test case. `name` defaults to the diner's first words."""
    return _HEAD + yaml.dump(
        _Writer(recording).file(name), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110
    )


class _Writer:
    """Builds the content of the script file, with personal data masked."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        began = recording.events[0].at.replace(microsecond=0).astimezone(recording.zone())
        self._began = began.astimezone(timezone(began.utcoffset() or timedelta(0)))
        restaurants = [part for r in recording.restaurants for part in (r["name"], r["address"]["city"])]
        self._mask = Mask(recording.phone, restaurants)
        for name in (recording.signed_in_as, *(row["diner_name"] for row in self._rows())):
            self._mask.learn_name(name or "")
        for event in recording.heard:
            self._mask.learn(event.text, event.expected)

    def _rows(self) -> list[dict[str, Any]]:
        return [*self._recording.given, *self._recording.reservations]

    def file(self, name: str) -> dict[str, Any]:
        """Return the content of the file."""
        recording = self._recording
        own = [short for line in recording.restaurants if (short := _short(line)) is not None]
        first = next(recording.heard, None)
        steps = list(self._steps())
        case: dict[str, Any] = {
            "test_case": name or self._mask.apply(first.text if first else "nothing was said")[:_MAX_NAME],
            "clock": self._began.isoformat(),
        }
        if recording.channel != "sms":
            case["channel"] = recording.channel
        if diner := self._diner():
            case["phones"] = {"diner": diner}
        if recording.given:
            case["given"] = {"reservations": [self._booked(row, _notes(row)) for row in recording.given]}
        return ({"restaurants": own} if own else {}) | {"test_cases": [case | {"steps": steps}]}

    def _diner(self) -> dict[str, str]:
        recording = self._recording
        diner: dict[str, str] = {}
        pattern = _number_pattern(recording.phone)
        if pattern:
            diner["number"] = pattern
        if recording.to:
            diner["to" if recording.channel == "sms" else "restaurant"] = recording.to
        if recording.signed_in_as:
            diner["signed_in_as"] = self._mask.apply(recording.signed_in_as)
        return diner

    def _steps(self) -> Iterator[dict[str, Any]]:
        recording = self._recording
        if recording.greeting:
            yield {"bot": "\n".join(recording.greeting)}
        now = self._began
        for place, event in enumerate(recording.events):
            following = recording.events[place + 1].at if place + 1 < len(recording.events) else None
            moved = self._until(event, now) if isinstance(event, Arrived) else self._pause(event, now)
            if moved is not None:
                now, step = moved
                yield step
            if isinstance(event, Arrived):
                yield {"arrives": _SIX_DIGITS.sub("{sms_code}", self._said((event.text,), following))}
            else:
                yield self._message(event, following)
        yield {"reservations": [self._booked(row, _status(row)) for row in recording.reservations]}

    def _pause(self, event: Heard, now: datetime) -> _ClockStep | None:
        """Return the step for the diner's pause before a message, or None for a pause too short to matter."""
        pause = event.at - now
        if pause >= _LONG_PAUSE:
            return self._move_to(event.at.replace(second=0, microsecond=0))
        if pause < _A_MINUTE:
            return None
        minutes = pause // _A_MINUTE
        return now + minutes * _A_MINUTE, {"pass": f"{minutes} minute{'s' if minutes != 1 else ''}"}

    def _until(self, event: Arrived, now: datetime) -> _ClockStep | None:
        """Return the step that lets a text arrive. It rounds up to the full minute, so that the text is due by then."""
        minute = event.at.replace(second=0, microsecond=0)
        if minute < event.at:
            minute += _A_MINUTE
        return self._move_to(minute) if minute > now else None

    def _move_to(self, minute: datetime) -> _ClockStep:
        # A script's clock keeps its initial UTC offset.
        return minute, {"until": f"{minute.astimezone(self._began.tzinfo):%Y-%m-%d %H:%M}"}

    def _message(self, event: Heard, following: datetime | None) -> dict[str, Any]:
        said = (
            "{sms_code}" if event.is_phone_code else self._with_code(self._mask.apply(event.text), event.at, "{code}")
        )
        step: dict[str, Any] = {"user": said}
        if event.media:
            step["media"] = event.media
        if event.opt_out_type:
            step["opt_out_type"] = event.opt_out_type
        if event.answer:
            step["bot"] = self._said(event.answer, following)
        elif event.answer is not None:
            step["no_reply"] = True
        return step

    def _said(self, texts: tuple[str, ...], following: datetime | None) -> str:
        return self._with_code(self._mask.apply("\n".join(texts)), following, _ANY)

    def _with_code(self, text: str, until: datetime | None, otherwise: str) -> str:
        """Replace codes: with {code} for the reservation that it means in a script at that time, else with `otherwise`."""
        rows = [row for row in self._known() if until is None or _moment(row["confirmed_at"]) < until]
        standing = [r for r in rows if r["cancelled_at"] is None or (until and _moment(r["cancelled_at"]) >= until)]
        newest = (standing or rows)[-1]["code"] if rows else None
        for row in self._known():
            text = re.sub(rf"\b{row['code']}\b", "{code}" if row["code"] == newest else otherwise, text, flags=re.I)
        return text

    def _known(self) -> list[dict[str, Any]]:
        return [row for row in self._recording.reservations if row["code"]]

    def _booked(self, row: dict[str, Any], more: dict[str, Any]) -> _Line:
        booked = {
            "restaurant": row["restaurant"]["slug"],
            "starts_at": f"{_moment(row['starts_at']):%Y-%m-%d %H:%M}",
            "party_size": row["party_size"],
            "name": self._mask.apply(row["diner_name"] or ""),
        }
        return _Line(booked | more)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _status(row: dict[str, Any]) -> dict[str, str]:
    return {} if row["status"] == "confirmed" else {"status": row["status"]}


def _notes(row: dict[str, Any]) -> dict[str, str]:
    return {"notes": row["notes"]} if row["notes"] else {}


def _number_pattern(phone: str | None) -> str | None:
    """Return a pattern for numbers in the same area as the diner's, so in the same time zone; None if any number will do."""
    area = re.fullmatch(r"\+1(\d{3})\d{7}", phone or "")
    if phone is None or (area and Recording("sms", phone, []).zone() == _NYC):
        return None
    return f"+1{area[1]}55501xx" if area else phone[:-5] + "xxxxx"


@cache
def _samples() -> dict[str, RestaurantLine]:
    with SAMPLES.open(encoding="utf-8") as lines:
        read = [RestaurantLine.model_validate_json(line) for line in lines]
    return {line.slug: line for line in read}


def _short(document: dict[str, Any]) -> dict[str, Any] | None:
    """Return the restaurant in the short form of script files, or None if it is a sample that every service has."""
    line = RestaurantLine.model_validate(document)
    if _samples().get(line.slug) == line:
        return None
    plain = line.model_dump(mode="json", exclude_defaults=True)
    basics = {"name": line.name, "slug": line.slug, "city": line.address.city, "timezone": line.timezone}
    # The short form has its own defaults for these, so they are written even if the restaurant has none.
    explicit = {"phone": line.phone, "turn_times": plain.get("turn_times", [])}
    short = {**basics, **plain, **explicit}
    for name in ("address", "policy"):
        if name in short:
            short[name] = _Line(short[name])
    for name in ("service_periods", "tables", "turn_times", "combinations", "closures"):
        short[name] = [_Line(part) for part in short.get(name, [])]
    short = {name: value for name, value in short.items() if value or name in explicit}
    assert set(short) <= set(Restaurant.model_fields)
    return short
