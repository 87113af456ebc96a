"""STS, IAM, SNS and CloudWatch: the Query protocol with results in <NameResult>."""
import json
import urllib.parse

from store import ACCOUNT, arn
from wire import ApiError, tree, xml

_NAMESPACES = {"sts": "https://sts.amazonaws.com/doc/2011-06-15/",
               "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
               "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
               "monitoring": "http://monitoring.amazonaws.com/doc/2010-08-01/"}
_ACTIONS = {service: {} for service in _NAMESPACES}


def action(service):
    def register(function):
        _ACTIONS[service][function.__name__] = function
        return function
    return register


def call(store, service, name, flat):
    known = _ACTIONS[service]
    # SNS and CloudWatch share a name for tags.
    function = known.get(name) or known.get(f"{name}_{service}")
    if function is None:
        raise ApiError("InvalidAction", f"the emulator does not know {service}'s {name}")
    content = xml(function(store, tree(flat)) or {}, item="member")
    return (f'<{name}Response xmlns="{_NAMESPACES[service]}"><{name}Result>{content}'
            f"</{name}Result><ResponseMetadata><RequestId>emulator</RequestId></ResponseMetadata>"
            f"</{name}Response>")


def _find(store, kind, name, code="NoSuchEntity"):
    found = store.table(kind).get(name)
    if found is None:
        raise ApiError(code, f"{kind} {name} cannot be found.", 404)
    return found


def _new(store, kind, name, thing, code="EntityAlreadyExists"):
    if name in store.table(kind):
        raise ApiError(code, f"{kind} {name} already exists.", 409)
    store.table(kind)[name] = thing
    return thing


@action("sts")
def GetCallerIdentity(store, request):
    return {"Arn": arn("iam", "user/test", region=""), "UserId": "AIDATEST",
            "Account": store.settings["account"]}


# --- IAM --------------------------------------------------------------------------------------------

_BORN = "2026-01-01T00:00:00Z"


@action("iam")
def CreateRole(store, request):
    name = request["RoleName"]
    return {"Role": _new(store, "role", name, {
        "RoleName": name, "RoleId": "AROA" + name.upper(), "Path": request.get("Path", "/"),
        "Arn": arn("iam", f"role/{name}", region=""), "CreateDate": _BORN,
        "MaxSessionDuration": 3600, "Tags": request.get("Tags", []), "_policies": {},
        "AssumeRolePolicyDocument": urllib.parse.quote(request["AssumeRolePolicyDocument"])})}


@action("iam")
def GetRole(store, request):
    return {"Role": _find(store, "role", request["RoleName"])}


@action("iam")
def ListRolePolicies(store, request):
    role = _find(store, "role", request["RoleName"])
    return {"PolicyNames": list(role["_policies"]), "IsTruncated": False}


@action("iam")
def ListAttachedRolePolicies(store, request):
    _find(store, "role", request["RoleName"])
    return {"AttachedPolicies": [], "IsTruncated": False}


@action("iam")
def ListInstanceProfilesForRole(store, request):
    return {"InstanceProfiles": [profile for profile in store.table("instance_profile").values()
                                 if profile["_role"] == request["RoleName"]],
            "IsTruncated": False}


@action("iam")
def DeleteRole(store, request):
    role = _find(store, "role", request["RoleName"])
    if role["_policies"] or any(profile["_role"] == request["RoleName"] for profile in
                                store.table("instance_profile").values()):
        raise ApiError("DeleteConflict", "Cannot delete entity, must detach first.", 409)
    del store.table("role")[request["RoleName"]]


@action("iam")
def PutRolePolicy(store, request):
    json.loads(request["PolicyDocument"])
    role = _find(store, "role", request["RoleName"])
    role["_policies"][request["PolicyName"]] = request["PolicyDocument"]


@action("iam")
def GetRolePolicy(store, request):
    policies = _find(store, "role", request["RoleName"])["_policies"]
    if request["PolicyName"] not in policies:
        raise ApiError("NoSuchEntity", "The role policy cannot be found.", 404)
    return {"RoleName": request["RoleName"], "PolicyName": request["PolicyName"],
            "PolicyDocument": urllib.parse.quote(policies[request["PolicyName"]])}


@action("iam")
def DeleteRolePolicy(store, request):
    _find(store, "role", request["RoleName"])["_policies"].pop(request["PolicyName"], None)


def _shown_profile(store, profile):
    return {**profile, "Roles": [store.table("role")[profile["_role"]]] if profile["_role"] else []}


@action("iam")
def CreateInstanceProfile(store, request):
    name = request["InstanceProfileName"]
    profile = _new(store, "instance_profile", name, {
        "InstanceProfileName": name, "InstanceProfileId": "AIPA" + name.upper(),
        "Path": request.get("Path", "/"), "CreateDate": _BORN, "_role": None,
        "Arn": arn("iam", f"instance-profile/{name}", region=""),
        "Tags": request.get("Tags", [])})
    return {"InstanceProfile": _shown_profile(store, profile)}


@action("iam")
def GetInstanceProfile(store, request):
    profile = _find(store, "instance_profile", request["InstanceProfileName"])
    return {"InstanceProfile": _shown_profile(store, profile)}


@action("iam")
def AddRoleToInstanceProfile(store, request):
    _find(store, "role", request["RoleName"])
    _find(store, "instance_profile", request["InstanceProfileName"])["_role"] = request["RoleName"]


@action("iam")
def RemoveRoleFromInstanceProfile(store, request):
    _find(store, "instance_profile", request["InstanceProfileName"])["_role"] = None


@action("iam")
def DeleteInstanceProfile(store, request):
    if _find(store, "instance_profile", request["InstanceProfileName"])["_role"]:
        raise ApiError("DeleteConflict", "Cannot delete entity, must remove roles first.", 409)
    del store.table("instance_profile")[request["InstanceProfileName"]]


# --- SNS --------------------------------------------------------------------------------------------

@action("sns")
def CreateTopic(store, request):
    topic = arn("sns", request["Name"])
    store.table("topic").setdefault(topic, {
        "TopicArn": topic, "Owner": ACCOUNT, "DisplayName": "", "Policy": json.dumps({
            "Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []})})
    for tag in request.get("Tags", []):
        store.tags[topic][tag["Key"]] = tag["Value"]
    return {"TopicArn": topic}


def _attributes(thing):
    return {"Attributes": _Entries({key: value for key, value in thing.items()
                                    if not key.startswith("_")})}


class _Entries(dict):
    """A map on the wire: <entry><key/><value/></entry>, which xml() sees as a dictionary whose
    items are all named entry."""

    def items(self):
        return [("entry", {"key": key, "value": value}) for key, value in super().items()]


@action("sns")
def GetTopicAttributes(store, request):
    return _attributes(_find(store, "topic", request["TopicArn"], "NotFound"))


@action("sns")
def SetTopicAttributes(store, request):
    topic = _find(store, "topic", request["TopicArn"], "NotFound")
    topic[request["AttributeName"]] = request.get("AttributeValue", "")


@action("sns")
def DeleteTopic(store, request):
    """Its subscriptions go with it, also those that nobody confirmed."""
    store.table("topic").pop(request["TopicArn"], None)
    subscriptions = store.table("subscription")
    for key in [key for key, value in subscriptions.items()
                if value["TopicArn"] == request["TopicArn"]]:
        del subscriptions[key]


@action("sns")
def Subscribe(store, request):
    _find(store, "topic", request["TopicArn"], "NotFound")
    subscription = f"{request['TopicArn']}:{store.new_id('subscription')}"
    store.table("subscription")[subscription] = {
        "SubscriptionArn": subscription, "TopicArn": request["TopicArn"], "Owner": ACCOUNT,
        "Protocol": request["Protocol"], "Endpoint": request["Endpoint"],
        "PendingConfirmation": "true", "RawMessageDelivery": "false",
        "ConfirmationWasAuthenticated": "false"}
    return {"SubscriptionArn": subscription}


@action("sns")
def GetSubscriptionAttributes(store, request):
    return _attributes(_find(store, "subscription", request["SubscriptionArn"], "NotFound"))


@action("sns")
def Unsubscribe(store, request):
    """AWS does not remove what was never confirmed; it lapses, at the latest with its topic."""
    subscription = _find(store, "subscription", request["SubscriptionArn"], "NotFound")
    if subscription["PendingConfirmation"] == "true":
        raise ApiError("InvalidParameter",
                       "Invalid parameter: SubscriptionArn Reason: Cannot unsubscribe a "
                       "subscription that is pending confirmation")
    del store.table("subscription")[request["SubscriptionArn"]]


@action("sns")
def ListTagsForResource_sns(store, request):
    return {"Tags": [{"Key": key, "Value": value}
                     for key, value in store.tags.get(request["ResourceArn"], {}).items()]}


# --- CloudWatch -------------------------------------------------------------------------------------

@action("monitoring")
def PutMetricAlarm(store, request):
    name = request["AlarmName"]
    alarm = arn("cloudwatch", f"alarm:{name}")
    for tag in request.pop("Tags", []):
        store.tags[alarm][tag["Key"]] = tag["Value"]
    store.table("alarm")[name] = {"AlarmArn": alarm, "StateValue": "INSUFFICIENT_DATA",
                                  "ActionsEnabled": "true",
                                  **{key: value for key, value in request.items()
                                     if key not in ("Action", "Version")}}


@action("monitoring")
def DescribeAlarms(store, request):
    wanted = request.get("AlarmNames")
    return {"MetricAlarms": [alarm for name, alarm in store.table("alarm").items()
                             if not wanted or name in wanted], "CompositeAlarms": []}


@action("monitoring")
def DeleteAlarms(store, request):
    for name in request["AlarmNames"]:
        store.table("alarm").pop(name, None)


@action("monitoring")
def ListTagsForResource_monitoring(store, request):
    return {"Tags": [{"Key": key, "Value": value}
                     for key, value in store.tags.get(request["ResourceARN"], {}).items()]}
