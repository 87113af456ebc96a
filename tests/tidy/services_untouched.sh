#!/usr/bin/env bash
# scripts/install-packages leaves no service started, enabled or configured
# that was not before, on every way out. The script runs unmodified in a mount
# namespace: /etc and /usr/sbin are throw-away copies, no server is in sight,
# apt-get is a stand-in that does what the packages' maintainer scripts do.
# Exit status 77: mount namespaces are not available here.
# shellcheck disable=SC2016  # the stand-ins are scripts in quotes
set -euo pipefail

script=$(readlink -f -- "${BASH_SOURCE[0]}")
root=$(dirname -- "$(dirname -- "$(dirname -- "$script")")")

if [ "${1:-}" != inside ]; then
  as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(--user --map-root-user)
  unshare "${as_root[@]}" --mount true 2>/dev/null || exit 77
  exec unshare "${as_root[@]}" --mount --propagation private "$script" inside
fi

work=/mnt/services-untouched
mount -t tmpfs tmpfs /mnt
mkdir -p "$work"
cp -a /etc "$work/etc" 2>/dev/null || true # not what only root may read
mkdir "$work/programs"
ln -s /usr/bin/* /usr/sbin/* "$work/programs" 2>/dev/null || true
rm -f "$work"/programs/{redis-server,initdb,apt-get,update-rc.d,systemctl}
[ ! -d /usr/lib/postgresql ] || mount -t tmpfs tmpfs /usr/lib/postgresql
mount -t tmpfs tmpfs /var/lock
PATH=$work/programs:$work/stand-ins

# A machine without servers, without boot links of theirs, without a policy.
fresh_machine() {
  umount /etc /usr/sbin 2>/dev/null || true
  rm -rf "$work/machine" "$work/stand-ins" \
    "$work"/{started,hang,hanging,fail,upgrade-redis}
  mkdir -p "$work/machine/sbin" "$work/stand-ins"
  cp -a "$work/etc" "$work/machine/etc"
  mount --bind "$work/machine/etc" /etc
  mount --bind "$work/machine/sbin" /usr/sbin
  rm -rf /etc/systemd/system /etc/rc[2-5].d /etc/postgresql-common
  mkdir -p /etc/systemd/system/multi-user.target.wants /etc/rc2.d
  stand_in apt-get "$APT"
  stand_in update-rc.d 'mv "/etc/rc2.d/S01$1" "/etc/rc2.d/K01$1"'
  stand_in systemctl 'exit 0'
  : >"$work/started"
}

stand_in() {
  printf '#!/bin/bash\nwork=%s\n%s\n' "$work" "$2" >"$work/stand-ins/$1"
  chmod 755 "$work/stand-ins/$1"
}

# What apt-get and the maintainer scripts do, as far as it matters here.
APT='
case " $* " in *" install "*) ;; *) exit 0 ;; esac
start() {
  if [ ! -x /usr/sbin/policy-rc.d ] || /usr/sbin/policy-rc.d "$1" start; then
    echo "$1" >>"$work/started"
  fi
}
for package; do
  case $package in
    redis-server)
      ln -s /lib/systemd/system/redis-server.service /etc/systemd/system/redis.service
      ln -s /x /etc/systemd/system/multi-user.target.wants/redis-server.service
      ln -s ../init.d/redis-server /etc/rc2.d/S01redis-server
      start redis-server; start redis-server.service ;;
    postgresql)
      ln -s /x /etc/systemd/system/multi-user.target.wants/postgresql.service
      [ ! -e "$work/upgrade-redis" ] || start redis-server
      grep -qs "^create_main_cluster = false" \
        /etc/postgresql-common/createcluster.d/* || start cluster
      start postgresql ;;
  esac
done
start haproxy
[ ! -e "$work/hang" ] || { : >"$work/hanging"; exec sleep 60; }
[ ! -e "$work/fail" ] || exit 100
'

failures=0
check() {
  local what=$1
  shift
  if "$@"; then return; fi
  echo "FAILED: $case_name: $what" >&2
  failures=$((failures + 1))
}
started_only() { [ "$(sort -u "$work/started" | tr '\n' ' ')" = "$*" ]; }
no_boot_links() {
  ! find /etc/systemd/system /etc/rc?.d -name '*redis*' -o -name '*postgresql*' |
    grep -v /K | grep -q .
}
nothing_left() {
  check 'a link that starts a service' no_boot_links
  check 'createcluster.d' test ! -e /etc/postgresql-common/createcluster.d
  check 'saved policy' test ! -e /usr/sbin/policy-rc.d.before-votebench
}
no_policy() { test ! -e /usr/sbin/policy-rc.d; }
begin_and_hang() {
  touch "$work/hang"
  setsid "$root/scripts/install-packages" >"$work/log" 2>&1 &
  installer=$!
  for _ in $(seq 500); do
    [ ! -e "$work/hanging" ] || return 0
    read -rt 0.02 <> <(:) || true
  done
  check 'it came to the installation' false
}
run() { "$root/scripts/install-packages" >"$work/log" 2>&1; }

case_name='fresh machine'
fresh_machine
check 'status' run
check 'services started' started_only 'haproxy '
check 'policy' no_policy
nothing_left

case_name='apt-get fails'
fresh_machine
touch "$work/fail"
check 'status' test "$(run && echo 0 || echo $?)" = 100
check 'policy' no_policy
nothing_left

case_name='the policy of an administrator'
fresh_machine
printf '#!/bin/sh\n[ "$1" != haproxy ] || exit 101\n' >/usr/sbin/policy-rc.d
chmod 750 /usr/sbin/policy-rc.d
before=$(stat -c %a /usr/sbin/policy-rc.d; cat /usr/sbin/policy-rc.d)
check 'status' run
check 'services started' started_only ''
check 'policy as before' test "$before" = \
  "$(stat -c %a /usr/sbin/policy-rc.d; cat /usr/sbin/policy-rc.d)"
nothing_left

case_name='interrupted'
fresh_machine
begin_and_hang
kill -TERM -- "-$installer"
status=0
wait "$installer" || status=$?
check 'status' test "$status" = 143
check 'policy' no_policy
nothing_left

case_name='killed, then once more'
fresh_machine
begin_and_hang
kill -KILL -- "-$installer"
wait "$installer" 2>/dev/null || true
rm "$work/hang"
rm -f /etc/systemd/system/*redis* /etc/systemd/system/*/*redis* \
  /etc/systemd/system/*/*postgresql* /etc/rc2.d/*redis*
check 'status' run
check 'policy' no_policy
nothing_left

case_name='redis was there, enabled, and is upgraded beside'
fresh_machine
stand_in redis-server 'exit 0'
touch "$work/upgrade-redis"
link=/etc/systemd/system/multi-user.target.wants/redis-server.service
ln -s /x "$link"
check 'status' run
check 'services started' started_only 'haproxy redis-server '
check 'redis is enabled as before' test -L "$link"
rm "$link"
nothing_left

[ "$failures" -eq 0 ] || { tail -n 5 "$work/log" >&2; exit 1; }
echo "6 cases: nothing started, nothing enabled, everything put back"
