"""Report of a load test: outcomes by goal, response times, and the threads of diners who got stuck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import TextIO

from rich.console import Console
from rich.table import Table

from testkit.invariants import Breach
from testkit.load_test.conversation import Exchange
from testkit.load_test.runner import Course

_MAX_THREADS = 10  # printed; a file gets all of them


def share_of_dead_ends(courses: Sequence[Course]) -> float:
    """Return the share (0 to 1) of dead ends among the diners who did not leave on their own."""
    stayed = [course for course in courses if course.outcome != "left"]
    return sum(course.outcome == "dead end" for course in stayed) / len(stayed) if stayed else 0.0


def unanswered(courses: Sequence[Course]) -> int:
    """Return the number of messages without a reply."""
    return sum(exchange.reply is None for course in courses for exchange in course.exchanges)


def show(console: Console, courses: Sequence[Course], breaches: Sequence[Breach] | None) -> None:
    """Print the report. `breaches` is None if the invariants were not checked."""
    table = Table("goal", "diners", "reached", "refused", "dead end", "left", "messages", title="Diners")
    goals = sorted({course.diner.goal.kind for course in courses})
    for goal in goals:
        _add_goal(table, goal, [course for course in courses if course.diner.goal.kind == goal])
    _add_goal(table, "all", courses)
    console.print(table)
    _show_replies(console, courses)
    _show_dead_ends(console, courses)
    _show_breaches(console, breaches)


def _show_replies(console: Console, courses: Sequence[Course]) -> None:
    exchanges = [exchange for course in courses for exchange in course.exchanges]
    waits = sorted(exchange.seconds for exchange in exchanges if not exchange.error)
    if waits:
        p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
        console.print(
            f"{len(exchanges)} messages; reply after {median(waits) * 1000:.0f} ms (median), {p95 * 1000:.0f} ms (95 of 100), "
            f"{waits[-1] * 1000:.0f} ms (slowest)"
        )
    late = [exchange for exchange in exchanges if exchange.promised]
    kept = sum(exchange.reply is not None for exchange in late)
    console.print(f"unanswered: {unanswered(courses)}; promised for later: {len(late)}, of which {kept} came")


def _show_dead_ends(console: Console, courses: Sequence[Course]) -> None:
    stuck = [course for course in courses if course.outcome == "dead end"]
    for why, count in Counter(course.why.partition(":")[0] for course in stuck).most_common():
        console.print(f"dead end, {count}x: {why}", markup=False)
    for course in stuck[:_MAX_THREADS]:
        console.print(thread(course), markup=False, highlight=False)


def _show_breaches(console: Console, breaches: Sequence[Breach] | None) -> None:
    if breaches is None:
        console.print("invariants: not checked, the service's database is not at hand")
    elif not breaches:
        console.print("invariants: all hold")
    for breach in breaches or ():
        console.print(f"BROKEN: {breach.rule}: {breach.what}", markup=False, highlight=False)


def _add_goal(table: Table, name: str, courses: Sequence[Course]) -> None:
    counts = Counter(course.outcome for course in courses)
    wanted = len(courses) - counts["left"]
    reached = [len(course.exchanges) for course in courses if course.outcome == "reached"]
    messages = f"{sum(reached) / len(reached):.1f}" if reached else "-"
    share = f"{counts['reached']} ({100 * counts['reached'] / wanted:.1f} %)" if wanted else "-"
    others = (str(counts["refused"]), str(counts["dead end"]), str(counts["left"]))
    table.add_row(name, str(len(courses)), share, *others, messages)


def thread(course: Course) -> str:
    """Format a conversation, with the diner's goal above it and the outcome below."""
    diner, desired = course.diner, course.diner.goal.desired
    head = (
        f"--- diner {diner.number}, {diner.phone}, {diner.name}, {diner.persona.channel}: {diner.goal.kind}, "
        f"{desired.restaurant.name} ({desired.restaurant.city}), {desired.starts_at:%a %Y-%m-%d %H:%M}, party of {desired.party}"
    )
    end = f"    {course.outcome}" + (f": {course.why}" if course.why else "")
    if diner.desired != desired:
        now = diner.desired
        end += f" (by then {now.restaurant.name}, {now.starts_at:%a %Y-%m-%d %H:%M}, party of {now.party})"
    lines = [line for exchange in course.exchanges for line in (f"> {exchange.said}", *_reply_lines(exchange))]
    return "\n".join([head, *lines, end])


def _reply_lines(exchange: Exchange) -> list[str]:
    if exchange.reply is None:
        return [f"    (no answer{': ' + exchange.error if exchange.error else ''})"]
    late = ["    (promised, and late)"] if exchange.promised else []
    return [*late, *(f"    {line}" for line in exchange.reply.text.splitlines())]


def write_threads(file: TextIO, courses: Sequence[Course]) -> None:
    """Write all threads to a file."""
    for course in courses:
        file.write(thread(course) + "\n\n")
