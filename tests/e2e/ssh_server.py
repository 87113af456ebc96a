"""A real sshd of a test's own: unprivileged, with its own keys, and sessions that a test can cut."""

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading

# As root, sshd logs in as the user that it runs as: nobody. As anybody else, as themselves.
ACCOUNT = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name

SSHD_CONFIG = """
HostKey {directory}/host_key
AuthorizedKeysFile {directory}/client_key.pub
StrictModes no
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowTcpForwarding {forwarding}
"""

SSH_CONFIG = """
Host frontend
  HostName 127.0.0.1
  Port {port}
  User {account}
  IdentityFile {directory}/{identity}
  IdentitiesOnly yes
  UserKnownHostsFile {directory}/known_hosts
  StrictHostKeyChecking yes

Host behind
  HostName 127.0.0.1
  Port {port}
  User {account}
  IdentityFile {directory}/{identity}
  IdentitiesOnly yes
  UserKnownHostsFile {directory}/known_hosts
  StrictHostKeyChecking yes
  ProxyJump frontend
"""


class SshServer:
    """Each connection gets an `sshd -i`: the port is ours from the beginning, and stays ours."""

    def __init__(self, forwarding="yes"):
        self.directory = tempfile.mkdtemp(prefix="vb-ssh-", dir="/tmp")
        for name in ("host_key", "other_host_key", "client_key", "stranger_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f",
                            f"{self.directory}/{name}"], check=True, stdin=subprocess.DEVNULL)
        self._write("sshd_config", SSHD_CONFIG, forwarding=forwarding)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.sessions = []
        self.let_in = threading.Event()  # cleared: connections wait at the gate
        self.let_in.set()
        self._closed = False
        self._as_user = self._unprivileged()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def config(self, known="host_key", identity="client_key", **changes):
        """Writes an ssh_config with the hosts `frontend` and, behind it, `behind`."""
        key = pathlib.Path(f"{self.directory}/{known}.pub").read_text()
        pathlib.Path(f"{self.directory}/known_hosts").write_text(
            f"[127.0.0.1]:{self.port} {key}")
        values = {"port": self.port, "account": ACCOUNT, "identity": identity, **changes}
        return self._write("ssh_config", SSH_CONFIG, **values)

    def cut(self):
        """Kills the running sessions and their connections."""
        for connection, session in self.sessions:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # a child of the session holds it, too
            session.kill()

    def connections(self):
        return len(self.sessions)

    def close(self):
        self._closed = True
        self.let_in.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.cut()
        for _, session in self.sessions:
            session.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.let_in.wait()
            if self._closed:
                return
            session = subprocess.Popen(
                [*self._as_user, "/usr/sbin/sshd", "-i", "-f", f"{self.directory}/sshd_config",
                 "-E", f"{self.directory}/sshd.log"], stdin=connection, stdout=connection,
                stderr=subprocess.DEVNULL)
            self.sessions.append((connection, session))
            threading.Thread(target=self._attend, args=(connection, session), daemon=True).start()

    @staticmethod
    def _attend(connection, session):
        session.wait()
        connection.close()

    def _write(self, name, text, **values):
        path = pathlib.Path(self.directory) / name
        path.write_text(text.format(directory=self.directory, **values))
        return path

    def _unprivileged(self):
        if os.geteuid() != 0:
            return []
        account = pwd.getpwnam(ACCOUNT)
        os.chmod(self.directory, 0o755)
        pathlib.Path(f"{self.directory}/sshd.log").touch()
        for name in ("host_key", "sshd.log"):
            os.chown(f"{self.directory}/{name}", account.pw_uid, account.pw_gid)
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}",
                "--clear-groups"]
