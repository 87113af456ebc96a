"""From every vantage point to every host and port: is it open, and does the plan say so? The plan is
Terraform's flow matrix, not the rules that the firewall was made from."""
import concurrent.futures

from hosts import OPERATOR, STRANGER

PORTS = [22, 80, 443, 2375, 3000, 5001, 5432, 6379, 9090, 9100, 9121, 9187]
WORLD = "0.0.0.0/0"


def wanted(flows, bed, source, target, port):
    """Both ends must open a port; the world reaches public addresses only."""
    hosts = bed.network["hosts"]
    rows = [flow for flow in flows if flow["protocol"] == "tcp" and flow["port"] == port]
    if source in hosts:
        leaves = any(r["from"] == source and r["to"] in (target, WORLD) for r in rows)
        enters = any(r["to"] == target and r["from"] in (source, WORLD) for r in rows)
        return leaves and enters
    address = {"operator": OPERATOR, "stranger": STRANGER}[source]
    return bool(hosts[target]["public_ip"]) and any(
        r["to"] == target and r["from"] in (f"{address}/32", WORLD) for r in rows)


def _points(bed):
    """Name -> namespace and source address."""
    points = {"operator": (bed.world, OPERATOR), "stranger": (bed.world, STRANGER)}
    for name, host in bed.network["hosts"].items():
        points[name] = (bed.host(name), host["private_ip"])
    return points


def _found(bed, point, source, targets):
    """(source, target, port) -> open or not, as seen from one point."""
    inside = source in bed.network["hosts"]
    addresses = []
    for target, port in targets:
        host = bed.network["hosts"][target]
        addresses.append((host["private_ip"] if inside else host["public_ip"] or host["private_ip"],
                          port))
    # refused: the packet got there, nobody listens
    return {(source, target, port): answer in ("open", "refused")
            for (target, port), answer in zip(targets, bed.reach(*point, addresses))}


def differences(bed, flows):
    """(number of probes, what is not as planned)."""
    def look(entry):
        source, point = entry
        return _found(bed, point, source, [(target, port) for target in bed.network["hosts"]
                                           if target != source for port in PORTS])

    found = {}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for seen in pool.map(look, _points(bed).items()):
            found |= seen
    wrong = [f"{source} -> {target}:{port} is {'open' if is_open else 'closed'}"
             for (source, target, port), is_open in found.items()
             if is_open != wanted(flows, bed, source, target, port)]
    return len(found), wrong
