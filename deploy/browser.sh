#!/bin/sh
# Install Chromium for the browser tests on Debian as root. Elsewhere those tests fail and say what to do.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null && exit 0
fi
echo "tabletalk: no Chromium here, so the browser tests will fail" >&2
