"""Threads that were opened while every field of the state was a slot of its own: they go on with the one slot `state`."""

from __future__ import annotations

from typing import Any

_KEPT = (
    "task", "choices", "restaurant", "city", "cuisine", "street", "sought", "listed", "found", "refused",
    "refused_cuisines", "party_size", "date", "time", "name", "phone", "notes", "area", "features", "hold",
    "reservation", "pending", "errand", "code_is_void", "talked_of", "said_last", "misses", "touched_at",
    "is_unsure", "before", "replied_to",
)  # fmt: skip
_RENAMED = {"task_has_target": "has_target", **{name: name for name in _KEPT}}
_SEATING = ("area", "features")


def migrated(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a tracker's events, oldest first, as they would be had `state` been its slot from the beginning."""
    kept = [event for event in events if _slot(event) not in _RENAMED]
    if len(kept) == len(events) or any(_slot(event) == "state" for event in kept):
        return kept
    state = _state_of({event["name"]: event["value"] for event in events if _slot(event) in _RENAMED})
    if before := state.get("before"):
        state["before"] = {**_seating_of(before["code"], events), **before}
    return [*kept, {"event": "slot", "timestamp": events[-1].get("timestamp"), "name": "state", "value": state}]


def _slot(event: dict[str, Any]) -> str | None:
    """Return the name of the slot that an event sets, if it sets one."""
    return event.get("name") if event.get("event") == "slot" else None


def _seating_of(code: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return where the party of a booking asked to sit: what the slots held when the message came that booked it.

    The turn that books a table clears them, and `before` did not tell it.
    """
    slots: dict[str, Any] = {}
    as_found: dict[str, Any] = {}
    for event in events:
        if event.get("event") == "user":
            as_found = dict(slots)
        elif name := _slot(event):
            slots[name] = event["value"]
            if slots.get("reservation") == code:
                return {name: as_found[name] for name in _SEATING if as_found.get(name)}
    return {}


def _state_of(slots: dict[str, Any]) -> dict[str, Any]:
    """Return the slot `state` for the slots that there were, as JSON."""
    state = {_RENAMED[name]: value for name, value in slots.items() if value is not None}
    if state.get("task") == "booking":
        state["task"] = "book"
    state["choices"] = [{"label": each["label"], "fills": each["slots"]} for each in state.get("choices", ())]
    return state
