#!/usr/bin/env bash
# Runs a command in namespaces of its own, of the network and of processes (root):
#   alone.sh COMMAND [ARGUMENT...]
#
# It has loopback and nothing else, and all that it started ends with it. Names are resolved only where
# there is an address beside 127.0.0.1 (getaddrinfo(3), AI_ADDRCONFIG): 192.0.2.1 is for examples.
set -euo pipefail

[ "$(id -u)" -eq 0 ] || { echo "alone: SKIPPED: needs root" >&2; exit 77; }
# shellcheck disable=SC2016  # expanded by the inner shell, which stays and reaps
exec unshare --net --pid --fork --kill-child --mount-proc sh -c '
  ip link set lo up && ip address add 192.0.2.1/32 dev lo && "$@"' sh "$@"
