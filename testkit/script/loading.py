"""Load script files from PyYAML's node tree, so that every error is reported with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from testkit.script.fields import Plain
from testkit.script.format import ScriptFile, TestCase

_Place = tuple[str | int, ...]
_MAX_SHOWN = 60  # characters of a value in a message
_MAX_DEPTH = 30
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_WANTED = {
    "missing": "the key {key}",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "bool_parsing": "true or false",
    "literal_error": "one of {expected}",
    "greater_than_equal": "a number from {ge}",
    "less_than_equal": "a number up to {le}",
    "too_short": "at least {min_length} in the list",
    "string_too_short": "some text",
    "string_pattern_mismatch": "text that matches {pattern}",
}
"""What was expected, by pydantic's error type."""


class ScriptError(Exception):
    """A script cannot be used. The message has a line `file:line: expected …, found …` for each fault."""


@dataclass(frozen=True)
class Script:
    """A test case and its location."""

    file: Path
    case: TestCase
    loaded: ScriptFile
    line: int
    step_lines: tuple[int, ...]
    """Line of each step."""

    @property
    def name(self) -> str:
        """Name of the test case."""
        return self.case.test_case


def load_scripts(paths: Iterable[Path]) -> list[Script]:
    """Load the scripts of files and folders, in order.

    Raises:
        ScriptError: lists every fault of every file.
    """
    scripts: list[Script] = []
    faults: list[str] = []
    for path in script_files(paths):
        try:
            scripts += load_file(path)
        except ScriptError as error:
            faults.append(str(error))
    if faults:
        raise ScriptError("\n".join(faults))
    return scripts


def load_file(path: Path) -> list[Script]:
    """Load the scripts of one file.

    Raises:
        ScriptError: the file cannot be read, is not YAML, or violates the format.
    """
    tree = _Tree(path)
    content, lines = tree.read(), tree.lines
    try:
        loaded = ScriptFile.model_validate(content)
    except ValidationError as error:
        raise ScriptError("\n".join(_faults(path, error, lines))) from None
    for place, restaurant in enumerate(loaded.restaurants):
        try:
            restaurant.line()
        except ValidationError as error:
            prefix: _Place = ("restaurants", place)
            raise ScriptError("\n".join(_faults(path, error, lines, prefix))) from None
    return [
        Script(
            path,
            case,
            loaded,
            _line(lines, ("test_cases", number)),
            tuple(_line(lines, ("test_cases", number, "steps", step)) for step in range(len(case.steps))),
        )
        for number, case in enumerate(loaded.test_cases)
    ]


def script_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Return the files among the paths, and all .yml and .yaml files in the folders among them.

    Raises:
        ScriptError: a path does not exist, or a folder has no such file.
    """
    for path in paths:
        if not path.exists():
            raise ScriptError(f"{path}: expected a file or folder, found nothing")
        if not path.is_dir():
            yield path
            continue
        found = sorted(file for file in path.rglob("*") if file.suffix in (".yml", ".yaml"))
        if not found:
            raise ScriptError(f"{path}: expected .yml or .yaml files in it, found none")
        yield from found


class _Tree:
    """Content of a file, and the line of each place in it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.lines: dict[_Place, int] = {}

    def read(self) -> Any:
        """Parse the file. Raises ScriptError if it is not readable YAML."""
        try:
            node = yaml.compose(self._path.read_text(encoding="utf-8-sig"), Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = " ".join(str(part) for part in (error.context, error.problem) if part)
            raise self._fault(mark.line + 1 if mark else 1, "YAML", problem) from None
        except yaml.YAMLError as error:
            raise self._fault(1, "YAML", str(error).splitlines()[0]) from None
        except UnicodeDecodeError as error:
            raise self._fault(error.object.count(b"\n", 0, error.start) + 1, "UTF-8", "other bytes") from None
        except OSError as error:
            raise ScriptError(f"{self._path}: expected a readable file, found {error.strerror}") from None
        if node is None:
            raise self._fault(1, "the key test_cases", "an empty file")
        return self._build(node, ())

    def _build(self, node: yaml.Node, place: _Place) -> Any:
        if len(place) > _MAX_DEPTH:
            raise self._fault(node.start_mark.line + 1, "a file that ends somewhere", "a part that holds itself")
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(part, (*place, number)) for number, part in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode) or node.style:  # quoted, or a block scalar
            return str(node.value)
        return None if node.value in ("", "~", "null") else Plain(node.value)

    def _mapping(self, node: yaml.MappingNode, place: _Place) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._fault(line, "a word as key", "a list or a mapping")
            key = str(key_node.value)
            if key in built:
                raise self._fault(line, "each key once", f"{key} twice")
            self.lines[(*place, key)] = line
            built[key] = self._build(value_node, (*place, key))
        return built

    def _fault(self, line: int, wanted: str, found: str) -> ScriptError:
        return ScriptError(f"{self._path}:{line}: expected {wanted}, found {found}")


def _faults(path: Path, error: ValidationError, lines: dict[_Place, int], prefix: _Place = ()) -> list[str]:
    faults = []
    for fault in error.errors(include_url=False):
        if fault["type"] == "too_short" and fault["input"]:
            continue  # the faults of the list's items are reported anyway
        context = fault.get("ctx", {})
        place = _place_in_file(lines, (*prefix, *fault["loc"], *context.get("within", ())))
        if fault["type"] == "unknown_key":
            place = _place_in_file(lines, (*place, context["key"]))
        where = ".".join(str(part) for part in place if isinstance(part, str))
        wanted, found = _expected_and_found(fault, context)
        faults.append((_line(lines, place), f"{where}: " if where else "", wanted, found))
    return [
        f"{path}:{line}: {where}expected {wanted}, found {found}" for line, where, wanted, found in sorted(set(faults))
    ]


def _expected_and_found(fault: ErrorDetails, context: dict[str, Any]) -> tuple[str, str]:
    kind, message = fault["type"], fault["msg"].removeprefix("Value error, ")
    found = _describe(context.get("found") if kind in ("diner", "twice") else fault["input"])
    if kind == "value_error" and not message.startswith("must be "):
        return "what an import takes", f"{found}: {message}"
    if kind == "missing":
        found = f"only {', '.join(fault['input'])}" if fault["input"] else "nothing"
    if kind == "unknown_key":
        near = get_close_matches(context["key"], context["known"], 1)
        found = str(context["key"]) + (f" (did you mean {near[0]}?)" if near else "")
    facts = {"key": fault["loc"][-1] if fault["loc"] else "", "what": message.removeprefix("must be "), **context}
    return _WANTED.get(kind, "{what}").format_map(facts), found


def _place_in_file(lines: dict[_Place, int], place: _Place) -> _Place:
    """Drop the parts of a pydantic location that are not in the file, such as the tags of a union."""
    known: _Place = ()
    for part in place:
        if (*known, part) in lines:
            known = (*known, part)
    return known


def _line(lines: dict[_Place, int], place: _Place) -> int:
    return lines.get(place, 1)


def _describe(value: object) -> str:
    if isinstance(value, dict):
        return f"a mapping with {', '.join(value)}" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    words = str(value)
    return repr(words if len(words) <= _MAX_SHOWN else words[:_MAX_SHOWN] + "...")
