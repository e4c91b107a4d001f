"""``make eval``: start a service, let it read the test utterances, print what it made of them, hold it to the floors.

Exit 0 when every floor is kept, 1 when one is not. Everything is written to ``var/eval``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from bot.settings import PROJECT
from tests.eval import others
from tests.eval.blind_acts import read_blind, show_blind
from tests.eval.gate import breaches, read_floors, too_slow
from tests.eval.reading import Reader
from tests.eval.scoring import score
from tests.eval.tables import as_json, show
from tests.eval.utterances import read_utterances
from tests.support import running

REPORT = PROJECT / "var" / "eval"


def main() -> int:
    """Run everything and say what is under its floor."""
    parser = argparse.ArgumentParser(prog="make eval", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--verbose", action="store_true", help="print every utterance that was not understood whole")
    parser.add_argument("--only-reading", action="store_true", help="leave out rasa test, scripts and other scorers")
    chosen = parser.parse_args()
    console = Console(width=110)
    REPORT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="tte-"))
    console.print("Starting a service ...")
    stack = running.start(folder)
    try:
        reader = Reader(stack)
        utterances = read_utterances()
        result = score(reader.read_all(utterances))
        taken = list(reader.milliseconds)
        busy = reader.busy(utterances)
        show(console, result, taken, busy, verbose=chosen.verbose)
        show_blind(console, read_blind(reader))
        (REPORT / "reading.json").write_text(json.dumps(as_json(result, taken, busy), indent=1, ensure_ascii=False))
        floors = read_floors()
        faults = [str(breach) for breach in breaches(result, floors) + too_slow(busy, floors)]
        if not chosen.only_reading:
            faults += others.run_all(console, stack, REPORT, floors)
    finally:
        left = running.end_all(stack)
        shutil.rmtree(folder, ignore_errors=True)
    faults += [f"still running: {process}" for process in left]
    for fault in faults:
        console.print(f"FAILED {fault}", style="red", highlight=False)
    console.print(f"Report: {REPORT.relative_to(PROJECT)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
