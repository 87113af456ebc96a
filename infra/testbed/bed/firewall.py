"""Security groups as an nftables ruleset: what AWS enforces outside the hosts, from what Terraform
created. `network` is the emulator's GET /_emulator/network."""

WORLD = "0.0.0.0/0"


def interface(host):
    """The router's end of a host's cable."""
    return f"vb-{host}"[:15]


def members(network):
    """Group -> private addresses, which is what a reference to a group means."""
    found = {group: [] for group in network["groups"]}
    for host in network["hosts"].values():
        for group in host["groups"]:
            found[group].append(host["private_ip"])
    return found


def _peer(side, peer, addresses):
    """The match for a rule's peer; None when nobody is meant."""
    if peer == WORLD:
        return ""
    if peer not in addresses:
        return f"ip {side} {peer} "
    return f"ip {side} {{ {', '.join(addresses[peer])} }} " if addresses[peer] else None


def _rules(network, host, direction):
    side = "saddr" if direction == "ingress" else "daddr"
    addresses = members(network)
    for group in host["groups"]:
        for rule in network["groups"][group][direction]:
            peer = _peer(side, rule["peer"], addresses)
            if peer is None:
                continue
            if rule["protocol"] == "-1":
                yield f"{peer}return"
            else:
                ports = f"{rule['from_port']}-{rule['to_port']}"
                yield f"{peer}{rule['protocol']} dport {ports} return"


def _way_out(network, host):
    """The public address that a host's packets carry; None: there is no route to the world."""
    subnet = network["subnets"][host["subnet"]]
    if subnet["internet"] == "igw":
        return host["public_ip"]
    return subnet["nat_address"] if subnet["internet"] == "nat" else None


def ruleset(network, gateway):
    """`gateway`: the router's interface to the world. Default: nothing passes."""
    hosts = network["hosts"]
    lines = ["flush ruleset", "table ip vpc {"]
    for name, host in hosts.items():
        for chain, direction in (("in", "ingress"), ("out", "egress")):
            lines += [f"chain {chain}_{name} {{", *_rules(network, host, direction),
                      "counter drop", "}"]
    lines += ["chain forward { type filter hook forward priority 0; policy drop;",
              "ct state established,related accept", "ct state invalid drop"]
    for name, host in hosts.items():
        cable = interface(name)
        lines.append(f"iifname {cable} ip saddr != {host['private_ip']} drop")
        if _way_out(network, host) is None:
            lines += [f"iifname {cable} oifname {gateway} drop"]
        lines += [f"iifname {cable} jump out_{name}"]
    lines += [f"oifname {interface(name)} jump in_{name}" for name in hosts]
    lines += ["accept", "}", "chain before { type nat hook prerouting priority -100;"]
    for host in hosts.values():
        if host["public_ip"] and _way_out(network, host) == host["public_ip"]:
            lines.append(f"iifname {gateway} ip daddr {host['public_ip']} dnat to "
                         f"{host['private_ip']}")
    lines += ["}", "chain after { type nat hook postrouting priority 100;"]
    for host in hosts.values():
        if _way_out(network, host):
            lines.append(f"oifname {gateway} ip saddr {host['private_ip']} snat to "
                         f"{_way_out(network, host)}")
    return "\n".join([*lines, "}", "}", ""])


def public_addresses(network):
    """What the router answers for on the side of the world."""
    found = {host["public_ip"] for host in network["hosts"].values()}
    found |= {subnet["nat_address"] for subnet in network["subnets"].values()}
    return sorted(found - {None})
