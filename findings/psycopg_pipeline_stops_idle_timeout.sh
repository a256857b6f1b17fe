#!/usr/bin/env bash
# After a pipeline of psycopg 3.3.9, PostgreSQL's idle_in_transaction_session_timeout does not end the session.
#
# The timeout is there so that a client which goes silent with a transaction open loses it, and its locks
# (https://www.postgresql.org/docs/15/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT). psycopg ends
# a pipeline with Sync and then Flush. The server sets the timer when it has answered Sync with ReadyForQuery, and any
# message stops it: the Flush does, and as it is answered with nothing, no new timer is set. The same statements without
# a pipeline, and a pipeline without a transaction left open, behave as documented.
#
# Seen with psycopg 3.3.9 and PostgreSQL 15.18 (Debian 12): "FATAL … due to idle-in-transaction timeout" after the plain
# statements, an open transaction after the pipeline. Needs Debian's package postgresql for the server.
set -euo pipefail
folder=$(mktemp -d)
chmod 755 "$folder"
bin=$(dirname "$(ls /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)")
server() {  # a server refuses to run as root
    if [[ $EUID -eq 0 ]]; then (cd / && runuser -u postgres -- "$bin/$1" "${@:2}"); else "$bin/$1" "${@:2}"; fi
}
trap 'server pg_ctl -D "$folder/data/db" -m immediate stop >"$folder/stop.log" 2>&1 || true; rm -rf "$folder"' EXIT

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check 'psycopg[binary]==3.3.9'
mkdir "$folder/data"
[[ $EUID -ne 0 ]] || chown postgres "$folder/data"
server initdb -D "$folder/data/db" -U reader -A trust >"$folder/initdb.log"
server pg_ctl -D "$folder/data/db" -w -l "$folder/data/log" \
    -o "-c listen_addresses= -c unix_socket_directories=$folder/data" start >"$folder/start.log"

"$folder/venv/bin/python" - "host=$folder/data user=reader dbname=postgres" <<'PYTHON'
import sys
import time
from contextlib import nullcontext

import psycopg


def outcome(in_pipeline: bool) -> str:
    """Leave a transaction idle for three seconds where one is allowed, and return what the next statement meets."""
    with psycopg.connect(sys.argv[1], autocommit=True) as conn:
        conn.execute("SET idle_in_transaction_session_timeout = '1s'")
        with conn.pipeline() if in_pipeline else nullcontext():
            conn.execute("BEGIN")
            conn.execute("SELECT 1")
        time.sleep(3)
        try:
            conn.execute("SELECT 1")
        except psycopg.Error as error:
            return type(error).__name__
        return "still open"


with psycopg.connect(sys.argv[1]) as conn:
    print("psycopg", psycopg.__version__, "PostgreSQL", conn.info.server_version)
plain, piped = outcome(False), outcome(True)
print("without a pipeline:", plain)
print("after a pipeline:", piped)
assert plain == "IdleInTransactionSessionTimeout"
assert piped == "still open"
PYTHON
