"""Hosts, router and world, made from what Terraform created in the emulator.

    world (namespace)   operator 198.51.100.10, a stranger, package mirror, image registry
      |
    router (namespace)  nftables from the security groups, NAT
      |
    hosts               containers with systemd, each on a cable of its own

Nothing of it is connected to this machine's own network. Runs inside infra/testbed/with-docker.
"""

import os
import pathlib
import shutil
import subprocess
import time

import yaml

from firewall import interface, public_addresses, ruleset
from relay import Relay

OPERATOR, STRANGER, MIRROR = "198.51.100.10", "198.51.100.66", "198.51.100.53"
ROUTER = "198.51.100.1"
GATEWAY = "vb-gateway"
REGISTRY = "registry.votebench.test"
IMAGE = "votebench/host:local"
LIMIT_S = 300
CONNECT = pathlib.Path(__file__).with_name("connect.py")
# What a privileged container would have, but for what a virtual machine may lack.
PRIVILEGES = [
    "--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE", "--security-opt", "seccomp=unconfined",
    "--security-opt", "apparmor=unconfined", "--security-opt", "systempaths=unconfined",
    "--device-cgroup-rule", "a *:* rwm", "--cgroupns", "host",
    "--volume", "/sys/fs/cgroup:/sys/fs/cgroup:rw",
    "--tmpfs", "/run:exec", "--tmpfs", "/run/lock", "--tmpfs", "/tmp:exec"]


def run(*command, text=None, check=True):
    done = subprocess.run(command, input=text, text=True, capture_output=True, timeout=LIMIT_S,
                          check=False)
    assert done.returncode == 0 or not check, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


class Bed:
    """The world is there from open() to close(); the hosts of a network from boot() to halt()."""

    def __init__(self, folder, apt_proxy):
        self.folder = pathlib.Path(folder)
        self.network = None
        self._apt_proxy = apt_proxy
        self._tag = f"vb{os.getpid()}"
        self.world, self.router = f"{self._tag}-world", f"{self._tag}-router"
        self._relays = []

    def host(self, name):
        """The name of a host's container and of its network namespace."""
        return f"{self._tag}-{name}"

    def in_world(self, *command):
        """The command line that runs `command` as the operator."""
        return ["ip", "netns", "exec", self.world, *command]

    def open(self):
        run("ip", "netns", "add", self.world)
        for command in ("link set lo up", "link add inet type bridge", "link set inet up",
                        f"addr add {OPERATOR}/24 dev inet", f"addr add {STRANGER}/24 dev inet",
                        f"addr add {MIRROR}/24 dev inet"):
            run("ip", "-n", self.world, *command.split())
        self.relay((MIRROR, 443), self._apt_proxy)

    def relay(self, address, url):
        """Lets the world reach, at `address`, a server that only this namespace can reach."""
        self._relays.append(Relay(f"/run/netns/{self.world}", address, url))

    def boot(self, network):
        self.network = network
        self._make_router()
        for name, host in network["hosts"].items():
            self._make_host(name, host)
        self.apply_firewall(network)

    def _make_router(self):
        run("ip", "netns", "add", self.router)
        run("ip", "-n", self.router, "link", "set", "lo", "up")
        run("ip", "netns", "exec", self.router, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        run("ip", "link", "add", GATEWAY, "netns", self.router, "type", "veth", "peer", "name",
            "uplink", "netns", self.world)
        run("ip", "-n", self.world, "link", "set", "uplink", "master", "inet", "up")
        run("ip", "-n", self.router, "link", "set", GATEWAY, "up")
        run("ip", "-n", self.router, "addr", "add", f"{ROUTER}/24", "dev", GATEWAY)
        for address in public_addresses(self.network):
            run("ip", "-n", self.router, "addr", "add", f"{address}/32", "dev", GATEWAY)

    def _make_host(self, name, host):
        container = self.host(name)
        data = self._disk(name)
        data.mkdir()
        run("docker", "run", "--detach", "--name", container, "--hostname", name, "--network",
            "none", "--add-host", f"{name}:127.0.1.1", "--add-host", f"{REGISTRY}:{OPERATOR}",
            *PRIVILEGES, "--volume", f"{data}:/var/lib/docker", IMAGE)
        pid = run("docker", "inspect", "--format", "{{.State.Pid}}", container)
        handle = pathlib.Path("/run/netns") / container
        handle.touch()
        run("mount", "--bind", f"/proc/{pid}/ns/net", str(handle))
        self._plug_in(name, host)
        self._initialise(container, host)

    def _disk(self, name):
        return self.folder / f"{name}-docker"

    def _plug_in(self, name, host):
        address = host["private_ip"]
        gateway = address.rsplit(".", 1)[0] + ".1"
        cable, space = interface(name), self.host(name)
        run("ip", "link", "add", cable, "netns", self.router, "type", "veth", "peer", "name",
            "eth0", "netns", space)
        run("ip", "-n", self.router, "link", "set", cable, "up")
        run("ip", "-n", self.router, "addr", "add", f"{gateway}/24", "dev", cable)
        for command in ("link set lo up", "link set eth0 up", f"addr add {address}/24 dev eth0",
                        f"route add default via {gateway}"):
            run("ip", "-n", space, *command.split())

    def _initialise(self, container, host):
        """What cloud-init makes of the user data: host key, operator's key. And the mirror."""
        user_data = yaml.safe_load(host["user_data"])
        keys = user_data["ssh_keys"]
        files = {
            "/etc/ssh/ssh_host_ed25519_key": keys["ed25519_private"],
            "/etc/ssh/ssh_host_ed25519_key.pub": keys["ed25519_public"],
            "/home/admin/.ssh/authorized_keys": host["authorized_key"],
            "/etc/apt/apt.conf.d/01mirror": f'Acquire::http::Proxy "http://{MIRROR}:443";',
        }
        run("docker", "exec", container, "install", "-d", "-o", "admin", "-g", "admin", "-m", "700",
            "/home/admin/.ssh")
        for path, content in files.items():
            run("docker", "exec", "--interactive", container, "sh", "-euc",
                'umask 077; cat >"$1"', "sh", path, text=content.rstrip("\n") + "\n")
        run("docker", "exec", container, "sh", "-euc",
            "chown admin: /home/admin/.ssh/authorized_keys; chmod 644 /etc/apt/apt.conf.d/01mirror; "
            "for i in $(seq 60); do "
            "systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded' && break; sleep 0.5;"
            " done; systemctl reset-failed ssh || true; systemctl restart ssh")

    def apply_firewall(self, network):
        run("ip", "netns", "exec", self.router, "nft", "-f", "-",
            text=ruleset(network, GATEWAY))

    def reach(self, space, source, targets):
        """Of one TCP connection to each (address, port): "open", "refused", "closed" or "no route"."""
        found = run("ip", "netns", "exec", space, "/usr/bin/python3", "-B", str(CONNECT), source,
                    *(f"{address}:{port}" for address, port in targets))
        return found.splitlines()

    def halt(self):
        for name in self.network["hosts"] if self.network else ():
            container = self.host(name)
            run("docker", "rm", "--force", "--volumes", container, check=False)
            run("umount", f"/run/netns/{container}", check=False)
            pathlib.Path("/run/netns", container).unlink(missing_ok=True)
            shutil.rmtree(self._disk(name), ignore_errors=True)
        run("ip", "netns", "del", self.router, check=False)
        self.network = None

    def close(self):
        self.halt()
        for relay in self._relays:
            relay.stop()
        self._relays = []
        run("ip", "netns", "del", self.world, check=False)

    def remains(self):
        """What of the bed is still there: containers and namespaces."""
        names = run("docker", "ps", "--all", "--format", "{{.Names}}").split()
        names += [path.name for path in pathlib.Path("/run/netns").glob(f"{self._tag}-*")]
        return [name for name in names if name.startswith(self._tag)]


def wait_for(condition, what, limit_s=120):
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.2)


__all__ = ["Bed", "OPERATOR", "STRANGER", "REGISTRY", "run", "wait_for"]
