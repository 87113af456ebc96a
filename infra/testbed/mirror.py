#!/usr/bin/python3
"""An HTTP proxy for the Debian mirrors of this machine's own package sources, and nothing else.

usage: mirror.py URL_FILE NAMESPACE ADDRESS:PORT CACHE

Listens in the network namespace NAMESPACE (a path), connects from its own one: how packages get to
containers that can reach nothing else. Port 0: any free one. Writes its URL to URL_FILE when it is
ready. Packages are kept in CACHE; indexes are fetched each time.
"""
import ctypes
import http.client
import http.server
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.parse

CLONE_NEWNET = 0x40000000
FORWARDED = {"if-modified-since", "range", "accept", "user-agent"}
RETURNED = {"last-modified", "content-range", "content-type", "etag"}
LIMIT_S = 60


def mirrors():
    """(host, scheme) of every package source of this machine."""
    sites = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)"], text=True,
                           check=True, stdout=subprocess.PIPE).stdout.split()
    parsed = [urllib.parse.urlsplit(site) for site in sites]
    return {url.netloc: url.scheme for url in parsed if url.scheme in ("http", "https")}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hosts, cache = {}, None

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.netloc not in self.hosts:
            self.send_error(403, "not a package source of this machine")
            return
        kept = self.cache / url.netloc / os.path.normpath(url.path).lstrip("/")
        if kept.suffix != ".deb":
            self.relay(url)
        elif kept.exists() or self.fetch(url, kept):
            self.answer(200, {"Content-Length": kept.stat().st_size}, kept.open("rb"))
        else:
            self.send_error(404)

    def upstream(self, url, headers):
        kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
        connection = kind[self.hosts[url.netloc]](url.netloc, timeout=LIMIT_S)
        connection.request("GET", url.path, headers=headers)
        return connection.getresponse()

    def fetch(self, url, kept):
        """Into the cache, whole or not at all."""
        response = self.upstream(url, {})
        if response.status != 200:
            return False
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as part:
            shutil.copyfileobj(response, part)
        os.rename(part.name, kept)
        return True

    def relay(self, url):
        wanted = {k: v for k, v in self.headers.items() if k.lower() in FORWARDED}
        response = self.upstream(url, wanted)
        body = response.read()
        headers = {k: v for k, v in response.getheaders() if k.lower() in RETURNED}
        self.answer(response.status, {**headers, "Content-Length": len(body)}, body)

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            if status != 304 or name != "Content-Length":
                self.send_header(name, str(value))
        self.end_headers()
        if isinstance(body, bytes):
            self.wfile.write(body)
            return
        with body:
            shutil.copyfileobj(body, self.wfile)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        print(client_address, sys.exc_info()[1], flush=True)


def enter(namespace):
    """`namespace`: a descriptor."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "cannot enter the network namespace")


def listen(namespace, address):
    """A server whose socket is in `namespace` while this process stays where it is."""
    host, port = address.rsplit(":", 1)
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    enter(os.open(namespace, os.O_RDONLY))
    try:
        server = Server((host, int(port)), Handler)
    finally:
        enter(home)
    return server


def main():
    url_file, namespace, address, cache = sys.argv[1:]
    Handler.hosts, Handler.cache = mirrors(), pathlib.Path(cache)
    server = listen(namespace, address)
    host, port = server.server_address[:2]
    part = pathlib.Path(url_file + ".part")
    part.write_text(f"http://{host}:{port}\n")
    part.rename(url_file)
    server.serve_forever()


if __name__ == "__main__":
    socket.setdefaulttimeout(LIMIT_S)
    main()
