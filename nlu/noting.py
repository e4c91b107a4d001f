"""Which words of a message are for the restaurant's staff: they are kept as the diner wrote them, from clause to clause.

A message is cut into clauses. Those that tell of the table itself, its restaurant, day, time and party, part the others into
runs; a run is judged as a whole by the learned model, and by its clauses, and kept as a whole: a list stays one list, and a
reason stays with what it is the reason for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import dropwhile
from typing import NamedTuple

from nlu import lexicon
from nlu.clauses import Acts, Judge, Part, clauses, sentences
from nlu.lexicon import COMMON
from nlu.reading.message import Message

_WORDS = lexicon.words("notes")
_CLEAR, _SURE, _RATHER, _POSSIBLE, _HARDLY = 0.75, 0.55, 0.35, 0.25, 0.1
_OF_TABLE = frozenset(
    ("restaurant", "date", "time", "party_size", "tables", "city", "cuisine", "street", "phone", "code", "first_name", "last_name")
)  # fmt: skip
_NOT_FOR_STAFF = ("aside", "machine")
_ENOUGH = ("opt_out", "forget")
_WANTS = ("book", "change", "cancel", "undo", "show")
_TOLD_ONCE = {
    "date": ("date",),
    "time": ("time",),
    "party_size": ("party_size",),
    "number": ("party_size", "time"),
    "cuisine": ("restaurant", "cuisine"),
}
"""Entities, and what stands in their stead where they are only a part of a note."""
_ELSE = frozenset((*_NOT_FOR_STAFF, *_ENOUGH, *_WANTS, "ask"))
_KINDS_OF_REQUEST = 2
_AROUND = " \t\r\n,;:-\u2013\u2014/"


class Read(NamedTuple):
    """A message as it was read where nothing was asked, and the parts of it that tell of the table, with their kinds."""

    message: Message
    told: Sequence[tuple[str, Part]]
    acts: Acts
    judge: Judge

    @property
    def text(self) -> str:
        """The message, as the diner wrote it."""
        return self.message.text

    def clauses(self, part: Part) -> Iterator[Part]:
        """Cut a part into its clauses."""
        return clauses(self.text, part, [Part(span.start, span.end) for span in self.message.spans()])

    def details(self, part: Part) -> list[tuple[str, Part]]:
        """Return what a part tells of the table."""
        return [(kind, at) for kind, at in self.told if at.start < part.end and part.start < at.end]

    def has(self, part: Part, *kinds: str) -> bool:
        """Whether such entities are in a part."""
        return any(span.entity in kinds and part.start <= span.start < part.end for span in self.message.spans())

    def is_common(self, part: Part) -> bool:
        """Whether all that no reader has claimed of a part are common words."""
        return all(word in COMMON or word.rstrip("s") in COMMON for word in self.left(part))

    def left(self, part: Part) -> list[str]:
        """Return the words of a part that no reader has claimed."""
        tokens = self.message.tokens
        inside = (place for place, token in enumerate(tokens) if part.start <= token.start < part.end)
        return [tokens[at].word for at in inside if tokens[at].kind == "word" and not self.message.taken(at)]

    def words(self, part: Part) -> list[str]:
        """Return all words of a part."""
        return [
            token.word for token in self.message.tokens if part.start <= token.start < part.end and token.kind == "word"
        ]

    def acts_of(self, part: Part) -> Acts:
        """Return what a part does; in a message that tells of a table nothing is meant for somebody else."""
        acts = self.judge(*part)
        if len({kind for kind, _ in self.told}) < _KINDS_OF_REQUEST:
            return acts
        rest = 1 - _weight(_NOT_FOR_STAFF, acts)
        return {act: share / rest for act, share in acts.items() if act not in _NOT_FOR_STAFF}

    def note(self, part: Part) -> float:
        """Return how likely a part is for the staff."""
        return self.acts_of(part).get("note", 0.0)

    def may_tell(self, part: Part) -> bool:
        """Whether it is worth asking if a part that tells of the table is for the staff too; most are not."""
        is_likely = self.acts.get("note", 0.0) >= _RATHER
        return is_likely or not self.is_common(part) or self.has(part, "diet", "occasion")


def find_notes(message: Message, told: Sequence[tuple[str, Part]], acts: Acts, judge: Judge) -> list[Part]:
    """Return the parts of a message that the staff is to have, in its order.

    `told`: all entities, as they were read after what was asked. `acts`: those of the whole message.
    """
    if _weight(_NOT_FOR_STAFF, acts) >= _SURE or _weight(_ENOUGH, acts) >= _POSSIBLE:
        return []
    read = Read(message, [(kind, at) for kind, at in told if kind in _OF_TABLE], acts, judge)
    if not _may_have_notes(read):
        return []
    kinds = {kind for kind, _ in read.told}
    is_all = acts.get("note", 0.0) >= _SURE and (len(kinds) == 1 or kinds.isdisjoint(("restaurant", "date")))
    kept = [Part(0, len(message.text.rstrip()))] if is_all else _of_sentences(read)
    return [_without_leading(read, part) for part in kept if not _is_carried(read, part)]


def _may_have_notes(read: Read) -> bool:
    """Whether the whole bears out at least a little what a sentence may look like by itself; beside a table, or what
    somebody eats, it need not."""
    return bool(read.told) or read.acts.get("note", 0.0) >= _HARDLY or read.has(Part(0, len(read.text)), "diet")


def _without_leading(read: Read, part: Part) -> Part:
    """Leave the words out that only join a note to what was said before: "and also he can't eat nuts"."""
    inside = (token for token in read.message.tokens if part.start <= token.start < part.end)
    first = next((token for token in inside if token.kind == "word" and token.word not in _WORDS.leading), None)
    return Part(first.start, part.end) if first else part


def _of_sentences(read: Read) -> list[Part]:
    kept: list[Part] = []
    for sentence in sentences(read.text):
        if _continues(read, kept, sentence):
            kept[-1] = Part(kept[-1].start, sentence.end)
            continue
        kept.extend(_of_sentence(read, sentence))
    return _joined(read.text, kept)


def is_all_for_staff(message: Message, notes: Sequence[Part], acts: Acts) -> bool:
    """Return whether a message does nothing but tell these notes."""
    rest = [
        (place, token.word)
        for place, token in enumerate(message.tokens)
        if token.kind != "other" and not _is_inside(Part(token.start, token.end), notes)
    ]
    tells_more = any(message.taken(place) or word not in COMMON for place, word in rest)
    wants = _weight(_WANTS, acts) >= _SURE or acts.get("ask", 0.0) >= _RATHER
    return bool(notes) and not tells_more and not wants


def beside_notes(told: Sequence[tuple[str, Part]], notes: Sequence[Part]) -> list[bool]:
    """Return for each entity whether it counts for the table: not where a note holds it, and another of its kind stands beside.

    In "table for 4 at 7, two of us are vegan, and we must leave by 9" the party is four and the time is seven.
    """
    beside = {kind for kind, at in told if not _is_inside(at, notes)}
    return [not _is_inside(at, notes) or beside.isdisjoint(_TOLD_ONCE.get(kind, ())) for kind, at in told]


def _is_inside(part: Part, notes: Sequence[Part]) -> bool:
    return any(note.start <= part.start < note.end for note in notes)


def _weight(names: Sequence[str], acts: Acts) -> float:
    return sum(acts.get(name, 0.0) for name in names)


def _of_sentence(read: Read, sentence: Part) -> Iterator[Part]:
    run: list[Part] = []
    for clause in read.clauses(sentence):
        if not read.details(clause) or _is_note_with_details(read, clause):
            run.append(clause)
            continue
        beside = list(_beside_details(read, clause))
        if beside and _may_be_of_note(read, clause):  # "one of us swells up"
            run.append(clause)
            continue
        yield from _worth_keeping(read, run)
        run = [beside.pop()] if beside and beside[-1].end == clause.end else []  # what follows may go on with it
        yield from beside
    yield from _worth_keeping(read, run)


def _is_note_with_details(read: Read, clause: Part) -> bool:
    """Whether a number or a time is only a part of what the staff is to know: "one of us is vegan", "we must go by 9"."""
    if not read.may_tell(clause):
        return False
    is_diet = read.has(clause, "diet") and _may_be_of_note(read, clause)
    kinds = {kind for kind, _ in read.details(clause)}
    return read.note(clause) >= (_RATHER if is_diet else _SURE if len(kinds) == 1 else _CLEAR)


def _may_be_of_note(read: Read, clause: Part) -> bool:
    """Whether its details are none that only a table has: "one of us can't touch crab", "we have to go by 9"."""
    kinds = {kind for kind, _ in read.details(clause)}
    return kinds <= {"party_size", "time", "cuisine"} and not kinds >= {"party_size", "time"}


def _beside_details(read: Read, clause: Part) -> Iterator[Part]:
    """Yield what is for the staff before, between and after the details of a table: "at 7 with a cot for the baby"."""
    ends = [clause.start, *(at.end for _, at in read.details(clause))]
    starts = [*(at.start for _, at in read.details(clause)), clause.end]
    for start, end in zip(ends, starts, strict=True):
        part = _without_dangling(read, Part(start, end))
        if part.start < part.end and read.may_tell(part):
            yield from _worth_keeping(read, [part])


def _without_dangling(read: Read, part: Part) -> Part:
    tokens = [token for token in read.message.tokens if part.start <= token.start < part.end]
    while tokens and (tokens[-1].kind != "word" or tokens[-1].word in _WORDS.dangling):
        tokens.pop()
    while tokens and tokens[0].kind != "word":
        tokens.pop(0)
    return Part(tokens[0].start, tokens[-1].end) if tokens else Part(part.start, part.start)


def _worth_keeping(read: Read, run: list[Part]) -> Iterator[Part]:
    """Yield a run of clauses as one part, if it is for the staff; a yes or a greeting before it is not."""
    run = list(dropwhile(lambda clause: _WORDS.courtesies.issuperset(read.words(clause)), run))
    if not run:
        return
    whole = Part(run[0].start, run[-1].end)
    has_diet = read.has(whole, "diet")
    if (has_diet or read.left(whole)) and _is_told(read, run, whole, has_diet=has_diet):
        yield whole


def _is_told(read: Read, run: Sequence[Part], whole: Part, *, has_diet: bool) -> bool:
    """Whether the staff is told something, and not asked; what one eats is told unless it is clearly said for something else."""
    acts = read.acts_of(whole)
    note, asks = acts.get("note", 0.0), acts.get("ask", 0.0)
    if asks >= _SURE or (asks > note and read.text[: whole.end].endswith("?")):
        return False
    tells_diet = has_diet and max(acts, key=acts.__getitem__, default="") not in _ELSE
    return note >= _SURE or tells_diet or (len(run) > 1 and any(read.note(clause) >= _SURE for clause in run))


def _goes_on(read: Read, run: Sequence[Part], clause: Part) -> bool:
    return bool(run) and read.may_tell(clause) and read.note(Part(run[0].start, clause.end)) >= _CLEAR


def _continues(read: Read, kept: list[Part], sentence: Part) -> bool:
    """Whether a sentence goes on with the note before it: "He carries an epipen." """
    if not kept or read.text[kept[-1].end : sentence.start].strip(_AROUND + ".!") or read.details(sentence):
        return False
    acts = read.acts_of(sentence)
    return next(iter(acts), None) in ("note", "mention") and read.note(Part(kept[-1].start, sentence.end)) >= _CLEAR


def _joined(text: str, parts: list[Part]) -> list[Part]:
    """Join what only blanks and signs part."""
    joined: list[Part] = []
    for part in parts:
        if joined and not text[joined[-1].end : part.start].strip(_AROUND):
            joined[-1] = Part(joined[-1].start, part.end)
        else:
            joined.append(part)
    return joined


def _is_carried(read: Read, part: Part) -> bool:
    """Whether where to sit or what is celebrated is all that it says, which is noted by itself."""
    return not read.has(part, "diet") and all(
        read.has(at, "seating", "occasion") and read.is_common(at) for at in read.clauses(part)
    )
