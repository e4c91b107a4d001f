"""Running a model's graph without a scheduler: one node after the other."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from rasa.core import processor
from rasa.engine.runner.dask import DaskGraphRunner


class PlainGraphRunner(DaskGraphRunner):
    """Runs the nodes in the order of what they need. The order is worked out once for the same targets."""

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Run what the targets need, and return their outputs."""
        wanted = tuple(targets or self._graph_schema.target_names)
        outputs = dict(inputs or {})
        for name, needs in self._steps(wanted):
            # A node is told the name alone of what nobody provides.
            given = [(need, outputs[need]) if need in outputs else need for need in needs]
            _, outputs[name] = self._instantiated_nodes[name](*given)
        return {name: outputs[name] for name in wanted}

    def _steps(self, targets: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        known: dict[Any, list[tuple[str, tuple[str, ...]]]] = self.__dict__.setdefault("_known_steps", {})
        if targets not in known:
            nodes = self._graph_schema.minimal_graph_schema(list(targets)).nodes
            needs = {name: tuple(node.needs.values()) for name, node in nodes.items()}
            known[targets] = [(name, needs[name]) for name in TopologicalSorter(needs).static_order() if name in needs]
        return known[targets]


def install() -> None:
    """Change what runs the graph of a model that is loaded from now on, for the whole process.

    Dask makes a graph of its own, sorts it and keeps accounts of it for every message: a twentieth of what a turn took.
    """
    processor.DaskGraphRunner = PlainGraphRunner
