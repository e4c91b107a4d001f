#!/bin/sh
# Install what the tests need of Debian, as root: Chromium's headless shell, PgBouncer and HAProxy.
# Elsewhere those tests fail and say what to do.
set -eu
missing=
command -v chromium-headless-shell >/dev/null 2>&1 || missing=chromium-headless-shell
[ -x /usr/sbin/pgbouncer ] || missing="$missing pgbouncer"
[ -x /usr/sbin/haproxy ] || missing="$missing haproxy"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "tabletalk: without $missing, the tests that need it will fail" >&2
