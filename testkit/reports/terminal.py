"""What a terminal shows of a run: a bar, a line of what failed, its thread as a phone shows it, the difference marked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.text import Text

from testkit.playback.results import Line, Mismatch, Result, Run, percentile
from testkit.playback.runner import OnResult
from testkit.reports.differences import Pieces, compared

_SCREEN = 64  # columns of the phone
_BUBBLE = 50
_COLOURS = {"passed": "green", "failed": "red", "error": "yellow"}


def show_failure(console: Console, result: Result) -> None:
    """The thread up to the step that failed, and what was expected there."""
    console.print(Rule(Text(f"{result.outcome.upper()}  {result.script.name}", style="bold red")))
    console.print(Text(result.where, style="bold"))
    console.print(Group(*(_shown(line) for line in result.lines)))
    if result.error is not None:
        console.print(Text(f"It could not be played to its end: {result.error}", style="yellow"))
    for mismatch in result.failure.mismatches if result.failure else ():
        console.print(_told(mismatch))
    console.print()


def failure_text(result: Result, width: int = 100) -> str:
    """The same without colours, for logs and files."""
    page = StringIO()
    show_failure(Console(file=page, width=width, color_system=None, force_terminal=False), result)
    return page.getvalue().rstrip()


def show_summary(console: Console, run: Run) -> None:
    """How many scripts went how, and how long diners waited."""
    for result in run.results:
        if result.outcome != "passed":
            console.print(
                Text.assemble((f"{result.outcome} ", _COLOURS[result.outcome]), f"{result.where}  {result.script.name}")
            )
    counts = [f"{run.count(outcome)} {outcome}" for outcome in ("passed", "failed", "error") if run.count(outcome)]
    if run.left_out:
        counts.append(f"{run.left_out} not played")
    waited = [ms for result in run.results for ms in result.turns_ms]
    answers = f"{len(waited)} answers, half of them within {percentile(waited, 0.5)} ms, 95 % within {percentile(waited, 0.95)} ms"
    colour = "green" if run.is_green else "red"
    console.print(
        Text(f"{', '.join(counts)} in {run.seconds:.1f} s", style=f"bold {colour}"),
        Text(answers, style="dim"),
        sep="\n",
    )


@contextmanager
def progress(console: Console, total: int) -> Iterator[OnResult]:
    """A bar that fills up, where somebody watches; a failure is shown as soon as it is there."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("Scripts", total=total)
        failed = 0

        def told(result: Result) -> None:
            nonlocal failed
            if result.outcome != "passed":
                failed += 1
                show_failure(console, result)
            bars.update(task, advance=1, description="Scripts" if not failed else f"[red]Scripts, {failed} failed")

        yield told


def _shown(line: Line) -> RenderableType:
    if line.kind == "note":
        return Text(f"- {line.text} -".center(_SCREEN), style="dim")
    about = f"{line.at:%H:%M}"
    about += f" {line.diner}" if line.diner != "diner" else ""
    about += f" {line.elapsed_ms} ms" if line.elapsed_ms is not None else ""
    about += f" {line.segments} segments" if line.kind == "out" and line.segments > 1 else ""
    about += " by itself" if line.by_itself else ""
    text = Text(line.text)
    width = min(_BUBBLE, max(len(about) + 4, *(len(part) for part in line.text.splitlines() or [""])) + 4)
    style = "bold red" if line.is_wrong else "cyan" if line.kind == "in" else "white"
    bubble = Panel(text, title=about, title_align="left", width=width, border_style=style)
    return Padding(bubble, (0, 0, 0, _SCREEN - width if line.kind == "in" else 0))


def _told(mismatch: Mismatch) -> RenderableType:
    head = Text(mismatch.what, style="bold")
    if not mismatch.is_text:
        return Group(
            head, _labelled("expected", [(mismatch.expected, False)]), _labelled("found", [(mismatch.found, False)])
        )
    wanted, came = compared(mismatch.expected, mismatch.found)
    rows: list[RenderableType] = [head]
    for label, pieces, style in (("expected", wanted, "red"), ("found", came, "green")):
        rows.append(_labelled(label, pieces, style))
    return Group(*rows)


def _labelled(label: str, pieces: Pieces, style: str = "red") -> RenderableType:
    """A text behind its label; what only this one has stands in [-brackets-], and in colour where there is any."""
    marks = ("[-", "-]") if label == "expected" else ("{+", "+}")
    text = Text(f"  {label:<9}")
    for words, is_odd in pieces:
        text.append(
            f"{marks[0]}{words}{marks[1]}" if is_odd and words.strip() else words, f"bold {style}" if is_odd else ""
        )
    return text
