"""Security groups and their rules."""
from ec2 import DONE, action, find, select, tag_new, tag_set, tagged
from store import ACCOUNT
from wire import ApiError

EVERYTHING = "-1"


def new_group(store, vpc, name, description):
    """A new group lets everything out; the default group also everything of its own in."""
    identity = store.new_id("sg")
    store.table("group")[identity] = {
        "_id": identity, "ownerId": ACCOUNT, "groupId": identity, "groupName": name,
        "groupDescription": description, "vpcId": vpc}
    _add(store, identity, True, {"IpProtocol": EVERYTHING, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]})
    if name == "default":
        _add(store, identity, False, {"IpProtocol": EVERYTHING, "Groups": [{"GroupId": identity}]})
    return identity


def _peers(permission):
    """(key, value, description) of each side that a permission names."""
    for entry in permission.get("IpRanges", []):
        yield "cidrIpv4", entry["CidrIp"], entry.get("Description")
    for entry in permission.get("Groups", []):
        yield ("referencedGroupInfo", {"groupId": entry["GroupId"], "userId": ACCOUNT},
               entry.get("Description"))


def _rules(group, egress, permission):
    """The rules that a permission stands for. The protocol -1 knows no ports."""
    everything = permission["IpProtocol"] == EVERYTHING
    for key, peer, description in _peers(permission):
        yield {"groupId": group, "groupOwnerId": ACCOUNT, "isEgress": egress,
               "ipProtocol": permission["IpProtocol"],
               "fromPort": -1 if everything else int(permission["FromPort"]),
               "toPort": -1 if everything else int(permission["ToPort"]),
               key: peer, "description": description}


def _existing(store, rule):
    keys = ("groupId", "isEgress", "ipProtocol", "fromPort", "toPort", "cidrIpv4",
            "referencedGroupInfo")
    return next((other for other in store.table("rule").values()
                 if all(other.get(key) == rule.get(key) for key in keys)), None)


def _add(store, group, egress, permission):
    added = []
    for rule in _rules(group, egress, permission):
        if _existing(store, rule):
            raise ApiError("InvalidPermission.Duplicate", "the specified rule already exists")
        rule["_id"] = rule["securityGroupRuleId"] = store.new_id("sgr")
        store.table("rule")[rule["_id"]] = rule
        added.append(rule)
    return added


@action
def CreateSecurityGroup(store, request):
    if any(group["groupName"] == request["GroupName"] and group["vpcId"] == request["VpcId"]
           for group in store.table("group").values()):
        raise ApiError("InvalidGroup.Duplicate",
                       f"The security group '{request['GroupName']}' already exists")
    identity = new_group(store, request["VpcId"], request["GroupName"],
                         request["GroupDescription"])
    tag_new(store, request, identity)
    return {"return": True, "groupId": identity, "tagSet": tag_set(store, identity)}


def _permissions(store, group, egress):
    """A group's rules in the older form, one entry per rule."""
    shown = []
    for rule in store.table("rule").values():
        if rule["groupId"] == group and rule["isEgress"] == egress:
            everything = rule["ipProtocol"] == EVERYTHING
            peer, cidr = rule.get("referencedGroupInfo"), rule.get("cidrIpv4")
            shown.append({
                "ipProtocol": rule["ipProtocol"],
                "fromPort": None if everything else rule["fromPort"],
                "toPort": None if everything else rule["toPort"],
                "groups": [{**peer, "description": rule["description"]}] if peer else [],
                "ipRanges": [{"cidrIp": cidr, "description": rule["description"]}]
                if cidr else []})
    return shown


@action
def DescribeSecurityGroups(store, request):
    found = select(store, "group", request, "GroupId", "InvalidGroup.NotFound",
                   {"vpc-id": lambda group: group["vpcId"],
                    "group-name": lambda group: group["groupName"],
                    "group-id": lambda group: group["groupId"]})
    return {"securityGroupInfo": [
        {**tagged(store, group), "ipPermissions": _permissions(store, group["_id"], False),
         "ipPermissionsEgress": _permissions(store, group["_id"], True)} for group in found]}


def _authorize(store, request, egress):
    find(store, "group", request["GroupId"], "InvalidGroup.NotFound")
    added = []
    for permission in request["IpPermissions"]:
        for peer in permission.get("Groups", []):
            find(store, "group", peer["GroupId"], "InvalidGroup.NotFound")
        added += _add(store, request["GroupId"], egress, permission)
    for rule in added:
        tag_new(store, request, rule["_id"])
    return {"return": True, "securityGroupRuleSet": [tagged(store, rule) for rule in added]}


@action
def AuthorizeSecurityGroupIngress(store, request):
    return _authorize(store, request, egress=False)


@action
def AuthorizeSecurityGroupEgress(store, request):
    return _authorize(store, request, egress=True)


def _revoke(store, request, egress):
    rules = store.table("rule")
    for identity in request.get("SecurityGroupRuleId", []):
        find(store, "rule", identity, "InvalidSecurityGroupRuleId.NotFound")
        del rules[identity]
    for permission in request.get("IpPermissions", []):
        for rule in _rules(request["GroupId"], egress, permission):
            existing = _existing(store, rule)
            if existing is None:
                raise ApiError("InvalidPermission.NotFound",
                               "The specified rule does not exist in this security group.")
            del rules[existing["_id"]]
    return DONE


@action
def RevokeSecurityGroupIngress(store, request):
    return _revoke(store, request, egress=False)


@action
def RevokeSecurityGroupEgress(store, request):
    return _revoke(store, request, egress=True)


@action
def DescribeSecurityGroupRules(store, request):
    found = select(store, "rule", request, "SecurityGroupRuleId",
                   "InvalidSecurityGroupRuleId.NotFound",
                   {"group-id": lambda rule: rule["groupId"],
                    "security-group-rule-id": lambda rule: rule["_id"]})
    return {"securityGroupRuleSet": [tagged(store, rule) for rule in found]}


@action
def DeleteSecurityGroup(store, request):
    identity = request["GroupId"]
    find(store, "group", identity, "InvalidGroup.NotFound")
    rules = store.table("rule")
    referenced = any(rule.get("referencedGroupInfo", {}).get("groupId") == identity
                     and rule["groupId"] != identity for rule in rules.values())
    used = any(identity in instance["_groups"] and instance["_state"] != "terminated"
               for instance in store.table("instance").values())
    if referenced or used:
        raise ApiError("DependencyViolation", f"resource {identity} has a dependent object")
    for key in [key for key, rule in rules.items() if rule["groupId"] == identity]:
        del rules[key]
    del store.table("group")[identity]
    return {"return": True, "groupId": identity}
