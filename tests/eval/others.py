"""What others know how to run: Rasa's own test commands, conversation scripts, and scorers that may lie beside the project."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from bot.settings import PROJECT
from deploy.stack.launching import TABLETALK, environment
from deploy.stack.model import RASA_PYTHON, model_path, rasa_environment
from tests.eval.utterances import as_rasa_data, read_utterances
from tests.support.running import Stack

STORIES = Path(__file__).with_name("stories")
SCRIPTS = PROJECT / "tests" / "conversations"
BESIDE = PROJECT.parent / "shared"
_PATIENCE = 900


def run_all(console: Console, stack: Stack, report: Path, floors: Mapping[str, Any]) -> list[str]:
    """Run whatever is there, say what is not, and give the faults."""
    return [
        *_rasa_test(console, stack, report, floors["rasa_test"]),
        *_scorers(console, stack),
        *_scripts(console, stack, report),
    ]


def _run(command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=PROJECT, env=settings, capture_output=True, text=True, check=False, timeout=_PATIENCE
    )


def _rasa_test(console: Console, stack: Stack, report: Path, floors: Mapping[str, float]) -> Iterator[str]:
    """``rasa test nlu`` on the utterances that need no context, and ``rasa test core`` on the stories."""
    data = report / "rasa-nlu.yml"
    data.write_text(yaml.safe_dump(as_rasa_data(read_utterances()), allow_unicode=True, sort_keys=False))
    model = str(model_path(stack.var / "models"))
    rasa = [str(RASA_PYTHON), "-m", "rasa", "test"]
    settings = environment(stack.var) | rasa_environment(stack.var)
    out = {"nlu": report / "rasa-nlu", "core": report / "rasa-core"}
    done = _run([*rasa, "nlu", "--nlu", str(data), "--model", model, "--out", str(out["nlu"]), "--no-plot"], **settings)
    if done.returncode:
        yield f"rasa test nlu failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    else:
        f1 = json.loads((out["nlu"] / "intent_report.json").read_text())["weighted avg"]["f1-score"]
        console.print(f"rasa test nlu, intents F1        {f1:.3f}", highlight=False)
        if f1 < floors["nlu_intents_f1"]:
            yield f"rasa test nlu, intents F1: {f1:.3f}, the floor is {floors['nlu_intents_f1']}"
    done = _run(
        [*rasa, "core", "--stories", str(STORIES), "--model", model, "--out", str(out["core"]), "--e2e", "--no-plot"],
        **settings,
    )
    if done.returncode:
        yield f"rasa test core failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    else:
        told = json.loads((out["core"] / "story_report.json").read_text())["conversation_accuracy"]
        console.print(f"rasa test core, stories right    {told['correct']} of {told['total']}", highlight=False)
        if told["accuracy"] < floors["stories"]:
            yield f"rasa test core: {told['correct']} of {told['total']} stories"


def _scripts(console: Console, stack: Stack, report: Path) -> Iterator[str]:
    """Our own conversations, by the command that testers use, against the same service."""
    settings = environment(stack.var, PORT=stack.settings.port, TABLETALK_API_KEYS=stack.api_key)
    if not SCRIPTS.is_dir() or _run([str(TABLETALK), "script", "--help"], **settings).returncode:
        console.print("conversation scripts             skipped: there are none in this checkout")
        return
    done = _run([str(TABLETALK), "script", "run", str(SCRIPTS), "--junit", str(report / "scripts.xml")], **settings)
    console.print(f"conversation scripts             {(done.stdout.strip().splitlines() or ['nothing said'])[-1]}")
    if done.returncode:
        yield f"conversation scripts:\n{done.stdout[-3000:]}{done.stderr[-1000:]}"


def _scorers(console: Console, stack: Stack) -> Iterator[str]:
    """Scorers on collections of other people's words, which are no part of the project; told, and held to no floor."""
    scorer, corpus = BESIDE / "eval" / "nlu_score.py", BESIDE / "corpora" / "restaurants8k-dev.jsonl"
    if not (scorer.exists() and corpus.exists()):
        console.print("other collections                skipped: none lie beside the project")
        return
    address = f"{stack.rasa_url}/model/parse"
    done = _run(
        ["python3", str(scorer), str(corpus), "--url", address, "--token", stack.internal_token],
        **environment(stack.var),
    )
    console.print(done.stdout.rstrip(), highlight=False)
    if done.returncode:
        yield f"{scorer.name} failed: {done.stderr[-500:]}"
