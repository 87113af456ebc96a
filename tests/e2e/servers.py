"""Private servers for end-to-end tests: redis-server, postgres and the programs under test.

Every server lives in its own temporary directory, listens on a Unix socket and on a loopback port
that is reserved for it, is ready when start() returns, and is ended by its process id only.
"""

import os
import pathlib
import pwd
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import psycopg2
import redis

SOURCE_DIR = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_S = 120  # for whatever surely comes, however busy the machine: then it is a hang


# A sanitizer's shadow memory is not the product's.
SANITIZED = pathlib.Path(os.environ.get("VOTEBENCH_BUILD", "")).name in ("asan", "tsan")


def program(name):
    """A built program: from the directory in VOTEBENCH_BUILD, else from build/release."""
    path = pathlib.Path(os.environ.get("VOTEBENCH_BUILD", SOURCE_DIR / "build/release")) / name
    assert path.exists(), f"{path} is missing: build it, or set VOTEBENCH_BUILD"
    return str(path)


class ReservedPort:
    """A loopback port that the kernel gives to nobody else, neither to a server nor as the source of
    a connection: bound with SO_REUSEADDR and never listened on, so that a server that sets that
    option, too, can listen there, again and again. Until then connections are refused."""

    def __init__(self):
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.number = self.socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()


def wait_until(condition, what, timeout=PATIENCE_S):
    """Polls `condition` until it returns something true, which is returned. It may look through folders
    that change meanwhile: where one has gone (a link's temporary name), it looks again."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            value = condition()
        except FileNotFoundError:
            value = None
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(0.01)


class Process:
    """A child process; stdout lines are read one by one, stderr goes to a file."""

    def __init__(self, command, directory, env=None):
        self.stderr_path = pathlib.Path(directory) / f"{pathlib.Path(command[0]).name}.stderr"
        with open(self.stderr_path, "ab") as stderr:
            self.popen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr,
                                          stdin=subprocess.DEVNULL, cwd=directory,
                                          env={**os.environ, **(env or {})})
        self._pending = b""

    @property
    def pid(self):
        return self.popen.pid

    @property
    def stderr(self):
        return self.stderr_path.read_text(errors="replace")

    def running(self):
        return self.popen.poll() is None

    def read_line(self, timeout=PATIENCE_S):
        """The next line of stdout without its newline."""
        deadline = time.monotonic() + timeout
        while b"\n" not in self._pending:
            ready, _, _ = select.select([self.popen.stdout], [], [],
                                        max(0, deadline - time.monotonic()))
            assert ready, f"no line within {timeout} s; stderr: {self.stderr}"
            block = os.read(self.popen.stdout.fileno(), 4096)
            assert block, f"ended with {self.popen.wait()}; stderr: {self.stderr}"
            self._pending += block
        line, self._pending = self._pending.split(b"\n", 1)
        return line.decode()

    def signal(self, number):
        self.popen.send_signal(number)

    def wait(self, timeout=PATIENCE_S):
        return self.popen.wait(timeout)

    def stop(self, timeout=PATIENCE_S):
        """SIGTERM; returns the exit status."""
        if self.running():
            self.signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        if self.running():
            self.signal(signal.SIGKILL)
            self.signal(signal.SIGCONT)
        return self.wait()

    def pause(self):
        """SIGSTOP; no thread of it does anything any more when this returns."""
        self.signal(signal.SIGSTOP)
        wait_until(self._stands_still, "the process has stopped")

    def resume(self):
        self.signal(signal.SIGCONT)

    def _stands_still(self):
        assert self.running(), self.stderr
        threads = pathlib.Path(f"/proc/{self.pid}/task").glob("*/stat")
        return all(stat.read_text().rpartition(")")[2].split()[0] == "T" for stat in threads)


class FalseClock:
    """A wall clock for a server of a test, which `command` goes before: seconds ahead of the true one,
    to be set at any time. (redis-server does not start with it.)"""

    def __init__(self, directory, ahead=0):
        self.file = pathlib.Path(directory) / f"clock-{os.urandom(4).hex()}"
        self.set(ahead)
        library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
        self.command = ["env", f"LD_PRELOAD={library}", "FAKETIME_NO_CACHE=1",
                        "FAKETIME_DONT_FAKE_MONOTONIC=1", f"FAKETIME_TIMESTAMP_FILE={self.file}"]

    def set(self, ahead):
        new = self.file.with_suffix(".new")
        new.write_text(f"{ahead:+}\n")
        new.chmod(0o644)  # PostgreSQL's user reads it
        new.rename(self.file)


class RedisServer:
    """address "unix:/path" and tcp_address "127.0.0.1:port"; keeps nothing over a restart."""

    def __init__(self, *options):
        self.directory = tempfile.mkdtemp(prefix="vb-redis-", dir="/tmp")
        self.socket_path = f"{self.directory}/redis.sock"
        self.reserved = ReservedPort()
        self.port = self.reserved.number
        self.address = f"unix:{self.socket_path}"
        self.tcp_address = f"127.0.0.1:{self.port}"
        self.options = options
        self.process = None

    def start(self):
        self.process = Process(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket",
             self.socket_path, "--save", "", "--dir", self.directory, "--logfile",
             f"{self.directory}/log", *self.options], self.directory)
        wait_until(self._answers, "redis answers")
        return self

    def client(self, **options):
        return redis.Redis(unix_socket_path=self.socket_path, **options)

    def stop(self):
        self.process.stop()

    def close(self):
        self.process.kill()
        self.reserved.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _answers(self):
        assert self.process.running(), self.process.stderr
        try:
            return self.client().ping()
        except redis.AuthenticationError:
            return True
        except redis.ConnectionError:
            return False


class PostgresServer:
    """uri (Unix socket) and tcp_uri of the database `name`; never runs as root. With a `primary`
    it is a standby of that."""

    def __init__(self, *options, primary=None, clock=None):
        self.directory = tempfile.mkdtemp(prefix="vb-pg-", dir="/tmp")
        self.reserved = ReservedPort()
        self.port = self.reserved.number
        self.name = "postgres"
        self.options = options
        self.clock = clock
        self.process = None
        self.as_user = self._unprivileged()
        if primary:
            self._run("pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
                      "-h", primary.directory, "-p", str(primary.port), "-U", "postgres", "-D",
                      f"{self.directory}/data")
        else:
            self._run("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8",
                      "--locale=C", "--no-sync", f"{self.directory}/data")

    @property
    def uri(self):
        return f"postgresql://postgres@/{self.name}?host={self.directory}&port={self.port}"

    @property
    def tcp_uri(self):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{self.name}"

    def start(self):
        self.process = Process(
            [*self.as_user, *(self.clock.command if self.clock else []),
             self._program("postgres"), "-D", f"{self.directory}/data", "-k",
             self.directory, "-p", str(self.port), "-c", "listen_addresses=127.0.0.1", "-c",
             "fsync=off", "-c", "track_commit_timestamp=on", *self.options], self.directory)
        wait_until(self._answers, "postgres answers")
        return self

    def connect(self, name=None):
        connection = psycopg2.connect(host=self.directory, port=self.port, user="postgres",
                                      dbname=name or self.name)
        connection.autocommit = True
        return connection

    def query(self, sql, *parameters):
        """The rows of one statement on a connection of its own; [] without a result."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, parameters or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def fresh_database(self):
        self.name = "postgres"
        self.query("DROP DATABASE IF EXISTS votestack WITH (FORCE)")
        self.query("CREATE DATABASE votestack")
        self.name = "votestack"

    def stop(self):
        """Fast shutdown: running statements are cancelled, clients are disconnected."""
        if self.process.running():
            self.process.signal(signal.SIGINT)
        self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        if self.process.running():
            self.process.signal(signal.SIGQUIT)
        self.process.wait()
        self.reserved.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _answers(self):
        assert self.process.running(), self.process.stderr
        try:
            self.connect("postgres").close()
            return True
        except psycopg2.OperationalError:
            return False

    def _unprivileged(self):
        if os.geteuid() != 0:
            return []
        account = pwd.getpwnam("postgres")
        os.chown(self.directory, account.pw_uid, account.pw_gid)
        os.chmod(self.directory, 0o755)
        return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}",
                "--clear-groups"]

    def _run(self, name, *arguments):
        subprocess.run([*self.as_user, self._program(name), *arguments], check=True,
                       cwd=self.directory, stdout=subprocess.DEVNULL)

    @staticmethod
    def _program(name):
        newest = max(pathlib.Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name))
        return str(newest / "bin" / name)


class Pgbouncer:
    """Before a PostgresServer, in transaction mode: a connection to the server is somebody else's
    after every transaction."""

    def __init__(self, server, pool_size):
        self.server = server
        self.directory = tempfile.mkdtemp(prefix="vb-pgb-", dir="/tmp")
        self.reserved = ReservedPort()
        self.tcp_uri = f"postgresql://postgres@127.0.0.1:{self.reserved.number}/{server.name}"
        self.process = None
        self.config = pathlib.Path(self.directory, "pgbouncer.ini")
        self.config.write_text(f"""
[databases]
{server.name} = host={server.directory} port={server.port} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.reserved.number}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool_size}
""")
        os.chmod(self.directory, 0o755)

    def start(self):
        self.process = Process([*self.server.as_user, "/usr/sbin/pgbouncer", str(self.config)],
                               self.directory)
        wait_until(self._answers, "pgbouncer answers")
        return self

    def query(self, sql):
        connection = psycopg2.connect(self.tcp_uri)
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            connection.close()

    def close(self):
        self.process.kill()
        self.reserved.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _answers(self):
        assert self.process.running(), self.process.stderr
        try:
            return self.query("SELECT 1")
        except psycopg2.OperationalError:
            return False


class Votestack(Process):
    """One service of votestack; wait_ready() before use. `address` is ("127.0.0.1", port) of vote and result."""

    def __init__(self, directory, service, *arguments, env=None):
        super().__init__([program("votestack"), service, *arguments], directory, env)
        self.address = None
        if service != "worker":
            host, port = self.read_line().removeprefix("listening ").rsplit(":", 1)
            self.address = (host, int(port))

    def wait_ready(self):
        assert self.read_line() == "ready"
        return self
