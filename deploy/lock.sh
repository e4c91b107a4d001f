#!/bin/sh
# Resolve the environments again. The lock files contain hashes, but no registry names.
set -eu
# pip installs uv itself from deploy/uv.lock.
cd "$(dirname "$0")/.."
uv=.venv/bin/uv
$uv pip compile -q --generate-hashes --no-header --universal -p 3.11 pyproject.toml -o requirements.lock "$@"
$uv pip compile -q --generate-hashes --no-header --universal -p 3.11 --group dev -c requirements.lock -o requirements-dev.lock "$@"
$uv pip compile -q --generate-hashes --no-header -p 3.10 --python-platform linux deploy/rasa/requirements.in -o requirements-rasa.lock "$@"
$uv pip compile -q --generate-hashes --no-header -p 3.10 --python-platform linux -c requirements-rasa.lock bench/stock/requirements.in -o bench/stock/requirements.lock "$@"
echo uv | $uv pip compile -q --generate-hashes --no-header --no-annotate --universal -p 3.11 - -o deploy/uv.lock "$@"
