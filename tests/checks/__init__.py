"""Checks of the source tree that ruff, mypy and import-linter do not make. `python -m tests.checks` runs them all.

Each check is a function from files to findings; a finding is one line that says where and what. Functions that may break a rule
for now are listed by name in `exceptions.yml`; one that no longer breaks it is a finding as well.
"""
