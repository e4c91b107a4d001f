"""Terminal report of a run: a progress bar, failed threads as a phone shows them, and a summary."""

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
_COLORS = {"passed": "green", "failed": "red", "error": "yellow"}


def show_failure(console: Console, result: Result) -> None:
    """Print the thread up to the failed step, and what was expected there."""
    console.print(Rule(Text(f"{result.outcome.upper()}  {result.script.name}", style="bold red")))
    console.print(Text(result.where, style="bold"))
    console.print(Group(*(_render_line(line) for line in result.lines)))
    if result.error is not None:
        console.print(Text(f"It could not be played to its end: {result.error}", style="yellow"))
    for mismatch in result.failure.mismatches if result.failure else ():
        console.print(_render_mismatch(mismatch))
    console.print()


def failure_text(result: Result, width: int = 100) -> str:
    """Return what `show_failure` prints, without colors, for logs and files."""
    page = StringIO()
    show_failure(Console(file=page, width=width, color_system=None, force_terminal=False), result)
    return page.getvalue().rstrip()


def show_summary(console: Console, run: Run) -> None:
    """Print the failed scripts, the number of scripts by outcome, and response times."""
    for result in run.results:
        if result.outcome != "passed":
            console.print(
                Text.assemble((f"{result.outcome} ", _COLORS[result.outcome]), f"{result.where}  {result.script.name}")
            )
    counts = [f"{run.count(outcome)} {outcome}" for outcome in ("passed", "failed", "error") if run.count(outcome)]
    if run.left_out:
        counts.append(f"{run.left_out} not played")
    waited = [ms for result in run.results for ms in result.turns_ms]
    answers = f"{len(waited)} answers, half of them within {percentile(waited, 0.5)} ms, 95 % within {percentile(waited, 0.95)} ms"
    color = "green" if run.is_green else "red"
    console.print(
        Text(f"{', '.join(counts)} in {run.seconds:.1f} s", style=f"bold {color}"),
        Text(answers, style="dim"),
        sep="\n",
    )


@contextmanager
def progress(console: Console, total: int) -> Iterator[OnResult]:
    """Show a progress bar on a terminal. Yield the function to call with each result, which prints failures immediately."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("Scripts", total=total)
        failed = 0

        def on_result(result: Result) -> None:
            nonlocal failed
            if result.outcome != "passed":
                failed += 1
                show_failure(console, result)
            bars.update(task, advance=1, description="Scripts" if not failed else f"[red]Scripts, {failed} failed")

        yield on_result


def _render_line(line: Line) -> RenderableType:
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


def _render_mismatch(mismatch: Mismatch) -> RenderableType:
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
    """Return a text after its label. Pieces that the other text lacks are in [-brackets-], and colored if possible."""
    marks = ("[-", "-]") if label == "expected" else ("{+", "+}")
    text = Text(f"  {label:<9}")
    for words, is_odd in pieces:
        text.append(
            f"{marks[0]}{words}{marks[1]}" if is_odd and words.strip() else words, f"bold {style}" if is_odd else ""
        )
    return text
