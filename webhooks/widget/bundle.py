"""What the open panel loads as one script: its modules joined in the order of their imports, and everything made small."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^{}]+\} from "\./([a-z]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const|let) )", re.MULTILINE)
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class NotJoinable(ValueError):
    """A module imports or exports in a way that joining does not know."""


def join(modules: Mapping[str, str], entry: str) -> str:
    """One script of a module and all it imports. The modules share one scope, so no two may declare the same name.

    Raises:
        NotJoinable: something other than `import { names } from "./module.js"` or an export of a declaration.
        KeyError: an imported module is not there.
    """
    order: list[str] = []

    def visit(name: str, on_the_way: tuple[str, ...]) -> None:
        if name in order:
            return
        if name in on_the_way:
            raise NotJoinable(f"modules import each other: {' > '.join((*on_the_way, name))}")
        for imported in _IMPORT.findall(modules[name]):
            visit(imported, (*on_the_way, name))
        order.append(name)

    visit(entry, ())
    joined = "\n".join(_EXPORT.sub("", _IMPORT.sub("", modules[name])) for name in order)
    if left := _LEFT_OVER.search(joined):
        raise NotJoinable(left[0])
    return "{\n" + joined + "}\n"  # in a block all names are local, and can be shortened


def small(files: Mapping[str, str]) -> dict[str, str]:
    """The same scripts, style sheets and catalogues, by their names, without what only people need.

    The minifier brings Go's runtime with it, which does not survive a fork of gunicorn's: it runs in a process of its own.

    Raises:
        subprocess.CalledProcessError: a file cannot be read as what its name says.
    """
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, input=json.dumps(dict(files)), capture_output=True, text=True, check=True)  # noqa: S603
    made: dict[str, str] = json.loads(done.stdout)
    return made


def _main() -> None:
    import minify

    types = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
    files: dict[str, str] = json.load(sys.stdin)
    json.dump({name: minify.string(types[Path(name).suffix], text) for name, text in files.items()}, sys.stdout)


if __name__ == "__main__":
    _main()
