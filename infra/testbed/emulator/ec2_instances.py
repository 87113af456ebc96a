"""Machine images, key pairs, instances and their disks."""
import base64
import hashlib
import ipaddress

from ec2 import DONE, action, find, select, tag_new, tag_set, tagged
from store import ACCOUNT
from wire import ApiError

DEBIAN = "136693071363"
STRANGER = "999999999999"

# The emulator's catalogue. These identifiers exist nowhere else.
_IMAGES = {image: {"_id": image, "imageId": image, "name": name, "architecture": architecture,
                   "imageOwnerId": owner, "creationDate": f"{day}T00:00:00.000Z",
                   "imageState": "available", "isPublic": True, "imageType": "machine",
                   "rootDeviceType": "ebs", "rootDeviceName": "/dev/xvda",
                   "virtualizationType": "hvm", "hypervisor": "xen",
                   "blockDeviceMapping": [{"deviceName": "/dev/xvda", "ebs": {
                       "snapshotId": "snap-1", "volumeSize": 8, "volumeType": "gp3",
                       "deleteOnTermination": True, "encrypted": False}}]}
           for image, name, architecture, owner, day in (
               ("ami-0000000000000a001", "debian-12-amd64-older", "x86_64", DEBIAN, "2026-01-01"),
               ("ami-0000000000000a002", "debian-12-amd64-newer", "x86_64", DEBIAN, "2026-02-01"),
               ("ami-0000000000000a003", "debian-12-arm64-newer", "arm64", DEBIAN, "2026-02-01"),
               ("ami-0000000000000a004", "debian-12-amd64-evil", "x86_64", STRANGER, "2026-03-01"),
           )}


@action
def DescribeImages(store, request):
    store.table("image").update(_IMAGES)
    found = select(store, "image", request, "ImageId", "InvalidAMIID.NotFound",
                   {"name": lambda image: image["name"],
                    "architecture": lambda image: image["architecture"],
                    "virtualization-type": lambda image: image["virtualizationType"],
                    "root-device-type": lambda image: image["rootDeviceType"]})
    owners = request.get("Owner")
    return {"imagesSet": [tagged(store, image) for image in found
                          if not owners or image["imageOwnerId"] in owners]}


@action
def GetInstanceUefiData(store, request):
    return {"instanceId": request["InstanceId"]}


# --- key pairs --------------------------------------------------------------------------------------

@action
def ImportKeyPair(store, request):
    name, public = request["KeyName"], base64.b64decode(request["PublicKeyMaterial"]).decode()
    if name in store.table("key_pair"):
        raise ApiError("InvalidKeyPair.Duplicate", f"The keypair '{name}' already exists.")
    identity = store.new_id("key")
    key = {"_id": identity, "_public": public, "keyPairId": identity, "keyName": name,
           "keyType": "ed25519", "keyFingerprint": hashlib.md5(public.encode()).hexdigest()}
    store.table("key_pair")[name] = key
    tag_new(store, request, identity)
    return tagged(store, key)


@action
def DescribeKeyPairs(store, request):
    found = select(store, "key_pair", request, "KeyName", "InvalidKeyPair.NotFound", {})
    return {"keySet": [tagged(store, key) for key in found]}


@action
def DeleteKeyPair(store, request):
    store.table("key_pair").pop(request["KeyName"], None)
    return DONE


# --- instances --------------------------------------------------------------------------------------

_STATE_CODES = {"running": 16, "terminated": 48}


def _state(name):
    return {"code": _STATE_CODES[name], "name": name}


def _shown(store, instance):
    groups = [{"groupId": group, "groupName": store.table("group")[group]["groupName"]}
              for group in instance["_groups"] if group in store.table("group")]
    interface = {
        "networkInterfaceId": instance["_interface"], "subnetId": instance["subnetId"],
        "vpcId": instance["vpcId"], "ownerId": ACCOUNT, "status": "in-use",
        "interfaceType": "interface", "sourceDestCheck": True, "groupSet": groups,
        "privateIpAddress": instance["privateIpAddress"], "ipv6AddressesSet": [],
        "privateIpAddressesSet": [{"privateIpAddress": instance["privateIpAddress"],
                                   "primary": True}],
        "attachment": {"attachmentId": "eni-attach-1", "deviceIndex": 0, "status": "attached",
                       "deleteOnTermination": True, "networkCardIndex": 0}}
    public = next((address["publicIp"] for address in store.table("address").values()
                   if address.get("instanceId") == instance["_id"]), None)
    return {**instance, "instanceState": _state(instance["_state"]), "groupSet": groups,
            "networkInterfaceSet": [interface], "ipAddress": public,
            "tagSet": tag_set(store, instance["_id"])}


def _launch(store, request):
    """Subnet, groups and address, which come directly or with a network interface."""
    wanted = request.get("NetworkInterface", [request])[0]
    subnet = find(store, "subnet", wanted["SubnetId"], "InvalidSubnetID.NotFound")
    groups = wanted.get("SecurityGroupId", [])
    for group in groups:
        find(store, "group", group, "InvalidGroup.NotFound")
    address = wanted["PrivateIpAddress"]
    if ipaddress.ip_address(address) not in ipaddress.ip_network(subnet["cidrBlock"]):
        raise ApiError("InvalidParameterValue", f"Address {address} is not in the subnet")
    if any(other["privateIpAddress"] == address and other["_state"] != "terminated"
           for other in store.table("instance").values()):
        raise ApiError("InvalidIPAddress.InUse", f"Address {address} is in use.")
    return subnet, groups, address


def _new_volume(store, request, instance, zone):
    disk = request.get("BlockDeviceMapping", [{}])[0].get("Ebs", {})
    identity = store.new_id("vol")
    store.table("volume")[identity] = {
        "_id": identity, "_instance": instance, "volumeId": identity,
        "size": disk.get("VolumeSize", 8), "volumeType": disk.get("VolumeType", "gp2"),
        "encrypted": disk.get("Encrypted") == "true", "iops": 3000, "throughput": 125,
        "status": "in-use", "availabilityZone": zone,
        "attachmentSet": [{"volumeId": identity, "instanceId": instance, "status": "attached",
                           "device": "/dev/xvda", "deleteOnTermination": True}]}
    tag_new(store, request, identity, "volume")
    return identity


def _profile(store, request):
    wanted = request.get("IamInstanceProfile")
    if not wanted:
        return None
    profile = store.table("instance_profile").get(wanted["Name"])
    if profile is None:
        raise ApiError("InvalidParameterValue",
                       f"Value ({wanted['Name']}) for parameter iamInstanceProfile.name is "
                       "invalid. Invalid IAM Instance Profile name")
    return {"arn": profile["Arn"], "id": profile["InstanceProfileId"]}


@action
def RunInstances(store, request):
    subnet, groups, address = _launch(store, request)
    image = find(store, "image", request["ImageId"], "InvalidAMIID.NotFound")
    find(store, "key_pair", request["KeyName"], "InvalidKeyPair.NotFound")
    identity, zone = store.new_id("i"), subnet["availabilityZone"]
    metadata = request.get("MetadataOptions", {})
    volume = _new_volume(store, request, identity, zone)
    store.table("instance")[identity] = {
        "_id": identity, "_state": "running", "_groups": groups,
        "_interface": store.new_id("eni"), "_user_data": request.get("UserData"),
        "instanceId": identity, "imageId": image["imageId"],
        "instanceType": request["InstanceType"], "keyName": request["KeyName"],
        "amiLaunchIndex": 0, "launchTime": "2026-01-01T00:00:00.000Z",
        "placement": {"availabilityZone": zone, "tenancy": "default"},
        "monitoring": {"state": "disabled"}, "subnetId": subnet["subnetId"],
        "vpcId": subnet["vpcId"], "privateIpAddress": address,
        "privateDnsName": f"ip-{address.replace('.', '-')}.ec2.internal",
        "sourceDestCheck": True, "architecture": image["architecture"], "rootDeviceType": "ebs",
        "rootDeviceName": "/dev/xvda", "ebsOptimized": False, "virtualizationType": "hvm",
        "hypervisor": "xen", "iamInstanceProfile": _profile(store, request),
        "blockDeviceMapping": [{"deviceName": "/dev/xvda", "ebs": {
            "volumeId": volume, "status": "attached", "deleteOnTermination": True}}],
        "metadataOptions": {
            "state": "applied", "httpTokens": metadata.get("HttpTokens", "optional"),
            "httpEndpoint": metadata.get("HttpEndpoint", "enabled"),
            "httpPutResponseHopLimit": metadata.get("HttpPutResponseHopLimit", 1),
            "httpProtocolIpv6": "disabled", "instanceMetadataTags": "disabled"},
        "cpuOptions": {"coreCount": 1, "threadsPerCore": 2},
        "hibernationOptions": {"configured": False}, "enclaveOptions": {"enabled": False},
        "maintenanceOptions": {"autoRecovery": "default"},
        "privateDnsNameOptions": {"hostnameType": "ip-name",
                                  "enableResourceNameDnsARecord": False,
                                  "enableResourceNameDnsAAAARecord": False}}
    tag_new(store, request, identity, "instance")
    return {"reservationId": store.new_id("r"), "ownerId": ACCOUNT, "groupSet": [],
            "instancesSet": [_shown(store, store.table("instance")[identity])]}


@action
def DescribeInstances(store, request):
    found = select(store, "instance", request, "InstanceId", "InvalidInstanceID.NotFound",
                   {"instance-id": lambda instance: instance["_id"],
                    "instance-state-name": lambda instance: instance["_state"],
                    "vpc-id": lambda instance: instance["vpcId"]})
    return {"reservationSet": [
        {"reservationId": "r-1", "ownerId": ACCOUNT, "groupSet": [],
         "instancesSet": [_shown(store, instance)]} for instance in found]}


@action
def DescribeInstanceTypes(store, request):
    return {"instanceTypeSet": [
        {"instanceType": name, "currentGeneration": True, "bareMetal": False,
         "burstablePerformanceSupported": name.startswith("t"), "hypervisor": "nitro"}
        for name in request["InstanceType"]]}


@action
def DescribeInstanceAttribute(store, request):
    instance = find(store, "instance", request["InstanceId"], "InvalidInstanceID.NotFound")
    name = request["Attribute"]
    value = {"disableApiStop": False, "disableApiTermination": False,
             "instanceInitiatedShutdownBehavior": "stop",
             "userData": instance["_user_data"]}.get(name)
    return {"instanceId": instance["_id"], name: {} if value is None else {"value": value}}


@action
def DescribeInstanceCreditSpecifications(store, request):
    return {"instanceCreditSpecificationSet": [
        {"instanceId": identity, "cpuCredits": "unlimited"} for identity in request["InstanceId"]]}


@action
def ModifyInstanceAttribute(store, request):
    find(store, "instance", request["InstanceId"], "InvalidInstanceID.NotFound")
    return DONE


@action
def DescribeVolumes(store, request):
    found = select(store, "volume", request, "VolumeId", "InvalidVolume.NotFound",
                   {"attachment.instance-id": lambda volume: volume["_instance"]})
    return {"volumeSet": [tagged(store, volume) for volume in found]}


@action
def DescribeNetworkInterfaces(store, request):
    return {"networkInterfaceSet": []}


@action
def TerminateInstances(store, request):
    """A terminated instance stays visible, as with AWS; its disk goes at once."""
    answer = []
    for identity in request["InstanceId"]:
        instance = find(store, "instance", identity, "InvalidInstanceID.NotFound")
        answer.append({"instanceId": identity, "previousState": _state(instance["_state"]),
                       "currentState": _state("terminated")})
        instance["_state"] = "terminated"
        volumes = store.table("volume")
        for volume in [key for key, value in volumes.items() if value["_instance"] == identity]:
            del volumes[volume]
        for address in store.table("address").values():
            if address.get("instanceId") == identity:
                for key in ("associationId", "instanceId", "privateIpAddress",
                            "networkInterfaceId", "networkInterfaceOwnerId"):
                    address.pop(key, None)
    return {"instancesSet": answer}
