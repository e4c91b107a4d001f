"""Bundling of the widget: the panel's modules joined into one script in import order, and all files minified."""

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
    """A module uses an import or export that joining does not support."""


def join(modules: Mapping[str, str], entry: str) -> str:
    """Join a module and everything it imports into one script. The modules share a scope, so their names must not clash.

    Raises:
        NotJoinable: something other than `import { names } from "./module.js"` or an export of a declaration.
        KeyError: an imported module does not exist.
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
    return "{\n" + joined + "}\n"  # inside a block all names are local, so they can be shortened


def small(files: Mapping[str, str]) -> dict[str, str]:
    """Minify scripts, style sheets and catalogs, by name.

    The minifier embeds the Go runtime, which does not survive gunicorn's fork, so it runs in a process of its own.

    Raises:
        subprocess.CalledProcessError: a file is not valid for its type.
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
