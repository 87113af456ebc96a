"""S3 with paths as bucket names: buckets with their settings, objects, conditional writes."""
import hashlib
import urllib.parse
from xml.sax.saxutils import escape

from wire import ApiError

_XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"

# What a bucket answers before a setting is made: the error, or the content.
_UNSET = {
    "cors": "NoSuchCORSConfiguration", "encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "lifecycle": "NoSuchLifecycleConfiguration", "object-lock": "ObjectLockConfigurationNotFoundError",
    "policy": "NoSuchBucketPolicy", "publicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "replication": "ReplicationConfigurationNotFoundError", "tagging": "NoSuchTagSet",
    "website": "NoSuchWebsiteConfiguration", "ownershipControls": "OwnershipControlsNotFoundError",
}
_DEFAULT = {
    "versioning": f'<VersioningConfiguration xmlns="{_XMLNS}"/>',
    "logging": f'<BucketLoggingStatus xmlns="{_XMLNS}"/>',
    "accelerate": f'<AccelerateConfiguration xmlns="{_XMLNS}"/>',
    "notification": f'<NotificationConfiguration xmlns="{_XMLNS}"/>',
    "requestPayment": f'<RequestPaymentConfiguration xmlns="{_XMLNS}"><Payer>BucketOwner</Payer>'
                      "</RequestPaymentConfiguration>",
    "location": f'<LocationConstraint xmlns="{_XMLNS}">eu-central-1</LocationConstraint>',
    "acl": f'<AccessControlPolicy xmlns="{_XMLNS}"><Owner><ID>owner</ID></Owner>'
           "<AccessControlList/></AccessControlPolicy>",
}


def call(store, method, path, headers, body):
    """(status, headers, body) of a request."""
    url = urllib.parse.urlsplit(path)
    query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
    bucket, _, key = urllib.parse.unquote(url.path).lstrip("/").partition("/")
    if key:
        return _object(store, method, bucket, key, headers, body)
    setting = next((name for name in query if name in _UNSET or name in _DEFAULT), None)
    if setting:
        return _setting(store, method, bucket, setting, body)
    return _bucket(store, method, bucket, query)


def _find(store, bucket):
    if bucket not in store.table("bucket"):
        raise ApiError("NoSuchBucket", f"The bucket {bucket} does not exist", 404)
    return store.table("bucket")[bucket]


def _bucket(store, method, bucket, query):
    if method == "PUT":
        if bucket in store.table("bucket"):
            raise ApiError("BucketAlreadyOwnedByYou", "you already own it", 409)
        store.table("bucket")[bucket] = {"settings": {}, "objects": {}}
        return 200, {"Location": f"/{bucket}"}, b""
    found = _find(store, bucket)
    if method == "HEAD":
        return 200, {"x-amz-bucket-region": "eu-central-1"}, b""
    if method == "DELETE":
        if found["objects"]:
            raise ApiError("BucketNotEmpty", "The bucket you tried to delete is not empty", 409)
        del store.table("bucket")[bucket]
        return 204, {}, b""
    prefix = query.get("prefix", "")
    keys = sorted(key for key in found["objects"] if key.startswith(prefix))
    contents = "".join(f"<Contents><Key>{escape(key)}</Key><Size>{len(found['objects'][key])}"
                       "</Size></Contents>" for key in keys)
    return 200, {}, (f'<ListBucketResult xmlns="{_XMLNS}"><Name>{bucket}</Name>'
                     f"<Prefix>{escape(prefix)}</Prefix><KeyCount>{len(keys)}</KeyCount>"
                     f"<IsTruncated>false</IsTruncated>{contents}</ListBucketResult>").encode()


def _setting(store, method, bucket, name, body):
    settings = _find(store, bucket)["settings"]
    if method == "PUT":
        settings[name] = body.decode()
        return 200, {}, b""
    if method == "DELETE":
        settings.pop(name, None)
        return 204, {}, b""
    content = settings.get(name, _DEFAULT.get(name))
    if content is None:
        raise ApiError(_UNSET[name], f"the bucket has no {name}", 404)
    return 200, {}, content.encode()


def _object(store, method, bucket, key, headers, body):
    objects = _find(store, bucket)["objects"]
    if method == "PUT":
        if headers.get("If-None-Match") == "*" and key in objects:
            raise ApiError("PreconditionFailed",
                           "At least one of the pre-conditions you specified did not hold", 412)
        objects[key] = body.decode()
        return 200, {"ETag": _etag(body)}, b""
    if method == "DELETE":
        objects.pop(key, None)
        return 204, {}, b""
    if key not in objects:
        raise ApiError("NoSuchKey", "The specified key does not exist.", 404)
    content = objects[key].encode()
    return 200, {"ETag": _etag(content), "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}, content


def _etag(content):
    return f'"{hashlib.md5(content).hexdigest()}"'
