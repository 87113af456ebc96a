"""VPCs, subnets, route tables, gateways, addresses."""
import ipaddress

from ec2 import DONE, action, find, select, tag_new, tag_set, tagged
from ec2_groups import new_group
from store import ACCOUNT, REGION, arn
from wire import ApiError

# --- VPC --------------------------------------------------------------------------------------------


@action
def CreateVpc(store, request):
    identity, cidr = store.new_id("vpc"), request["CidrBlock"]
    store.table("vpc")[identity] = {
        "_id": identity, "vpcId": identity, "ownerId": ACCOUNT, "state": "available",
        "cidrBlock": cidr, "dhcpOptionsId": "dopt-1", "instanceTenancy": "default",
        "isDefault": False,
        "cidrBlockAssociationSet": [{"cidrBlock": cidr, "associationId": store.new_id("vpc-cidr"),
                                     "cidrBlockState": {"state": "associated"}}],
        "_attributes": {"enableDnsSupport": True, "enableDnsHostnames": False,
                        "enableNetworkAddressUsageMetrics": False}}
    tag_new(store, request, identity)
    new_group(store, identity, "default", "default VPC security group")
    _new_route_table(store, identity, main=True)
    acl = store.new_id("acl")
    store.table("acl")[acl] = {"_id": acl, "networkAclId": acl, "vpcId": identity, "default": True,
                               "ownerId": ACCOUNT, "entrySet": [], "associationSet": []}
    return {"vpc": tagged(store, store.table("vpc")[identity])}


@action
def DescribeVpcs(store, request):
    found = select(store, "vpc", request, "VpcId", "InvalidVpcID.NotFound",
                   {"vpc-id": lambda vpc: vpc["vpcId"]})
    return {"vpcSet": [tagged(store, vpc) for vpc in found]}


@action
def DescribeVpcAttribute(store, request):
    vpc = find(store, "vpc", request["VpcId"], "InvalidVpcID.NotFound")
    name = request["Attribute"]
    return {"vpcId": vpc["vpcId"], name: {"value": vpc["_attributes"][name]}}


@action
def ModifyVpcAttribute(store, request):
    attributes = find(store, "vpc", request["VpcId"], "InvalidVpcID.NotFound")["_attributes"]
    for name in attributes:
        change = request.get(name[0].upper() + name[1:])
        if change:
            attributes[name] = change["Value"] == "true"
    return DONE


@action
def DeleteVpc(store, request):
    identity = request["VpcId"]
    find(store, "vpc", identity, "InvalidVpcID.NotFound")
    own = [thing for kind in ("subnet", "group", "route_table") for thing in
           store.table(kind).values() if thing["vpcId"] == identity]
    in_the_way = [thing for thing in own if not thing.get("_main")
                  and thing.get("groupName") != "default"]
    attached = [gateway for gateway in store.table("internet_gateway").values()
                if gateway["_vpc"] == identity]
    if in_the_way or attached:
        raise ApiError("DependencyViolation",
                       f"The vpc '{identity}' has dependencies and cannot be deleted.")
    groups = [thing["_id"] for thing in own if "groupName" in thing]
    for kind, gone in (("group", lambda thing: thing["vpcId"] == identity),
                       ("route_table", lambda thing: thing["vpcId"] == identity),
                       ("acl", lambda thing: thing["vpcId"] == identity),
                       ("rule", lambda thing: thing["groupId"] in groups)):
        for key in [key for key, thing in store.table(kind).items() if gone(thing)]:
            del store.table(kind)[key]
    del store.table("vpc")[identity]
    return DONE


@action
def DescribeNetworkAcls(store, request):
    found = select(store, "acl", request, "NetworkAclId", "InvalidNetworkAclID.NotFound",
                   {"vpc-id": lambda acl: acl["vpcId"], "default": lambda acl: "true"})
    return {"networkAclSet": [tagged(store, acl) for acl in found]}


# --- subnets ----------------------------------------------------------------------------------------

@action
def CreateSubnet(store, request):
    vpc = find(store, "vpc", request["VpcId"], "InvalidVpcID.NotFound")
    network = ipaddress.ip_network(request["CidrBlock"])
    if not network.subnet_of(ipaddress.ip_network(vpc["cidrBlock"])):
        raise ApiError("InvalidSubnet.Range", f"The CIDR '{network}' is invalid.")
    for other in store.table("subnet").values():
        if other["vpcId"] == vpc["vpcId"] and network.overlaps(
                ipaddress.ip_network(other["cidrBlock"])):
            raise ApiError("InvalidSubnet.Conflict",
                           f"The CIDR '{network}' conflicts with another subnet")
    identity = store.new_id("subnet")
    subnet = {
        "_id": identity, "subnetId": identity, "subnetArn": arn("ec2", f"subnet/{identity}"),
        "state": "available", "ownerId": ACCOUNT, "vpcId": vpc["vpcId"],
        "cidrBlock": str(network), "availableIpAddressCount": network.num_addresses - 5,
        "availabilityZone": request.get("AvailabilityZone", REGION + "a"),
        "availabilityZoneId": "euc1-az2", "defaultForAz": False, "mapPublicIpOnLaunch": False,
        "assignIpv6AddressOnCreation": False, "ipv6CidrBlockAssociationSet": [],
        "enableDns64": False, "ipv6Native": False, "mapCustomerOwnedIpOnLaunch": False,
        "privateDnsNameOptionsOnLaunch": {
            "hostnameType": "ip-name", "enableResourceNameDnsARecord": False,
            "enableResourceNameDnsAAAARecord": False}}
    store.table("subnet")[identity] = subnet
    tag_new(store, request, identity)
    return {"subnet": tagged(store, subnet)}


@action
def DescribeSubnets(store, request):
    found = select(store, "subnet", request, "SubnetId", "InvalidSubnetID.NotFound",
                   {"subnet-id": lambda subnet: subnet["subnetId"],
                    "vpc-id": lambda subnet: subnet["vpcId"]})
    return {"subnetSet": [tagged(store, subnet) for subnet in found]}


@action
def DeleteSubnet(store, request):
    identity = request["SubnetId"]
    find(store, "subnet", identity, "InvalidSubnetID.NotFound")
    users = [*store.table("instance").values(), *store.table("nat_gateway").values()]
    if any(user["subnetId"] == identity and user["_state"] not in ("terminated", "deleted")
           for user in users):
        raise ApiError("DependencyViolation",
                       f"The subnet '{identity}' has dependencies and cannot be deleted.")
    del store.table("subnet")[identity]
    return DONE


# --- route tables -----------------------------------------------------------------------------------

def _new_route_table(store, vpc, main):
    identity = store.new_id("rtb")
    store.table("route_table")[identity] = {
        "_id": identity, "_main": main, "routeTableId": identity, "vpcId": vpc,
        "ownerId": ACCOUNT, "propagatingVgwSet": [],
        "routeSet": [{"destinationCidrBlock": store.table("vpc")[vpc]["cidrBlock"],
                      "gatewayId": "local", "state": "active", "origin": "CreateRouteTable"}],
        "associationSet": [_association(store, identity, main=True)] if main else []}
    return identity


def _association(store, table, subnet=None, main=False):
    return {"routeTableAssociationId": store.new_id("rtbassoc"), "routeTableId": table,
            "subnetId": subnet, "main": main, "associationState": {"state": "associated"}}


def _route_table(store, request):
    return find(store, "route_table", request["RouteTableId"], "InvalidRouteTableID.NotFound")


@action
def CreateRouteTable(store, request):
    identity = _new_route_table(store, request["VpcId"], main=False)
    tag_new(store, request, identity)
    return {"routeTable": tagged(store, store.table("route_table")[identity])}


@action
def DescribeRouteTables(store, request):
    def associations(table, key):
        return [entry[key] for entry in table["associationSet"]]

    found = select(
        store, "route_table", request, "RouteTableId", "InvalidRouteTableID.NotFound",
        {"vpc-id": lambda table: table["vpcId"],
         "association.main": lambda table: "true" if table["_main"] else "false",
         "association.subnet-id": lambda table: associations(table, "subnetId"),
         "association.route-table-association-id":
             lambda table: associations(table, "routeTableAssociationId")})
    return {"routeTableSet": [tagged(store, table) for table in found]}


@action
def CreateRoute(store, request):
    table, destination = _route_table(store, request), request["DestinationCidrBlock"]
    if any(route["destinationCidrBlock"] == destination for route in table["routeSet"]):
        raise ApiError("RouteAlreadyExists",
                       f"The route identified by {destination} already exists.")
    route = {"destinationCidrBlock": destination, "state": "active", "origin": "CreateRoute"}
    if "GatewayId" in request:
        find(store, "internet_gateway", request["GatewayId"], "InvalidInternetGatewayID.NotFound")
        route["gatewayId"] = request["GatewayId"]
    if "NatGatewayId" in request:
        find(store, "nat_gateway", request["NatGatewayId"], "InvalidNatGatewayID.NotFound")
        route["natGatewayId"] = request["NatGatewayId"]
    table["routeSet"].append(route)
    return DONE


@action
def DeleteRoute(store, request):
    table, destination = _route_table(store, request), request["DestinationCidrBlock"]
    left = [route for route in table["routeSet"] if route["destinationCidrBlock"] != destination]
    if len(left) == len(table["routeSet"]):
        raise ApiError("InvalidRoute.NotFound", f"no route with destination {destination}")
    table["routeSet"] = left
    return DONE


@action
def AssociateRouteTable(store, request):
    table = _route_table(store, request)
    find(store, "subnet", request["SubnetId"], "InvalidSubnetID.NotFound")
    association = _association(store, table["_id"], request["SubnetId"])
    table["associationSet"].append(association)
    return {"associationId": association["routeTableAssociationId"],
            "associationState": association["associationState"]}


@action
def DisassociateRouteTable(store, request):
    for table in store.table("route_table").values():
        left = [entry for entry in table["associationSet"]
                if entry["routeTableAssociationId"] != request["AssociationId"]]
        if len(left) < len(table["associationSet"]):
            table["associationSet"] = left
            return DONE
    raise ApiError("InvalidAssociationID.NotFound", "no such association")


@action
def DeleteRouteTable(store, request):
    table = _route_table(store, request)
    if table["associationSet"]:
        raise ApiError("DependencyViolation", f"{table['_id']} has dependencies")
    del store.table("route_table")[table["_id"]]
    return DONE


# --- internet gateway -------------------------------------------------------------------------------

def _internet_gateway(store, request):
    return find(store, "internet_gateway", request["InternetGatewayId"],
                "InvalidInternetGatewayID.NotFound")


def _shown_gateway(store, gateway):
    attachments = [{"vpcId": gateway["_vpc"], "state": "available"}] if gateway["_vpc"] else []
    return {**gateway, "attachmentSet": attachments, "tagSet": tag_set(store, gateway["_id"])}


@action
def CreateInternetGateway(store, request):
    identity = store.new_id("igw")
    gateway = {"_id": identity, "_vpc": None, "internetGatewayId": identity, "ownerId": ACCOUNT}
    store.table("internet_gateway")[identity] = gateway
    tag_new(store, request, identity)
    return {"internetGateway": _shown_gateway(store, gateway)}


@action
def AttachInternetGateway(store, request):
    find(store, "vpc", request["VpcId"], "InvalidVpcID.NotFound")
    _internet_gateway(store, request)["_vpc"] = request["VpcId"]
    return DONE


@action
def DetachInternetGateway(store, request):
    gateway = _internet_gateway(store, request)
    subnets = {subnet["_id"] for subnet in store.table("subnet").values()
               if subnet["vpcId"] == gateway["_vpc"]}
    if any(address.get("associationId") and address["_subnet"] in subnets
           for address in store.table("address").values()):
        raise ApiError("DependencyViolation",
                       f"Network {gateway['_vpc']} has some mapped public address(es).")
    gateway["_vpc"] = None
    return DONE


@action
def DescribeInternetGateways(store, request):
    found = select(store, "internet_gateway", request, "InternetGatewayId",
                   "InvalidInternetGatewayID.NotFound",
                   {"attachment.vpc-id": lambda gateway: gateway["_vpc"]})
    return {"internetGatewaySet": [_shown_gateway(store, gateway) for gateway in found]}


@action
def DeleteInternetGateway(store, request):
    gateway = _internet_gateway(store, request)
    if gateway["_vpc"]:
        raise ApiError("DependencyViolation", f"{gateway['_id']} is attached")
    del store.table("internet_gateway")[gateway["_id"]]
    return DONE
