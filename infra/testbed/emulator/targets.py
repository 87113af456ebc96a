"""CloudWatch Logs and DynamoDB: JSON requests that name their action in the header X-Amz-Target."""
from store import arn
from wire import ApiError

_ACTIONS = {"logs": {}, "dynamodb": {}}


def action(service):
    def register(function):
        _ACTIONS[service][function.__name__] = function
        return function
    return register


def call(store, service, name, request):
    function = _ACTIONS[service].get(name)
    if function is None:
        raise ApiError("UnknownOperationException",
                       f"the emulator does not know {service}'s {name}")
    return function(store, request) or {}


# --- CloudWatch Logs --------------------------------------------------------------------------------

@action("logs")
def CreateLogGroup(store, request):
    name = request["logGroupName"]
    if name in store.table("log_group"):
        raise ApiError("ResourceAlreadyExistsException", "The specified log group already exists")
    group = arn("logs", f"log-group:{name}")
    store.table("log_group")[name] = {
        "logGroupName": name, "arn": group + ":*", "logGroupArn": group, "storedBytes": 0,
        "metricFilterCount": 0, "creationTime": 1767225600000, "logGroupClass": "STANDARD"}
    store.tags[group].update(request.get("tags", {}))


def _log_group(store, name):
    group = store.table("log_group").get(name)
    if group is None:
        raise ApiError("ResourceNotFoundException", "The specified log group does not exist.")
    return group


@action("logs")
def DescribeLogGroups(store, request):
    prefix = request.get("logGroupNamePrefix", "")
    return {"logGroups": [group for name, group in store.table("log_group").items()
                          if name.startswith(prefix)]}


@action("logs")
def PutRetentionPolicy(store, request):
    _log_group(store, request["logGroupName"])["retentionInDays"] = request["retentionInDays"]


@action("logs")
def ListTagsForResource(store, request):
    return {"tags": store.tags.get(request["resourceArn"], {})}


@action("logs")
def DeleteLogGroup(store, request):
    _log_group(store, request["logGroupName"])
    del store.table("log_group")[request["logGroupName"]]


# --- DynamoDB ---------------------------------------------------------------------------------------

def _lock_table(store, request):
    table = store.table("lock_table").get(request["TableName"].split("/")[-1])
    if table is None:
        raise ApiError("ResourceNotFoundException",
                       f"Requested resource not found: Table: {request['TableName']} not found")
    return table


@action("dynamodb")
def CreateTable(store, request):
    name = request["TableName"]
    table = {"TableName": name, "TableArn": arn("dynamodb", f"table/{name}"),
             "TableId": store.new_id("table"), "TableStatus": "ACTIVE", "ItemCount": 0,
             "TableSizeBytes": 0, "CreationDateTime": 1767225600,
             "KeySchema": request["KeySchema"],
             "AttributeDefinitions": request["AttributeDefinitions"],
             "BillingModeSummary": {"BillingMode": request.get("BillingMode", "PROVISIONED")},
             "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
             "DeletionProtectionEnabled": False}
    store.table("lock_table")[name] = {"description": table, "items": {}}
    for tag in request.get("Tags", []):
        store.tags[table["TableArn"]][tag["Key"]] = tag["Value"]
    return {"TableDescription": table}


@action("dynamodb")
def DescribeTable(store, request):
    return {"Table": _lock_table(store, request)["description"]}


@action("dynamodb")
def DescribeContinuousBackups(store, request):
    _lock_table(store, request)
    return {"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}}}


@action("dynamodb")
def DescribeTimeToLive(store, request):
    _lock_table(store, request)
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}


@action("dynamodb")
def ListTagsOfResource(store, request):
    return {"Tags": [{"Key": key, "Value": value}
                     for key, value in store.tags.get(request["ResourceArn"], {}).items()]}


@action("dynamodb")
def DeleteTable(store, request):
    table = _lock_table(store, request)
    del store.table("lock_table")[table["description"]["TableName"]]
    return {"TableDescription": {**table["description"], "TableStatus": "DELETING"}}


@action("dynamodb")
def PutItem(store, request):
    items, item = _lock_table(store, request)["items"], request["Item"]
    key = item["LockID"]["S"]
    if key in items and "attribute_not_exists" in request.get("ConditionExpression", ""):
        raise ApiError("ConditionalCheckFailedException", "The conditional request failed")
    items[key] = item


@action("dynamodb")
def GetItem(store, request):
    item = _lock_table(store, request)["items"].get(request["Key"]["LockID"]["S"])
    return {"Item": item} if item else {}


@action("dynamodb")
def DeleteItem(store, request):
    _lock_table(store, request)["items"].pop(request["Key"]["LockID"]["S"], None)
