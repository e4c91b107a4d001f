"""Import circles between files, imports inside functions and for type checking included."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter

import grimp


def import_circles(packages: Sequence[str]) -> list[list[str]]:
    """Return the circles found: each the files of one, in the order of their imports. The packages must be importable."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    circles: list[list[str]] = []
    while True:
        try:
            TopologicalSorter(imports).prepare()
        except CycleError as error:
            circle: list[str] = error.args[1][::-1]  # graphlib names predecessors first
            circles.append(circle)
            imports[circle[0]] -= {circle[1]}
        else:
            return circles
