"""Perform a step: diners send messages, time passes, others book, Twilio or a program fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

from testkit.playback.checks import Said, check_reply
from testkit.playback.clients import Client
from testkit.playback.results import Mismatch
from testkit.playback.scenario import CannotPlay, Scenario
from testkit.script.format import ANYBODY, Message, Step

_BARRIER_TIMEOUT = 30.0  # seconds until all simultaneous senders must be ready


def perform(scenario: Scenario, step: Step, rest: Sequence[Step]) -> list[Mismatch]:
    """Perform the step and return the mismatches that do not depend on later expectations, such as a missing answer.

    `rest`: the remaining steps, this one included.
    """
    if step.messages:
        return _talk(scenario, step, rest)
    for name, act in _ACTS.items():
        if getattr(step, name) is not None:
            act(scenario, step)
    return []


_Turn = tuple[Client, Message]


def _talk(scenario: Scenario, step: Step, rest: Sequence[Step]) -> list[Mismatch]:
    turns = [(scenario.named(message.phone), message) for message in step.messages]
    texts = [scenario.fill(client, message.user) for client, message in turns]
    for (client, message), text in zip(turns, texts, strict=True):
        more = f" (delivered {message.times} times)" if message.times > 1 else ""
        scenario.show(client, (text or "(a picture)") + more)
    clients = _record_answers(scenario, turns, _say_together(turns, texts))
    scenario.speaker = turns[-1][0].name
    found = _decide(scenario, step, clients)
    for client in clients:
        if not client.said.texts and not any(later.no_reply for later in checks_of(scenario, client, rest)):
            found.append(Mismatch(f"answer to {client.name}", "an answer, or no_reply in the script", "no answer"))
    return found


def _record_answers(scenario: Scenario, turns: Sequence[_Turn], answers: Sequence[Said]) -> list[Client]:
    """Merge the answers to each diner and add them to the thread. Return the diners in order of their first message."""
    clients = list({client.name: client for client, _ in turns}.values())
    for client in clients:
        own = [said for (other, _), said in zip(turns, answers, strict=True) if other.name == client.name]
        client.said = replace(own[-1], texts=tuple(text for said in own for text in said.texts))
        scenario.hear(client, client.said)
    return clients


def _say_together(turns: Sequence[_Turn], texts: Sequence[str]) -> list[Said]:
    if len(turns) == 1:
        (client, message), text = turns[0], texts[0]
        return [client.say(message, text)]
    start = Barrier(len(turns), timeout=_BARRIER_TIMEOUT)

    def say(turn: _Turn, text: str) -> Said:
        start.wait()
        return turn[0].say(turn[1], text)

    with ThreadPoolExecutor(len(turns)) as threads:
        return list(threads.map(say, turns, texts))


def _decide(scenario: Scenario, step: Step, clients: Sequence[Client]) -> list[Mismatch]:
    """Determine the winner if the step is a race, and check the losers' answers."""
    if step.winner is None:
        return []
    fill = scenario.fill
    won = [c for c in clients if not check_reply("", step.winner, c.answer_to(step.winner), partial(fill, c))]
    if len(won) != 1:
        answers = "\n".join(f"{client.name}: {client.said.text}" for client in clients)
        return [Mismatch("winner", "exactly one answer like that", f"{len(won)} of them\n{answers}")]
    lost = [client for client in clients if client is not won[0]]
    scenario.race = {"winner": won[0].name} | ({"loser": lost[0].name} if len(lost) == 1 else {})
    if step.losers is None:
        return []
    return [
        mismatch
        for client in lost
        for mismatch in check_reply(f"losers ({client.name})", step.losers, client.said, partial(fill, client))
    ]


def speakers(scenario: Scenario, step: Step, last: str | None = None) -> list[str]:
    """Return the names of the diners who send a message in a step. `last`: who spoke before it."""
    last = last or scenario.speaker
    named = [message.phone for message in step.messages] + ([step.phone] if step.repeat is not None else [])
    return [scenario.race.get(name or "", name) or last for name in named]


def checks_of(scenario: Scenario, client: Client, steps: Sequence[Step]) -> Iterator[Step]:
    """Return the steps that check a diner's current answer, which ends when the diner speaks again."""
    speaker = scenario.speaker
    for place, step in enumerate(steps):
        speaking = speakers(scenario, step, speaker)
        if place > 0 and client.name in speaking:
            return
        speaker = speaking[-1] if speaking else speaker
        looks_at = scenario.race.get(step.phone or "", step.phone) or speaker
        if looks_at == client.name or (looks_at in ANYBODY and looks_at not in scenario.race):
            yield step


def _repeat(scenario: Scenario, step: Step) -> None:
    assert step.repeat is not None
    client = scenario.named(step.phone)
    scenario.note(
        f"Twilio delivers {client.name}'s last text again" + (f", {step.repeat} times" if step.repeat > 1 else "")
    )
    client.said = client.repeat(step.repeat)
    scenario.speaker = client.name


def _pass(scenario: Scenario, step: Step) -> None:
    assert step.passes is not None
    scenario.move_clock(scenario.now() + step.passes)


def _until(scenario: Scenario, step: Step) -> None:
    assert step.until is not None
    now = scenario.now()
    at = step.until.after(now)
    if at < now:
        raise CannotPlay(f"until: expected a time to come, found {at:%a %d %b %Y %H:%M}; it is {now:%a %d %b %Y %H:%M}")
    scenario.move_clock(at)


def _given(scenario: Scenario, step: Step) -> None:
    assert step.given is not None
    scenario.give(step.given)


def _fail(scenario: Scenario, step: Step) -> None:
    assert step.failure is not None
    failure, client = step.failure, scenario.named(step.phone)
    scenario.environment.service.fail_texts(client.number, failure.code, failure.kind, failure.times)
    scenario.note(f"Twilio will have the next text to {client.name} {failure.kind}: {failure.code}")


def _down(scenario: Scenario, step: Step) -> None:
    assert step.down is not None
    scenario.take_down(step.down)


def _up(scenario: Scenario, step: Step) -> None:
    assert step.up is not None
    scenario.bring_up(step.up)


_ACTS: dict[str, Callable[[Scenario, Step], None]] = {
    "repeat": _repeat,
    "passes": _pass,
    "until": _until,
    "given": _given,
    "failure": _fail,
    "down": _down,
    "up": _up,
}
