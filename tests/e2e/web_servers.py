"""Private nginx and tinyproxy for end-to-end tests.

Each runs in the foreground from a directory of its own, as nobody where the test is root, on a port
that is reserved for it.
"""

import os
import pathlib
import pwd
import re
import shutil
import socket
import tempfile

from servers import Process, ReservedPort, wait_until


class WebServer:
    """A server with a configuration file in a directory of its own; `port` is where it listens."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="vb-web-", dir="/tmp"))
        self.reserved = ReservedPort()
        self.port = self.reserved.number
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.stop()
        self.reserved.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start(self, *command):
        self.process = Process([*self._as_nobody(), *command], self.directory)
        wait_until(self._listens, f"{command[0]} listens")
        return self

    def _listens(self):
        assert self.process.running(), self.process.stderr + self.log("error.log")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            return True
        except OSError:
            return False

    def log(self, name):
        path = self.directory / name
        return path.read_text() if path.exists() else ""

    def _as_nobody(self):
        if os.geteuid() != 0:
            return []
        account = pwd.getpwnam("nobody")
        for path in [self.directory, *self.directory.iterdir()]:
            os.chown(path, account.pw_uid, account.pw_gid)
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}",
                "--clear-groups"]


class Nginx(WebServer):
    """TLS, able to speak HTTP/2, in front of a service on loopback."""

    CONFIGURATION = """
daemon off;
pid {directory}/nginx.pid;
error_log {directory}/error.log;
worker_processes 1;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  log_format connection '$server_protocol $ssl_alpn_protocol $connection $status';
  access_log {directory}/access.log connection;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  upstream service {{ server 127.0.0.1:{service}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {directory}/certificate.pem;
    ssl_certificate_key {directory}/certificate.key;
    ssl_protocols {protocols};
    keepalive_requests 100000;
    location / {{
      proxy_pass http://service;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }}
  }}
}}
"""

    def start(self, certificate, service, protocols="TLSv1.2 TLSv1.3"):
        """`certificate`: what Authority.issue() returned; `service`: the port of the service."""
        for name, source in zip(("certificate.pem", "certificate.key"), certificate):
            (self.directory / name).write_bytes(source.read_bytes())
        (self.directory / "nginx.conf").write_text(self.CONFIGURATION.format(
            directory=self.directory, port=self.port, service=service, protocols=protocols))
        return self._start(shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-p",
                           str(self.directory), "-e", f"{self.directory}/error.log", "-c",
                           f"{self.directory}/nginx.conf")

    def requests(self):
        """(protocol, ALPN's choice, number of the connection, status) of each request so far."""
        return [tuple(line.split()) for line in self.log("access.log").splitlines()]


class Tinyproxy(WebServer):
    """An HTTP proxy; by default one that lets everybody through to everywhere."""

    CONFIGURATION = """
Port {port}
Listen 127.0.0.1
Timeout 600
MaxClients 512
LogLevel Connect
LogFile "{directory}/proxy.log"
PidFile "{directory}/tinyproxy.pid"
"""

    def start(self, *lines):
        """`lines`: more of its configuration, such as "ConnectPort 443"."""
        text = self.CONFIGURATION.format(directory=self.directory, port=self.port)
        (self.directory / "tinyproxy.conf").write_text(text + "\n".join([*lines, ""]))
        return self._start("tinyproxy", "-d", "-c", f"{self.directory}/tinyproxy.conf")

    def tunnels(self):
        """Where clients asked to be connected to, so far."""
        return re.findall(r"^CONNECT .*: CONNECT (\S+) HTTP", self.log("proxy.log"), re.M)
