#!/bin/sh
# Starts PostgreSQL; makes the cluster first when the data directory is empty. Runs as uid 999 from the start, needs no capability and no
# writable root. The settings are those of the hub's postgres image: POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD_FILE (or POSTGRES_PASSWORD).
# A crash in the middle of initdb leaves $PGDATA.init, which is thrown away at the next start: a half-made cluster is never used.
set -eu
: "${PGDATA:=/var/lib/postgresql/data/pgdata}"
if [ "${1:-postgres}" != postgres ]; then exec "$@"; fi
[ $# -eq 0 ] || shift
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
    secret=$POSTGRES_PASSWORD_FILE
    if [ ! -s "$secret" ]; then echo "postgres: POSTGRES_PASSWORD_FILE=$secret is missing, empty or not readable by uid $(id -u)" >&2; exit 1; fi
  elif [ -n "${POSTGRES_PASSWORD:-}" ]; then
    secret=/tmp/.pw
    (umask 077 && printf '%s\n' "$POSTGRES_PASSWORD" >"$secret")
  else
    echo "postgres: the data directory is empty and neither POSTGRES_PASSWORD_FILE nor POSTGRES_PASSWORD is set" >&2
    exit 1
  fi
  rm -rf "$PGDATA.init"
  initdb -D "$PGDATA.init" -U "$user" --pwfile="$secret" --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-instructions >/dev/null
  printf 'host all all all scram-sha-256\n' >>"$PGDATA.init/pg_hba.conf"
  printf "listen_addresses = '*'\nunix_socket_directories = '/run/postgresql'\nlog_destination = 'stderr'\nlogging_collector = off\ntimezone = 'UTC'\nlog_timezone = 'UTC'\njit = off\ndynamic_shared_memory_type = posix\n" >>"$PGDATA.init/postgresql.conf"
  if [ "$database" != postgres ]; then
    printf 'CREATE DATABASE "%s";\n' "$database" | postgres --single -D "$PGDATA.init" -c log_min_messages=warning postgres >/dev/null
  fi
  [ "$secret" != /tmp/.pw ] || rm -f "$secret"
  mv "$PGDATA.init" "$PGDATA"
fi
exec postgres -D "$PGDATA" "$@"
