"""Run the diners of a load test in parallel and judge each by their reservations at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from testkit.load_test.conversation import Exchange, line_for
from testkit.load_test.diner import Diner
from testkit.load_test.replies import plain
from testkit.load_test.restaurants import read_restaurants
from testkit.phone_numbers import NumbersExhausted
from testkit.playback.scenario import Environment
from testkit.service import Service, ServiceError

Outcome = Literal["reached", "refused", "left", "dead end"]
_MAX_PARALLEL = 500  # diners who talk at the same time


@dataclass
class Course:
    """One diner's conversation, reservations and outcome."""

    diner: Diner
    exchanges: list[Exchange] = field(default_factory=list)
    reservations: list[dict[str, Any]] = field(default_factory=list)
    outcome: Outcome = "reached"
    why: str = ""


def gather(environment: Environment, diners: int, seed: int) -> list[Diner]:
    """Draw the diners of a seed, each with a phone number that is new to the service.

    Raises:
        ServiceError: the service does not answer, has no restaurants, or no unused numbers are left.
    """
    now = datetime.fromisoformat(environment.service.config()["now"])
    restaurants = read_restaurants(environment.service)
    if not restaurants:
        raise ServiceError("the service has no restaurants to book")
    made = [Diner.draw(seed, number, restaurants, now) for number in range(diners)]
    for diner in made:
        try:
            diner.phone = environment.numbers.draw()
        except NumbersExhausted as error:
            raise ServiceError(str(error)) from None
    return made


def run(
    service: Service,
    diners: Sequence[Diner],
    seconds: float,
    *,
    stopped: threading.Event,
    on_end: Callable[[Course], None] = lambda _: None,
) -> list[Course]:
    """Let the diners arrive within `seconds` and talk until they are done. `on_end` is called for each result.

    Once `stopped` is set, no diner sends another message.
    """
    our_number = service.config()["numbers"][0]["number"]
    begin = time.monotonic()

    def dine(diner: Diner) -> Course:
        stopped.wait(max(0.0, begin + diner.arrives * seconds - time.monotonic()))
        course = Course(diner)
        if not stopped.is_set():
            try:
                _talk(diner, service, our_number, course, stopped)
                course.reservations = service.reservations(diner.phone)
            except ServiceError as error:
                diner.dead_end = f"the service failed: {error}"
        course.outcome, course.why = judge(diner, course.reservations, stopped=stopped.is_set())
        return course

    by_arrival = sorted(diners, key=lambda diner: diner.arrives)
    with ThreadPoolExecutor(min(len(by_arrival), _MAX_PARALLEL)) as pool:
        jobs = [pool.submit(dine, diner) for diner in by_arrival]
        courses = []
        for job in as_completed(jobs):
            courses.append(job.result())
            on_end(courses[-1])
    return sorted(courses, key=lambda course: course.diner.number)


def _talk(diner: Diner, service: Service, our_number: str, course: Course, stopped: threading.Event) -> None:
    line = line_for(diner, service, our_number)
    course.exchanges = line.exchanges
    messages, has_paused = diner.begin(), False
    while messages and not stopped.is_set():
        reply = line.say(messages)
        messages = diner.hear(reply)
        if messages:
            stopped.wait(diner.pause + (0 if has_paused else diner.persona.long_pause))
            has_paused = True


def judge(diner: Diner, reservations: Sequence[dict[str, Any]], *, stopped: bool = False) -> tuple[Outcome, str]:
    """Return the outcome for a diner, given the reservations of their phone, and the reason for a dead end."""
    if diner.dead_end:
        return "dead end", diner.dead_end
    if diner.has_left or stopped:
        return "left", ""
    if why := _shortfall(diner, reservations):
        return "dead end", why
    return ("refused" if diner.was_refused else "reached"), ""


def _shortfall(diner: Diner, reservations: Sequence[dict[str, Any]]) -> str:
    """Return why the reservations are not what they should be; empty if they are."""
    confirmed = [one for one in reservations if one["status"] == "confirmed"]
    if diner.was_refused:
        return f"{len(confirmed)} reservations" if len(confirmed) > 1 else ""
    if diner.goal.kind in ("ask", "book and cancel"):
        is_done = diner.goal.kind == "ask" or any(one["status"] == "cancelled" for one in reservations)
        return "" if is_done and not confirmed else f"{len(confirmed)} reservations stand, none should"
    if len(confirmed) != 1:
        return f"{len(confirmed)} reservations stand, one should"
    wrong = differences(diner, confirmed[0])
    return f"booked otherwise than said: {wrong}" if wrong else ""


def differences(diner: Diner, reservation: dict[str, Any]) -> str:
    """Describe how a reservation differs from what the diner wants; empty if it does not."""
    desired = diner.desired
    found = {
        "restaurant": (reservation["restaurant"]["slug"], desired.restaurant.slug),
        "start": (datetime.fromisoformat(reservation["starts_at"]), desired.starts_at),
        "party": (reservation["party_size"], desired.party),
    }
    if not diner.persona.slips and plain(diner.name) not in plain(reservation["diner_name"]):
        found["name"] = (reservation["diner_name"], diner.name)
    return ", ".join(f"{what} {has}, not {wanted}" for what, (has, wanted) in found.items() if has != wanted)
