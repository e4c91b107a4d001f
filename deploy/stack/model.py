"""The trained Rasa model. It is named after a digest of its sources, so it is trained only when they change."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from bot.settings import PROJECT

RASA_PYTHON = PROJECT / ".venv-rasa" / "bin" / "python"
_SOURCES = (
    "nlu",
    "data/nlu",
    "data/acts",
    "data/undated.yml",
    "data/no_names.yml",
    "dialogue/rasa/domain",
    "dialogue/rasa/rules.yml",
    "requirements-rasa.lock",
)


class TrainingFailed(Exception):
    """Rasa could not train the model. The message is the end of its output."""


def _source_files() -> Iterable[Path]:
    for source in _SOURCES:
        path = PROJECT / source
        if path.is_file():
            yield path
        yield from sorted(p for p in path.rglob("*") if p.suffix in (".py", ".yml") and p.is_file())


def model_path(folder: Path) -> Path:
    """Return the path of the model for the current sources, trained or not."""
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return folder / f"tabletalk-{digest.hexdigest()[:16]}.tar.gz"


def rasa_environment(var: Path) -> dict[str, str]:
    """Return the environment variables of every process that runs Rasa."""
    return {
        "PYTHONPATH": str(PROJECT),
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(var / "rasa-cache"),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "MPLCONFIGDIR": str(var / "matplotlib"),
    }


def train(var: Path, environment: dict[str, str]) -> Path:
    """Train the model for the current sources, unless it exists. If another process is training, wait for it.

    Raises:
        TrainingFailed: Rasa rejected the sources.
    """
    target = model_path(var / "models")
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / ".training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released when the file is closed, also by a crash
        if not target.exists():
            _train(target, {**environment, **rasa_environment(var)})
    return target


def _train(target: Path, environment: dict[str, str]) -> None:
    command = [str(RASA_PYTHON), "-m", "dialogue.rasa.without_tensorflow", "train", "--config", "nlu/config.yml"]
    command += ["--domain", "dialogue/rasa/domain", "--data", "data/nlu", "dialogue/rasa/rules.yml"]
    command += ["--out", str(target.parent)]
    unfinished = target.with_name(f".training-{os.getpid()}-{target.name}")
    command += ["--fixed-model-name", unfinished.name.removesuffix(".tar.gz")]
    done = subprocess.run(  # noqa: S603
        command,
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0 or not unfinished.exists():
        raise TrainingFailed(done.stdout[-3000:])
    unfinished.replace(target)  # a model that exists is complete
