"""Elastic addresses and NAT gateways."""
from ec2 import DONE, action, find, select, tag_new, tagged
from store import ACCOUNT, REGION
from wire import ApiError

# Documentation addresses (RFC 5737): the test bed's "internet".
PUBLIC = "198.51.100."
FIRST = 110

_ASSOCIATION = ("associationId", "instanceId", "privateIpAddress", "networkInterfaceId",
                "networkInterfaceOwnerId")


def _address(store, request):
    return find(store, "address", request["AllocationId"], "InvalidAllocationID.NotFound")


@action
def AllocateAddress(store, request):
    taken = {address["publicIp"] for address in store.table("address").values()}
    public = next(address for address in (f"{PUBLIC}{number}" for number in range(FIRST, 255))
                  if address not in taken)
    identity = store.new_id("eipalloc")
    address = {"_id": identity, "allocationId": identity, "publicIp": public, "domain": "vpc",
               "publicIpv4Pool": "amazon", "networkBorderGroup": REGION}
    store.table("address")[identity] = address
    tag_new(store, request, identity)
    return address


@action
def DescribeAddresses(store, request):
    found = select(store, "address", request, "AllocationId", "InvalidAllocationID.NotFound",
                   {"association-id": lambda address: address.get("associationId"),
                    "allocation-id": lambda address: address["allocationId"]})
    return {"addressesSet": [tagged(store, address) for address in found]}


@action
def DescribeAddressesAttribute(store, request):
    return {"addressSet": []}


@action
def AssociateAddress(store, request):
    address = _address(store, request)
    instance = find(store, "instance", request["InstanceId"], "InvalidInstanceID.NotFound")
    address.update(associationId=store.new_id("eipassoc"), instanceId=instance["_id"],
                   _subnet=instance["subnetId"],
                   privateIpAddress=instance["privateIpAddress"],
                   networkInterfaceId=instance["_interface"], networkInterfaceOwnerId=ACCOUNT)
    return {"return": True, "associationId": address["associationId"]}


@action
def DisassociateAddress(store, request):
    for address in store.table("address").values():
        if address.get("associationId") == request["AssociationId"]:
            for key in _ASSOCIATION:
                address.pop(key, None)
            return DONE
    raise ApiError("InvalidAssociationID.NotFound", "no such association")


@action
def ReleaseAddress(store, request):
    address = _address(store, request)
    if address.get("associationId"):
        raise ApiError("InvalidIPAddress.InUse", f"{address['_id']} is associated")
    del store.table("address")[address["_id"]]
    return DONE


# --- NAT gateways -----------------------------------------------------------------------------------

def _shown(store, gateway):
    age = store.now() - gateway["_born"]
    if gateway["_state"] == "pending" and age >= store.settings["nat_seconds"]:
        gateway["_state"] = "available"
    return {**tagged(store, gateway), "state": gateway["_state"]}


@action
def CreateNatGateway(store, request):
    subnet = find(store, "subnet", request["SubnetId"], "InvalidSubnetID.NotFound")
    address = _address(store, request)
    if address.get("associationId"):
        raise ApiError("InvalidIPAddress.InUse", f"{address['_id']} is associated")
    address.update(associationId=store.new_id("eipassoc"), _subnet=subnet["subnetId"])
    identity = store.new_id("nat")
    gateway = {
        "_id": identity, "_state": "pending", "_born": store.now(),
        "natGatewayId": identity, "subnetId": subnet["subnetId"], "vpcId": subnet["vpcId"],
        "connectivityType": "public",
        "natGatewayAddressSet": [{
            "allocationId": address["allocationId"], "publicIp": address["publicIp"],
            "privateIp": subnet["cidrBlock"].rsplit(".", 1)[0] + ".250",
            "networkInterfaceId": store.new_id("eni"), "isPrimary": True, "status": "succeeded",
            "associationId": address["associationId"]}]}
    store.table("nat_gateway")[identity] = gateway
    tag_new(store, request, identity)
    return {"natGateway": _shown(store, gateway)}


@action
def DescribeNatGateways(store, request):
    found = select(store, "nat_gateway", request, "NatGatewayId", "NatGatewayNotFound",
                   {"state": lambda gateway: gateway["_state"]})
    return {"natGatewaySet": [_shown(store, gateway) for gateway in found]}


@action
def DeleteNatGateway(store, request):
    gateway = find(store, "nat_gateway", request["NatGatewayId"], "NatGatewayNotFound")
    gateway["_state"] = "deleted"
    for entry in gateway["natGatewayAddressSet"]:
        store.table("address").get(entry["allocationId"], {}).pop("associationId", None)
    return {"natGatewayId": gateway["_id"]}
