"""Print every finding; exit 1 if there is one."""

from __future__ import annotations

import sys

from tests.checks.circles import import_circles
from tests.checks.commits import commit_findings
from tests.checks.complexity import complex_functions
from tests.checks.docstrings import undocumented
from tests.checks.purity import impurities
from tests.checks.tree import PACKAGES, ROOT, documented_files, exceptions, findings_in, source_files


def main() -> int:
    """Run every check over the project."""
    findings = [f"import circle: {' -> '.join(circle)}" for circle in import_circles(PACKAGES)]
    for path in source_files():
        findings += findings_in(path, complex_functions, exceptions("complexity"))
    for path in documented_files():
        findings += findings_in(path, undocumented, exceptions("docstrings"))
    findings += impurities()
    findings += commit_findings(ROOT)
    print("\n".join(findings) or "No findings.")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
