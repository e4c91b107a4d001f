"""Threads that were opened while every field of the state was a slot of its own: they go on with the one slot `state`."""

from __future__ import annotations

from typing import Any

_FIELDS = [
    "restaurant",
    "city",
    "cuisine",
    "street",
    "sought",
    "listed",
    "found",
    "refused",
    "refused_cuisines",
    "party_size",
    "date",
    "time",
    "name",
    "phone",
    "notes",
    "area",
    "features",
    "hold",
    "reservation",
    "pending",
    "errand",
    "code_is_void",
    "talked_of",
    "said_last",
    "misses",
    "touched_at",
    "is_unsure",
    "before",
    "replied_to",
]
_RENAMED = {"task": "task", "choices": "choices", "task_has_target": "has_target", **{name: name for name in _FIELDS}}


def migrated(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a tracker's events, oldest first, as they would be had `state` been its slot from the beginning."""
    old = [event for event in events if event.get("event") == "slot" and event.get("name") in _RENAMED]
    if not old:
        return events
    kept = [event for event in events if event.get("event") != "slot" or event.get("name") not in _RENAMED]
    if any(event.get("event") == "slot" and event.get("name") == "state" for event in kept):
        return kept
    state = state_of({event["name"]: event["value"] for event in old})
    return [*kept, {"event": "slot", "timestamp": events[-1].get("timestamp"), "name": "state", "value": state}]


def state_of(slots: dict[str, Any]) -> dict[str, Any]:
    """Return the slot `state` for the slots that there were, as JSON."""
    state = {_RENAMED[name]: value for name, value in slots.items() if value is not None}
    if state.get("task") == "booking":
        state["task"] = "book"
    state["choices"] = [{"label": each["label"], "fills": each["slots"]} for each in state.get("choices", ())]
    return state
