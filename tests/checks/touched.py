"""Run the tests that a change touches and that need no service: `make check`.

A test module is touched if it imports a changed module, directly or through others. What is changed: everything that is not
committed, or, where all is, the last commit; `BASE=<commit>` compares with another one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from pathlib import Path, PurePosixPath

import grimp

from tests.checks.tree import PACKAGES, ROOT

_TOUCH_ALL = ("tests/conftest.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock")


def changed_files(repository: Path, base: str | None) -> list[str]:
    """Return the changed paths, new files included."""

    def git(*arguments: str) -> list[str]:
        done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    new = git("ls-files", "--others", "--exclude-standard")
    return [*git("diff", "--name-only", base or "HEAD"), *new] or git("diff", "--name-only", "HEAD~1")


def touched_tests(changed: Iterable[str]) -> list[str]:
    """Return the paths of the test modules that a change of these files touches."""
    graph = grimp.build_graph(*PACKAGES, "bench", "tests", cache_dir=None)
    changed = list(changed)
    modules = {module for path in changed for module in _modules_of(path, graph.modules)}
    downstream = set(modules).union(*(graph.find_downstream_modules(module) for module in modules))
    # Every test below a conftest.py uses it, by no import. The one on top imports nearly everything.
    folders = {module.removesuffix("conftest") for module in downstream if module.endswith(".conftest")} - {"tests."}
    downstream |= {module for module in graph.modules if module.startswith(tuple(folders))}
    if any(path in _TOUCH_ALL for path in changed):
        downstream = graph.modules
    tests = {module for module in downstream if module.rpartition(".")[2].startswith("test_")}
    return sorted(f"{module.replace('.', '/')}.py" for module in tests)


def _modules_of(path: str, known: Collection[str]) -> list[str]:
    """Return the modules that a file stands for: itself, or where it is no Python file, what is beside it and names it."""
    place = PurePosixPath(path)
    if place.suffix == ".py":
        name = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
        # app.py is in no package, so the graph does not know who imports it.
        return [name] if name in known else [module for module in known if f"from {name} import" in _source(module)]
    packages = [".".join(parent.parts) for parent in place.parents]
    package = next((name for name in packages if name in known), None)
    beside = [module for module in known if package and package != "tests" and module.startswith(package)]
    return [*beside, *(module for module in known if module.startswith("tests.") and place.name in _source(module))]


@cache
def _source(module: str) -> str:
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    return path.read_text(encoding="utf-8") if path.exists() else ""


def main(options: Sequence[str]) -> int:
    """Run pytest over what is touched; return its exit code."""
    tests = touched_tests(changed_files(ROOT, os.environ.get("BASE")))
    if not tests:
        print("No test is touched.")
        return 0
    print(f"{len(tests)} test modules are touched.")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-m", "not service", *options]
    code = subprocess.run([*command, *tests], cwd=ROOT, check=False).returncode
    no_tests_ran = 5  # all of them need the service
    return 0 if code == no_tests_ran else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
