"""Commit messages: `area: what it does`, and a body that says why."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

RULE_SINCE = "6f2eabd85d5de439cf2842ede26057cdef4a13e4"
"""The last commit from before the rule."""
LONGEST_SUBJECT = 72
_SUBJECT = re.compile(r"[a-z0-9_.,/ -]+: [a-zA-Z].*[^.]")


def commit_findings(repository: Path) -> list[str]:
    """Check every commit since the rule, as far as this clone has them; a checkout without history has none."""
    log = _git(repository, "log", "--no-merges", "--format=%H%x00%B%x01", f"{RULE_SINCE}..HEAD")
    findings = []
    for entry in filter(str.strip, log.split("\x01")):
        commit, _, message = entry.strip().partition("\x00")
        findings += [f"commit {commit[:10]}: {fault}" for fault in faults_of(message)]
    return findings


def faults_of(message: str) -> list[str]:
    """Return what is wrong with a commit message."""
    subject, _, body = message.strip().partition("\n")
    faults = []
    if len(subject) > LONGEST_SUBJECT:
        faults.append(f"subject of {len(subject)} characters, more than {LONGEST_SUBJECT}: {subject}")
    if not _SUBJECT.fullmatch(subject):
        faults.append(f"subject is not `area: what it does`, without a full stop: {subject}")
    if not body.strip():
        faults.append(f"no body that says why: {subject}")
    return faults


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def main(path: str) -> int:
    """Check the message in a file, as Git's hook `commit-msg` hands it over."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    faults = faults_of("\n".join(line for line in lines if not line.startswith("#")))
    print("\n".join(faults), end="")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
