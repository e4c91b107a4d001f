"""Cyclomatic complexity by radon, which counts boolean operators too."""

from __future__ import annotations

from collections.abc import Iterator

from radon.complexity import cc_visit
from radon.visitors import Class, Function

MOST = 12


def complex_functions(code: str) -> dict[str, str]:
    """Return every function, method and class that is too complex, with its complexity."""
    found = {name: complexity for name, complexity in _complexities(code) if complexity > MOST}
    return {name: f"complexity {complexity}, more than {MOST}" for name, complexity in found.items()}


def _complexities(code: str) -> Iterator[tuple[str, int]]:
    for block in cc_visit(code):
        if isinstance(block, Class):
            yield block.name, block.complexity
        elif isinstance(block, Function):
            yield (f"{block.classname}.{block.name}" if block.classname else block.name), block.complexity
