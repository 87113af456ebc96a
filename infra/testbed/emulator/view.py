"""What exists, for tests and for the hosts and the firewall that are made from it."""
import base64

# Made by AWS together with something else, or only a catalogue.
_NOBODYS = {"acl", "image"}
_GONE = {"terminated", "deleted"}


def objects(store):
    """Kind -> what somebody made and did not delete. Empty: nothing is left."""
    left = {}
    for kind, things in store.tables.items():
        names = [name for name, thing in things.items()
                 if kind not in _NOBODYS and thing.get("_state") not in _GONE]
        if names:
            left[kind] = sorted(names)
    return left


def network(store):
    """Hosts, subnets and security groups, with what each subnet's route to the world is."""
    groups = {identity: group["groupName"] for identity, group in store.table("group").items()}
    return {
        "vpcs": {vpc["vpcId"]: vpc["cidrBlock"] for vpc in store.table("vpc").values()},
        "subnets": {subnet["subnetId"]: _subnet(store, subnet)
                    for subnet in store.table("subnet").values()},
        "hosts": {_host_name(store, instance): _host(store, instance, groups)
                  for instance in store.table("instance").values()
                  if instance["_state"] not in _GONE},
        "groups": {name: {"ingress": _rules(store, identity, False, groups),
                          "egress": _rules(store, identity, True, groups)}
                   for identity, name in groups.items()},
    }


def _host_name(store, instance):
    return store.tags.get(instance["_id"], {}).get("Host", instance["_id"])


def _host(store, instance, groups):
    public = [address["publicIp"] for address in store.table("address").values()
              if address.get("instanceId") == instance["_id"]]
    user_data = instance["_user_data"]
    return {
        "id": instance["_id"], "type": instance["instanceType"], "image": instance["imageId"],
        "subnet": instance["subnetId"], "interface": instance["_interface"],
        "private_ip": instance["privateIpAddress"], "public_ip": public[0] if public else None,
        "groups": [groups[group] for group in instance["_groups"]],
        "authorized_key": store.table("key_pair")[instance["keyName"]]["_public"],
        "user_data": base64.b64decode(user_data).decode() if user_data else None,
    }


def _subnet(store, subnet):
    """`internet`: how packets leave: igw, nat (with `nat_address`), or null."""
    table = _table_of(store, subnet)
    default = next((route for route in table["routeSet"]
                    if route["destinationCidrBlock"] == "0.0.0.0/0"), {})
    shown = {"cidr": subnet["cidrBlock"], "internet": None, "nat_address": None,
             "name": store.tags.get(subnet["_id"], {}).get("Name")}
    gateway = store.table("internet_gateway").get(default.get("gatewayId"))
    nat = store.table("nat_gateway").get(default.get("natGatewayId"))
    if gateway and gateway["_vpc"] == subnet["vpcId"]:
        shown["internet"] = "igw"
    elif nat and nat["_state"] not in _GONE and _behind_gateway(store, nat):
        shown.update(internet="nat", nat_address=nat["natGatewayAddressSet"][0]["publicIp"])
    return shown


def _behind_gateway(store, nat):
    """A NAT gateway helps only where packets leave through an internet gateway."""
    return _subnet(store, store.table("subnet")[nat["subnetId"]])["internet"] == "igw"


def _table_of(store, subnet):
    tables = [table for table in store.table("route_table").values()
              if table["vpcId"] == subnet["vpcId"]]
    return next((table for table in tables for entry in table["associationSet"]
                 if entry["subnetId"] == subnet["subnetId"]),
                next(table for table in tables if table["_main"]))


def _rules(store, group, egress, groups):
    """`peer` is a group's name or a CIDR; protocol -1 and port -1: everything."""
    shown = []
    for rule in store.table("rule").values():
        if rule["groupId"] == group and rule["isEgress"] == egress:
            peer = rule.get("cidrIpv4") or groups[rule["referencedGroupInfo"]["groupId"]]
            shown.append({"protocol": rule["ipProtocol"], "from_port": rule["fromPort"],
                          "to_port": rule["toPort"], "peer": peer})
    return shown
