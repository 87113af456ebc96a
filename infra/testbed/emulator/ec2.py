"""EC2's Query protocol: what all its actions share. The actions are in ec2_*.py."""
import fnmatch

from wire import ApiError, tree, xml

ACTIONS = {}
DONE = {"return": True}


def action(function):
    """Registers CreateVpc for a function of that name: f(store, request) -> the answer's content."""
    ACTIONS[function.__name__] = function
    return function


def call(store, name, flat):
    if name not in ACTIONS:
        raise ApiError("InvalidAction", f"the emulator does not know EC2's {name}")
    content = xml(ACTIONS[name](store, tree(flat)))
    return (f'<{name}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            f"<requestId>emulator</requestId>{content}</{name}Response>")


def find(store, kind, identity, error):
    """The object, or the API's error for one that is not there."""
    found = store.table(kind).get(identity)
    if found is None:
        raise ApiError(error, f"The ID '{identity}' does not exist")
    return found


def tag_set(store, identity):
    return [{"key": key, "value": value} for key, value in store.tags.get(identity, {}).items()]


def tag_new(store, request, identity, resource_type=None):
    """The tags that a creation brings along, for one of the resources that it makes."""
    for specification in request.get("TagSpecification", []):
        if resource_type in (None, specification["ResourceType"]):
            for tag in specification.get("Tag", []):
                store.tags[identity][tag["Key"]] = tag["Value"]


def tagged(store, thing):
    return {**thing, "tagSet": tag_set(store, thing["_id"])}


def select(store, kind, request, ids, error, filters):
    """Those of `kind` that the request asks for. `filters`: name -> f(thing) -> value or values.
    An identity that is not there and a filter that nobody implemented are errors: silence would
    look like an answer."""
    wanted = request.get(ids, [])
    for identity in wanted:
        find(store, kind, identity, error)
    things = [thing for identity, thing in store.table(kind).items()
              if not wanted or identity in wanted]
    for rule in request.get("Filter", []):
        things = [thing for thing in things if _matches(store, thing, rule, filters)]
    return things


def _matches(store, thing, rule, filters):
    name = rule["Name"]
    if name.startswith("tag:"):
        values = store.tags.get(thing["_id"], {}).get(name[4:])
    elif name in filters:
        values = filters[name](thing)
    else:
        raise ApiError("InvalidParameterValue", f"the emulator does not know the filter {name}")
    values = values if isinstance(values, list) else [values]
    return any(fnmatch.fnmatchcase(str(value), pattern)
               for value in values for pattern in rule["Value"])


# --- tags -------------------------------------------------------------------------------------------

@action
def CreateTags(store, request):
    for identity in request["ResourceId"]:
        for tag in request["Tag"]:
            store.tags[identity][tag["Key"]] = tag.get("Value", "")
    return DONE


@action
def DeleteTags(store, request):
    for identity in request["ResourceId"]:
        for tag in request["Tag"]:
            store.tags[identity].pop(tag["Key"], None)
    return DONE


@action
def DescribeTags(store, request):
    rules = {rule["Name"]: rule["Value"] for rule in request.get("Filter", [])}
    return {"tagSet": [
        {"resourceId": identity, "key": key, "value": value}
        for identity, tags in store.tags.items() for key, value in tags.items()
        if identity in rules.get("resource-id", [identity]) and key in rules.get("key", [key])]}
