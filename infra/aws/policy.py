#!/usr/bin/python3
"""Is a Terraform plan the network that we promise? Exit 1 and a line for every difference.

usage: terraform show -json PLAN | infra/aws/policy.py

The matrix stands here a second time, and on purpose not derived from the modules: a change of who may
talk to whom has to be made in two places, by somebody who means it.
"""
import json
import sys

# Who may enter, per group. The world and the two networks of people come from the plan's variables.
INGRESS = """
frontend  tcp 22    operator
frontend  tcp 80    world
frontend  tcp 5001  world
frontend  tcp 3000  monitoring
frontend  tcp 9090  monitoring
backend   tcp 22    frontend
backend   tcp 6379  frontend
backend   tcp 9100  frontend
backend   tcp 9121  frontend
database  tcp 22    frontend
database  tcp 5432  frontend
database  tcp 5432  backend
database  tcp 9100  frontend
database  tcp 9187  frontend
"""
# What every host may reach besides; between groups, egress is ingress seen from the other side.
EGRESS = """
tcp 443  world
udp 123  world
tcp 53   resolver
udp 53   resolver
"""
GROUPS = ("frontend", "backend", "database")
# Where each kind of subnet sends what is not for the VPC.
ROUTES = {"aws_route_table.public": "aws_internet_gateway.this",
          "aws_route_table.private": "aws_nat_gateway.this"}


def matrix(variables):
    """{(direction, group, protocol, port, peer)}; a peer is a group or a CIDR."""
    first = variables["vpc_cidr"].split("/")[0].rsplit(".", 1)[0]
    names = {"world": "0.0.0.0/0", "operator": variables["operator_cidr"],
             "monitoring": variables["monitoring_cidr"] or variables["operator_cidr"],
             "resolver": f"{first}.2/32"}
    ingress = [line.split() for line in INGRESS.split("\n") if line]
    egress = [line.split() for line in EGRESS.split("\n") if line]
    if variables["https"]:
        ingress.append(["frontend", "tcp", "443", "world"])
    if variables["apt_over_http"]:
        egress.append(["tcp", "80", "world"])
    wanted = {("ingress", group, protocol, int(port), names.get(peer, peer))
              for group, protocol, port, peer in ingress}
    wanted |= {("egress", peer, protocol, int(port), group)
               for group, protocol, port, peer in ingress if peer in GROUPS}
    wanted |= {("egress", group, protocol, int(port), names[peer])
               for group in GROUPS for protocol, port, peer in egress}
    return wanted


def in_words(rule):
    direction, group, protocol, port, peer = rule
    preposition = "from" if direction == "ingress" else "to"
    return f"{direction} of {group}: {protocol}/{port} {preposition} {peer}"


# --- reading a plan ---------------------------------------------------------------------------------

def resources(module):
    """Every managed resource below a module of `planned_values` or of a state."""
    yield from (entry for entry in module.get("resources", []) if entry["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from resources(child)


def blocks(module):
    """Type and name -> the resource's block, for a module of `configuration` and all it calls."""
    found = {entry["address"]: entry for entry in module.get("resources", [])}
    for call in module.get("module_calls", {}).values():
        found.update(blocks(call["module"]))
    return found


def references(block, attribute):
    return block["expressions"].get(attribute, {}).get("references", [])


def resource_reference(block, attribute):
    """The resource that an attribute names, such as aws_route_table.public."""
    named = [name for name in references(block, attribute)
             if name.startswith("aws_") and name.count(".") == 1]
    return named[0] if named else None


class Plan:
    def __init__(self, document):
        self.variables = {name: entry.get("value")
                          for name, entry in document["variables"].items()}
        root = document["configuration"]["root_module"]
        for name, entry in root.get("variables", {}).items():
            self.variables.setdefault(name, entry.get("default"))
        self.resources = list(resources(document["planned_values"]["root_module"]))
        self.blocks = blocks(root)

    def of(self, kind):
        return [entry for entry in self.resources if entry["type"] == kind]

    def block(self, resource):
        return self.blocks[f"{resource['type']}.{resource['name']}"]


# --- the checks: each yields complaints --------------------------------------------------------------

def planned_rules(plan):
    """The plan's rules in the matrix's form. Before an apply the groups have no ids: then the tags
    tell them, which group_references() holds to the ids' own expressions."""
    names = {group["values"]["id"]: group["index"]
             for group in plan.of("aws_security_group") if "id" in group["values"]}
    for direction in ("ingress", "egress"):
        own, other = ("To", "From") if direction == "ingress" else ("From", "To")
        for rule in plan.of(f"aws_vpc_security_group_{direction}_rule"):
            values = rule["values"]
            group = names.get(values.get("security_group_id"), values["tags"][own])
            peer = values.get("cidr_ipv4") or names.get(
                values.get("referenced_security_group_id"), values["tags"][other])
            ports = {values["from_port"], values["to_port"]}
            port = ports.pop() if len(ports) == 1 else sorted(ports)
            yield direction, group, values["ip_protocol"], port, peer


def check_matrix(plan):
    wanted, found = matrix(plan.variables), set(planned_rules(plan))
    for rule in sorted(found - wanted, key=str):
        yield f"open, and not in the matrix: {in_words(rule)}"
    for rule in sorted(wanted - found, key=str):
        yield f"in the matrix, and not open: {in_words(rule)}"


def check_group_references(plan):
    """The ids of a rule come from the same side of its row as its tags."""
    for direction, own, other in (("ingress", "to", "from"), ("egress", "from", "to")):
        address = f"aws_vpc_security_group_{direction}_rule.this"
        for attribute, side in (("security_group_id", own), ("referenced_security_group_id", other)):
            sides = {name for name in references(plan.blocks.get(address, {"expressions": {}}),
                                                 attribute) if name.startswith("each.value.")}
            if sides != {f"each.value.{side}"}:
                yield f"{address}: {attribute} is not the row's '{side}'"


def check_no_other_rules(plan):
    """Nothing opens a port but the rules of the matrix."""
    for kind in ("aws_security_group_rule", "aws_network_acl_rule"):
        for entry in plan.of(kind):
            yield f"{entry['address']}: rules are made from the matrix only"
    for kind in ("aws_security_group", "aws_default_security_group"):
        for entry in plan.of(kind):
            block = plan.block(entry)["expressions"]
            for direction in ("ingress", "egress"):
                if direction in block:
                    yield f"{entry['address']}: has {direction} rules of its own"
    if not plan.of("aws_default_security_group"):
        yield "the VPC's default group keeps its rules"


def check_routes(plan):
    found = {}
    for route in plan.of("aws_route"):
        block = plan.block(route)
        target = (resource_reference(block, "nat_gateway_id")
                  or resource_reference(block, "gateway_id"))
        if route["values"]["destination_cidr_block"] == "0.0.0.0/0":
            found[resource_reference(block, "route_table_id")] = target
    for table, target in ROUTES.items():
        if found.get(table) != target:
            yield f"{table}: no route to the internet over {target}"
    tables = {entry["index"]: resource_reference(plan.block(entry), "route_table_id")
              for entry in plan.of("aws_route_table_association")}
    for subnet in plan.of("aws_subnet"):
        name = subnet["index"]
        wanted = "aws_route_table.public" if name == "public" else "aws_route_table.private"
        if tables.get(name) != wanted:
            yield f"subnet {name}: its route table is {tables.get(name)}, not {wanted}"


def check_hosts(plan):
    for host in plan.of("aws_instance"):
        values, name = host["values"], host["address"]
        metadata, disk = values["metadata_options"][0], values["root_block_device"][0]
        if metadata["http_tokens"] != "required" or metadata["http_put_response_hop_limit"] != 1:
            yield f"{name}: the instance metadata service must be version 2 only, one hop away"
        if not disk["encrypted"] or disk["volume_type"] != "gp3":
            yield f"{name}: the disk must be an encrypted gp3"
        if values.get("associate_public_ip_address"):
            yield f"{name}: only the frontend has a public address, and that is an elastic one"


CHECKS = (check_matrix, check_group_references, check_no_other_rules, check_routes, check_hosts)


def main():
    if len(sys.argv) != 1 or sys.stdin.isatty():
        print(__doc__.strip(), file=sys.stderr)
        return 2
    plan = Plan(json.load(sys.stdin))
    complaints = [complaint for check in CHECKS for complaint in check(plan)]
    for complaint in complaints:
        print(f"error: {complaint}")
    if not complaints:
        print(f"the plan is the matrix: {len(matrix(plan.variables))} rules, routes and hosts too")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
