#!/bin/bash
# Prints HOST:PORT of each HOST:ADDRESS:PORT that a TCP connection reaches; all at once.
#   try-ports.sh SECONDS HOST:ADDRESS:PORT...
# Refused counts: the packet got there, and nobody listens yet.
patience=$1
shift
for target in "$@"; do
  IFS=: read -r host address port <<<"$target"
  (
    timeout "$patience" bash -c "</dev/tcp/$address/$port" 2>/dev/null
    [ $? -eq 124 ] || echo "$host:$port"
  ) &
done
wait
