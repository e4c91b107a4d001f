"""JUnit XML report of a run, for CI."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from testkit.playback.results import Result, Run
from testkit.reports.terminal import failure_text

_NOT_IN_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(run: Run, path: Path) -> None:
    """Write the file, with a suite per script file and a case per script.

    Raises:
        OSError: the file cannot be written.
    """
    root = Element("testsuites", {"name": "tabletalk scripts", **_totals(run.results)})
    root.set("time", f"{run.seconds:.3f}")
    for file in dict.fromkeys(result.script.file for result in run.results):
        own = tuple(result for result in run.results if result.script.file == file)
        suite = SubElement(root, "testsuite", {"name": str(file), **_totals(own)})
        suite.set("time", f"{sum(result.seconds for result in own):.3f}")
        for result in own:
            _add(suite, result)
    indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _totals(results: tuple[Result, ...]) -> dict[str, str]:
    outcomes = [result.outcome for result in results]
    counted = {"tests": len(results), "failures": outcomes.count("failed"), "errors": outcomes.count("error")}
    return {name: str(count) for name, count in counted.items()}


def _add(suite: Element, result: Result) -> None:
    case = SubElement(
        suite,
        "testcase",
        name=_clean(result.script.name),
        classname=str(result.script.file.with_suffix("")).replace("/", "."),
        file=str(result.script.file),
        line=str(result.script.line),
        time=f"{result.seconds:.3f}",
    )
    if result.error is not None:
        error = SubElement(case, "error", message=_clean(f"{result.where}: {result.error}"))
        error.text = _clean(failure_text(result))
    elif result.failure is not None:
        first = result.failure.mismatches[0]
        message = f"{result.where}: {first.what}: expected {first.expected}, found {first.found}"
        failure = SubElement(case, "failure", message=_clean(message))
        failure.text = _clean(failure_text(result))


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("?", text)
