"""One HTTP address for all services; who is meant stands in the request's signature."""
import http.server
import json
import re
import traceback

import ec2
import ec2_addresses  # noqa: F401 - each registers its actions
import ec2_instances  # noqa: F401
import ec2_network  # noqa: F401
import query
import s3
import targets
import view
from wire import ApiError, parameters, xml

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request")


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, store):
        super().__init__(address, Handler)
        self.store = store


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # an answer in one packet, not its head and then its body

    def log_message(self, format, *arguments):
        pass

    def _handle(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        scope = _SCOPE.search(self.headers.get("Authorization") or "")
        service = scope.group(1) if scope else None
        with self.server.store.lock:
            try:
                answer = self._answer(service, body)
            except ApiError as error:
                answer = _error(service, error)
            except Exception:  # a bug of the emulator must not look like an outage
                traceback.print_exc()
                error = ApiError("EmulatorBug", traceback.format_exc(limit=-1))
                answer = _error(service, error)
            if self.command not in ("GET", "HEAD"):
                self.server.store.save()
        self._send(*answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle

    def _answer(self, service, body):
        store = self.server.store
        if self.path.startswith("/_emulator/"):
            return _inspect(store, self.command, self.path, body)
        if service == "s3":
            store.calls[f"s3.{self.command}"] += 1
            return s3.call(store, self.command, self.path, self.headers, body)
        if "X-Amz-Target" in self.headers:
            name = self.headers["X-Amz-Target"].rsplit(".", 1)[1]
            store.calls[f"{service}.{name}"] += 1
            result = targets.call(store, service, name, json.loads(body or b"{}"))
            return 200, {"Content-Type": self.headers["Content-Type"]}, json.dumps(result).encode()
        flat = parameters(body)
        name = flat.pop("Action", "")
        store.calls[f"{service}.{name}"] += 1
        call = ec2.call(store, name, flat) if service == "ec2" else query.call(
            store, service, name, flat)
        return 200, {"Content-Type": "text/xml"}, call.encode()

    def _send(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _inspect(store, method, path, body):
    """What is not AWS: GET objects, network, calls; POST settings."""
    name = path.rsplit("/", 1)[1]
    if method == "POST" and name == "settings":
        store.settings.update(json.loads(body))
    shown = {"objects": view.objects, "network": view.network, "calls": lambda store: store.calls,
             "settings": lambda store: store.settings}.get(name)
    if shown is None:
        raise ApiError("NotFound", "known: objects, network, calls, settings", 404)
    return 200, {"Content-Type": "application/json"}, json.dumps(shown(store), indent=1).encode()


def _error(service, error):
    """Each protocol has its own way to say no."""
    code, message = error.code, error.message
    details = xml({"Code": code, "Message": message})
    if service in ("logs", "dynamodb"):
        return error.status, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(
            {"__type": f"emulator#{code}", "message": message}).encode()
    if service == "s3":
        text = f"<Error>{details}</Error>"
    elif service == "ec2":
        text = f"<Response><Errors><Error>{details}</Error></Errors></Response>"
    else:
        text = f"<ErrorResponse><Error><Type>Sender</Type>{details}</Error></ErrorResponse>"
    return error.status, {"Content-Type": "text/xml"}, text.encode()
