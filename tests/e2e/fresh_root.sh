#!/usr/bin/env bash
# A fresh Debian and a clone, nothing else: ./quickstart as root and as an
# ordinary user, or ./check, or the package, built there and installed in a
# second one without the clone; no service left behind. Tiers of ./check call it.
#   tests/e2e/fresh_root.sh bookworm|trixie quickstart|check|package
# A package that passed is put into the folder PACKAGES, where that is set.
# Needs root and debootstrap (exit status 77 without), and the package mirror
# of this machine. Everything happens in a directory and in mount and process
# namespaces that are gone afterwards.
set -euo pipefail

if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
  echo "skipped: needs root and the package debootstrap"
  exit 77
fi
script=$(readlink -f -- "${BASH_SOURCE[0]}")
checkout=$(dirname -- "$(dirname -- "$(dirname -- "$script")")")
FRESH=${FRESH:-}
suite=$1
part=$2

# --- outside: make the system, then enter it in namespaces of its own --------

if [ "${3:-}" != inside ]; then
  fresh=$(mktemp -d /tmp/votebench-fresh-XXXXXX)
  chmod 755 "$fresh" # the root directory of everybody in there
  inside=""
  # shellcheck disable=SC2317  # called by the trap
  clean_up() {
    # Nothing may be mounted below it any more when it is removed.
    [ -z "$inside" ] || { kill -KILL "$inside" && wait "$inside"; } 2>/dev/null || true
    rm -rf --one-file-system "$fresh" "$fresh.second"
  }
  trap clean_up EXIT
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list \
    /etc/apt/sources.list.d 2>/dev/null | head -n 1 || true)
  [ -n "$mirror" ] || { echo "skipped: no package mirror in apt's sources"; exit 77; }
  debootstrap --variant=minbase "$suite" "$fresh" "$mirror" >"$fresh.log" 2>&1 ||
    { tail "$fresh.log"; exit 1; }
  rm "$fresh.log"
  cp /etc/resolv.conf /etc/hosts "$fresh/etc/" 2>/dev/null || true
  cp -r /etc/apt/auth.conf.d "$fresh/etc/apt/" 2>/dev/null || true
  for file in /etc/apt/apt.conf.d/*; do # of this machine, not of its packages
    dpkg --search "$file" >/dev/null 2>&1 || cp "$file" "$fresh/etc/apt/apt.conf.d/"
  done
  [ "$part" != package ] || cp -a --one-file-system "$fresh" "$fresh.second"
  FRESH=$fresh unshare --mount --pid --fork --kill-child --mount-proc \
    --propagation private "$script" "$suite" "$part" inside &
  inside=$!
  trap 'exit 143' INT TERM HUP
  wait "$inside"
  exit
fi

enter() {
  local directory
  for directory in proc dev sys; do
    mount --rbind "/$directory" "$1/$directory"
  done
  chroot "$1" useradd --create-home --shell /bin/bash voter
}
enter "$FRESH"
for home in root home/voter; do
  git clone --quiet --no-hardlinks "$checkout" "$FRESH/$home/votebench"
done
chroot "$FRESH" chown -R voter: /home/voter

failures=0
check() {
  local what=$1 begin=$SECONDS result=ok took
  shift
  "$@" || { result=FAILED; failures=$((failures + 1)); }
  took=$((SECONDS - begin))
  echo "$result: $what ($((took / 60))m$((took % 60))s)"
}
as() {
  local user=$1
  shift
  chroot "$FRESH" su - "$user" -c "$*" >"$FRESH/log" 2>&1 </dev/null
}
# The last run said that it passed and that it accounted for all votes.
passed() { grep -q '^PASS' "$FRESH/log" && grep -Eq '2,?000' "$FRESH/log"; }
quickstart() {
  local user=$1
  as "$user" votebench/quickstart && passed && return
  tail -n 30 "$FRESH/log"
  return 1
}
whole_check() {
  as root votebench/.ci/run && tail -n 1 "$FRESH/log" && return
  grep -E 'Failed|FAILED|[0-9] failed' "$FRESH/log" || true
  tail -n 60 "$FRESH/log"
  return 1
}
no_server_runs() {
  ! grep -lsE 'redis-server|postgres|votestack' /proc/[0-9]*/comm | grep -q .
}
nothing_at_boot() {
  ! find "$FRESH"/etc/systemd/system "$FRESH"/etc/rc[2-5].d \
    \( -name 'redis*' -o -name 'postgresql*' -o -name 'S??redis*' \
    -o -name 'S??postgresql*' \) 2>/dev/null | grep -q .
}
no_cluster() { ! compgen -G "$FRESH/var/lib/postgresql/*/main" >/dev/null; }
nothing_of_ours() {
  ! find "$FRESH/usr/sbin" "$FRESH/etc/postgresql-common" \
    -name 'policy-rc.d*' -o -name 'votebench*' | grep -q .
}
is_told_the_command() {
  ! as voter votebench/quickstart &&
    grep -q "su -c '/home/voter/votebench/scripts/install-packages" "$FRESH/log"
}

# --- the package ---------------------------------------------------------------

make_package() {
  as root 'votebench/scripts/install-packages --package && votebench/scripts/package packages' &&
    cp "$FRESH"/root/packages/votebench_*.deb "$FRESH.second/tmp/" && return
  tail -n 30 "$FRESH/log"
  return 1
}
# With what it recommends, of which only that; as in containers, servers are programs, not services.
install_package() {
  printf '#!/bin/sh\nexit 101\n' >"$FRESH/usr/sbin/policy-rc.d"
  chmod 755 "$FRESH/usr/sbin/policy-rc.d"
  as root "apt-get update -q && apt-get install -qy --no-install-recommends man-db bash-completion \
    \$(dpkg-deb --field /tmp/votebench_*.deb Recommends | tr -d ,) /tmp/votebench_*.deb" &&
    as root dpkg -L votebench && cp "$FRESH/log" "$FRESH/files" && return
  tail -n 30 "$FRESH/log"
  return 1
}
read_only_usr() {
  mount --bind "$FRESH/usr" "$FRESH/usr" && mount -o remount,ro,bind "$FRESH/usr" &&
    ! as root touch /usr/share/votebench/new
}
runs_quick() {
  as voter 'mkdir empty && cd empty && votebench run quick' && passed &&
    grep -q 'bundled /usr/share/votebench/scenarios/quick.yaml' "$FRESH/log" &&
    as voter ls empty && [ "$(tr '\n' ' ' <"$FRESH/log")" = 'artifacts reports ' ]
}
has_pages() {
  as voter 'man -l /usr/share/man/man1/votebench.1.gz' && grep -q 'every vote' -i "$FRESH/log" &&
    as voter man votebench-scenario && grep -q 'workloads/\*/executor' "$FRESH/log" &&
    as voter man votestack
}
# What is typed in a real bash, where bash-completion finds the script by itself.
completes() {
  as voter 'printf "votebench comple\tbash >typed\nvotebench run --vo\t1 --clients 1 --print-sc\t>>typed
exit\n" | script -qec "bash -i" /dev/null' &&
    grep -q 'bash completion of votebench' "$FRESH/home/voter/typed" &&
    grep -q '^workloads:' "$FRESH/home/voter/typed"
}
leaves_nothing() {
  local file
  umount "$FRESH/usr" && as root apt-get purge -qy votebench || return 1
  while read -r file; do
    [ -d "$FRESH$file" ] || [ ! -e "$FRESH$file" ] || { echo "left: $file"; return 1; }
  done <"$FRESH/files"
  ! find "$FRESH" -mindepth 1 -xdev \( -path "$FRESH/home" -o -path "$FRESH/tmp" -o -path "$FRESH/proc" \
    -o -path "$FRESH/sys" -o -path "$FRESH/dev" \) -prune \
    -o \( -name '*votebench*' -o -name '*votestack*' \) -print | grep .
}

if [ "$part" = package ]; then
  check 'root: the package is made, and lintian has no error or warning' make_package
  FRESH=$FRESH.second
  enter "$FRESH"
  check 'root: it is installed' install_package
  check '/usr is read-only from now on' read_only_usr
  check 'ordinary user: votebench run quick passes in an empty folder' runs_quick
  check 'ordinary user: manual pages' has_pages
  check 'ordinary user: a command and an option are completed' completes
  check 'root: it is removed without leftovers' leaves_nothing
  check 'no server runs' no_server_runs
  [ "$failures" -eq 0 ] || exit 1
  [ -z "${PACKAGES:-}" ] || cp "$FRESH"/tmp/votebench_*.deb "$PACKAGES/"
  exit
fi
if [ "$part" = quickstart ]; then
  check 'an ordinary user without sudo is told the command' is_told_the_command
  check 'root: quickstart passes' quickstart root
  check 'root: and once more' quickstart root
  check 'ordinary user: quickstart passes' quickstart voter
  check 'ordinary user: and once more' quickstart voter
else
  check 'root: check passes' whole_check
fi
check 'no server runs' no_server_runs
check 'no server starts at boot' nothing_at_boot
check 'no database cluster' no_cluster
check 'no policy and no configuration of ours' nothing_of_ours
[ "$failures" -eq 0 ]
