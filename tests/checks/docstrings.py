"""Docstrings of what other files may use."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def undocumented(code: str) -> dict[str, str]:
    """Return every public function, method and class without a docstring."""
    return {
        name: "a public name without a docstring"
        for name, node in _public(ast.parse(code).body)
        if ast.get_docstring(node) is None
    }


def _public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, _Definition]]:
    for node in body:
        if not isinstance(node, _Definition) or node.name.startswith("_") or _is_overload(node):
            continue
        yield f"{prefix}{node.name}", node
        if isinstance(node, ast.ClassDef):
            yield from _public(node.body, f"{prefix}{node.name}.")


def _is_overload(node: _Definition) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list)
