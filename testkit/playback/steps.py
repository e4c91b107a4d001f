"""What happens in a step: somebody speaks, time passes, others book, Twilio or a program fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

from testkit.playback.checks import Said, check_reply
from testkit.playback.clients import Talker
from testkit.playback.results import Mismatch
from testkit.playback.scenario import CannotPlay, Stage
from testkit.script.format import ANYBODY, Message, Step

_TOGETHER_WITHIN = 30.0  # seconds in which all who speak at once must have drawn breath


def happen(stage: Stage, step: Step, rest: Sequence[Step]) -> list[Mismatch]:
    """Let the step happen; `rest`: the steps from this one on. Gives what is wrong with the answers whatever is expected."""
    if step.messages:
        return _talk(stage, step, rest)
    for name, act in _ACTS.items():
        if getattr(step, name) is not None:
            act(stage, step)
    return []


def _talk(stage: Stage, step: Step, rest: Sequence[Step]) -> list[Mismatch]:
    turns = [(stage.named(message.phone), message) for message in step.messages]
    words = [stage.fill(talker, message.user) for talker, message in turns]
    for (talker, message), said in zip(turns, words, strict=True):
        more = f" (delivered {message.times} times)" if message.times > 1 else ""
        stage.show(talker, (said or "(a picture)") + more)
    answers = _said_together(turns, words)
    talkers = list(dict.fromkeys(talker.name for talker, _ in turns))
    for name in talkers:
        own = [said for (talker, _), said in zip(turns, answers, strict=True) if talker.name == name]
        talker = stage.talkers[name]
        talker.said = replace(own[-1], texts=tuple(text for said in own for text in said.texts))
        stage.hear(talker, talker.said)
    stage.speaker = turns[-1][0].name
    found = _decide(stage, step, [stage.talkers[name] for name in talkers])
    for name in talkers:
        may_be_silent = any(later.no_reply for later in checks_of(stage, stage.talkers[name], rest))
        if not stage.talkers[name].said.texts and not may_be_silent:
            found.append(Mismatch(f"answer to {name}", "an answer, or no_reply in the script", "no answer"))
    return found


def _said_together(turns: Sequence[tuple[Talker, Message]], words: Sequence[str]) -> list[Said]:
    if len(turns) == 1:
        (talker, message), said = turns[0], words[0]
        return [talker.say(message, said)]
    start = Barrier(len(turns), timeout=_TOGETHER_WITHIN)

    def say(turn: tuple[Talker, Message], said: str) -> Said:
        start.wait()
        return turn[0].say(turn[1], said)

    with ThreadPoolExecutor(len(turns)) as threads:
        return list(threads.map(say, turns, words))


def _decide(stage: Stage, step: Step, talkers: Sequence[Talker]) -> list[Mismatch]:
    """Who has won the race, if it is one."""
    if step.winner is None:
        return []
    fill = stage.fill
    won = [t for t in talkers if not check_reply("", step.winner, t.answer_to(step.winner), partial(fill, t))]
    if len(won) != 1:
        told = "\n".join(f"{talker.name}: {talker.said.text}" for talker in talkers)
        return [Mismatch("winner", "exactly one answer like that", f"{len(won)} of them\n{told}")]
    lost = [talker for talker in talkers if talker is not won[0]]
    stage.race = {"winner": won[0].name} | ({"loser": lost[0].name} if len(lost) == 1 else {})
    if step.losers is None:
        return []
    return [
        mismatch
        for talker in lost
        for mismatch in check_reply(f"losers ({talker.name})", step.losers, talker.said, partial(fill, talker))
    ]


def speakers(stage: Stage, step: Step, last: str | None = None) -> list[str]:
    """The diners whose messages reach the service in a step; `last`: who spoke before it."""
    last = last or stage.speaker
    named = [message.phone for message in step.messages] + ([step.phone] if step.repeat is not None else [])
    return [stage.race.get(name or "", name) or last for name in named]


def checks_of(stage: Stage, talker: Talker, steps: Sequence[Step]) -> Iterator[Step]:
    """The steps, from the first on, that look at a diner's present answer: until the diner speaks again."""
    speaker = stage.speaker
    for place, step in enumerate(steps):
        speaking = speakers(stage, step, speaker)
        if place > 0 and talker.name in speaking:
            return
        speaker = speaking[-1] if speaking else speaker
        looks_at = stage.race.get(step.phone or "", step.phone) or speaker
        if looks_at == talker.name or (looks_at in ANYBODY and looks_at not in stage.race):
            yield step


def _repeat(stage: Stage, step: Step) -> None:
    assert step.repeat is not None
    talker = stage.named(step.phone)
    stage.note(
        f"Twilio delivers {talker.name}'s last text again" + (f", {step.repeat} times" if step.repeat > 1 else "")
    )
    talker.said = talker.repeat(step.repeat)
    stage.speaker = talker.name


def _pass(stage: Stage, step: Step) -> None:
    assert step.passes is not None
    stage.move_clock(stage.now() + step.passes)


def _until(stage: Stage, step: Step) -> None:
    assert step.until is not None
    now = stage.now()
    at = step.until.after(now)
    if at < now:
        raise CannotPlay(f"until: expected a time to come, found {at:%a %d %b %Y %H:%M}; it is {now:%a %d %b %Y %H:%M}")
    stage.move_clock(at)


def _given(stage: Stage, step: Step) -> None:
    assert step.given is not None
    stage.give(step.given)


def _fail(stage: Stage, step: Step) -> None:
    assert step.failure is not None
    failure, talker = step.failure, stage.named(step.phone)
    stage.around.service.fail_texts(talker.number, failure.code, failure.kind, failure.times)
    stage.note(f"Twilio will have the next text to {talker.name} {failure.kind}: {failure.code}")


def _down(stage: Stage, step: Step) -> None:
    assert step.down is not None
    stage.take_down(step.down)


def _up(stage: Stage, step: Step) -> None:
    assert step.up is not None
    stage.bring_up(step.up)


_ACTS: dict[str, Callable[[Stage, Step], None]] = {
    "repeat": _repeat,
    "passes": _pass,
    "until": _until,
    "given": _given,
    "failure": _fail,
    "down": _down,
    "up": _up,
}
