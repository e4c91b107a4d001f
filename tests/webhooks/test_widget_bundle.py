"""The panel's modules joined into one script."""

from __future__ import annotations

import subprocess

import pytest

from webhooks.widget.bundle import NotJoinable, join, small

MODULES = {
    "panel.js": 'import { greet } from "./words.js";\nimport { make } from "./dom.js";\nmake(greet());\n',
    "words.js": 'import { make } from "./dom.js";\nexport const greet = () => make("hello");\n',
    "dom.js": "// makes things\nexport function make(text) {\n  return text;\n}\n",
}


def test_what_is_imported_comes_before_what_imports_it_and_only_once() -> None:
    joined = join(MODULES, "panel.js")
    assert joined.count("function make") == 1
    assert joined.index("function make") < joined.index("const greet") < joined.index("make(greet())")
    assert "import" not in joined
    assert "export" not in joined


@pytest.mark.parametrize(
    "line",
    ['import * as dom from "./dom.js";', 'import dom from "./dom.js";', "export { greet };", "export default 1;"],
)
def test_what_joining_does_not_know_is_refused(line: str) -> None:
    with pytest.raises(NotJoinable):
        join({**MODULES, "panel.js": line + "\n"}, "panel.js")


def test_modules_that_import_each_other_are_refused() -> None:
    circle = {**MODULES, "dom.js": 'import { greet } from "./words.js";\nexport const make = greet;\n'}
    with pytest.raises(NotJoinable, match="each other"):
        join(circle, "panel.js")


def test_small_files_mean_the_same() -> None:
    made = small(
        {"a.js": "const one = 1; // one\nalert( one );", "b.css": "p { color: red; }", "c.json": '{ "a": "b c" }'}
    )
    assert made == {"a.js": "const one=1;alert(one)", "b.css": "p{color:red}", "c.json": '{"a":"b c"}'}


def test_a_script_that_cannot_be_read_stops_the_service_before_it_starts() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        small({"a.js": "const = ;"})
