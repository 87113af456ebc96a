"""An HTTP server that answers votes as no honest server would, over TCP or TLS."""

import contextlib
import re
import socket
import ssl
import threading

from servers import PATIENCE_S


class Request:
    """One request, and the connection that it came by."""

    def __init__(self, connection, head, body):
        self.connection, self.head, self.body = connection, head, body
        cookie = re.search(rb"\r\nCookie: ([^\r]*)", head)
        self.cookie = cookie.group(1) if cookie else b""

    def send(self, data):
        self.connection.sendall(data)

    def answer(self, body=b"thanks", status=b"200 OK", cookie=None, headers=b""):
        """A whole answer that echoes the request's cookie, or another one, or b"" for none."""
        cookie = self.cookie if cookie is None else cookie
        echo = b"Set-Cookie: " + cookie + b"; Path=/\r\n" if cookie else b""
        return b"HTTP/1.1 %s\r\n%s%sContent-Length: %d\r\n\r\n%s" % (status, echo, headers,
                                                                     len(body), body)


class HostileServer:
    """Calls `script(request)` for each request, in a thread for each connection; what it raises for
    a peer that went away ends the connection. `greet`: sent before anything was read."""

    def __init__(self, script, certificate=None, greet=b""):
        self.script, self.greet = script, greet
        self.requests = []
        self._context = None
        if certificate:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*certificate)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._ending = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ending.set()
        # close() alone would leave the thread in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while not self._ending.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ssl.SSLError):
            with connection:
                connection.settimeout(PATIENCE_S)
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with connection:
                    connection.sendall(self.greet)
                    while request := self._read(connection):
                        self.requests.append(request.head)
                        self.script(request)

    @staticmethod
    def _read(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            block = connection.recv(4096)
            if not block:
                return None
            data += block
        head, body = data.split(b"\r\n\r\n", 1)
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        while length and len(body) < int(length.group(1)):
            body += connection.recv(4096)
        return Request(connection, head, body)
