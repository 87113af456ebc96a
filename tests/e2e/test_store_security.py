"""Users, passwords and TLS of Redis and PostgreSQL; no secret is ever shown."""

import contextlib
import os
import pathlib
import pwd
import time

import pytest

from authority import Authority
from handmade import HandMadeStack
from harness import burst, votebench
from servers import PostgresServer, RedisServer, ReservedPort
from ssh_server import SshServer

MARKER = "vb-marker"
SCENARIO = {"workloads": burst(20, within="200ms"), "preflight": {"probe_votes": 2}}
PASSWORDS = {"VB_REDIS_PASSWORD": f"{MARKER}-redis-user", "VB_PG_PASSWORD": f"{MARKER}-pg"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def postgres(authority):
    """With TLS, for a user with a password; the socket stays open to the tests."""
    server = PostgresServer("-c", "ssl=on")
    data = pathlib.Path(server.directory, "data")
    for source, name in zip(authority.issue("localhost"), ("server.crt", "server.key")):
        (data / name).write_text(source.read_text())
        (data / name).chmod(0o600)
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(data / name, account.pw_uid, account.pw_gid)
    (data / "pg_hba.conf").write_text("local all all trust\n"
                                      "host all postgres 127.0.0.1/32 trust\n"
                                      "hostssl all guarded 127.0.0.1/32 scram-sha-256\n")
    server.start()
    server.query(f"CREATE USER guarded SUPERUSER PASSWORD '{PASSWORDS['VB_PG_PASSWORD']}'")
    yield server
    server.close()


@pytest.fixture
def redis_tls(authority):
    certificate, key = authority.issue("localhost")
    reserved = ReservedPort()
    server = RedisServer("--tls-port", str(reserved.number), "--tls-cert-file", str(certificate),
                         "--tls-key-file", str(key), "--tls-ca-cert-file", str(authority.file),
                         "--tls-auth-clients", "no").start()
    server.tls_port = reserved.number
    server.client().execute_command("ACL", "SETUSER", "watcher", "on", "~*", "&*", "+@all",
                                    f">{PASSWORDS['VB_REDIS_PASSWORD']}")
    yield server
    server.close()


@pytest.fixture
def guarded(tmp_path, redis_tls, postgres, authority, monkeypatch):
    """A running stack whose stores votebench may enter only as watcher and guarded, over TLS."""
    postgres.fresh_database()
    for name, value in PASSWORDS.items():
        monkeypatch.setenv(name, value)
    with HandMadeStack(tmp_path, redis_tls, postgres, "reference") as stack:
        stack.start_vote()
        stack.start_worker()
        stack.redis_url = f"rediss://watcher@localhost:{redis_tls.tls_port}/0"
        stack.postgres_url = (f"postgresql://guarded@localhost:{postgres.port}/{postgres.name}"
                              f"?sslmode=verify-full&sslrootcert={authority.file}")
        yield stack


def secure_target(stack, authority, **changes):
    return stack.target(**{
        "redis": {"url": stack.redis_url, "password": {"env": "VB_REDIS_PASSWORD"}},
        "postgres": {"url": stack.postgres_url, "password": {"env": "VB_PG_PASSWORD"}},
        "tls": {"ca_file": str(authority.file)}, **changes})


def said(done):
    return " ".join((done.stdout + done.stderr).split())


def test_acl_user_and_verified_tls_of_both_stores(guarded, authority):
    done = guarded.run(SCENARIO, target=secure_target(guarded, authority))
    assert done.exit_status == 0, done
    assert done.audit["persisted"] == 20
    users = guarded.query("SELECT DISTINCT usename, ssl FROM pg_stat_activity "
                          "JOIN pg_stat_ssl USING (pid) WHERE usename = 'guarded'")
    assert users in ([], [("guarded", True)])


def test_redis_with_an_unknown_authority_or_another_name_is_refused(guarded, authority):
    stranger = guarded.run(SCENARIO, target=secure_target(guarded, authority, tls={"ca_file": None}))
    assert stranger.exit_status == 6, stranger
    assert "certificate" in said(stranger)
    url = guarded.redis_url.replace("localhost", "127.0.0.1")
    other = guarded.run(SCENARIO, target=secure_target(
        guarded, authority, redis={"url": url, "password": {"env": "VB_REDIS_PASSWORD"}}))
    assert other.exit_status == 6, other
    assert "certificate subject name" in said(other)
    trusting = guarded.run(SCENARIO, target=secure_target(
        guarded, authority, tls={"verify": False},
        redis={"url": url, "password": {"env": "VB_REDIS_PASSWORD"}}))
    assert trusting.exit_status == 0, trusting


def test_postgres_under_another_name_is_refused(guarded, authority):
    url = guarded.postgres_url.replace("localhost", "127.0.0.1")
    done = guarded.run(SCENARIO, target=secure_target(
        guarded, authority, postgres={"url": url, "password": {"env": "VB_PG_PASSWORD"}}))
    assert done.exit_status == 6, done
    assert "does not match host name" in said(done)


def test_tls_names_are_checked_through_a_tunnel_too(guarded, authority):
    server = SshServer()
    try:
        tunnel = {"ssh_config": str(server.config()), "via": "frontend"}
        done = guarded.run(SCENARIO, "--yes",
                           target=secure_target(guarded, authority, tunnel=tunnel))
        assert done.exit_status == 0, done
        url = guarded.redis_url.replace("localhost", "127.0.0.1")
        other = guarded.run(SCENARIO, "--yes", target=secure_target(
            guarded, authority, tunnel=tunnel,
            redis={"url": url, "password": {"env": "VB_REDIS_PASSWORD"}}))
        assert other.exit_status == 6 and "certificate subject name" in said(other), other
    finally:
        server.close()


def test_postgres_by_password_file_and_service(guarded, authority, postgres, tmp_path, monkeypatch):
    passwords = tmp_path / "pgpass"
    passwords.write_text(f"localhost:*:*:guarded:{PASSWORDS['VB_PG_PASSWORD']}\n")
    passwords.chmod(0o600)
    services = tmp_path / "pg_service.conf"
    services.write_text(f"[votes]\nhost=localhost\nport={postgres.port}\ndbname={postgres.name}\n"
                        f"user=guarded\nsslmode=verify-full\nsslrootcert={authority.file}\n")
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    for url in (guarded.postgres_url, "postgresql:///?service=votes"):
        done = guarded.run(SCENARIO, target=secure_target(guarded, authority,
                                                          postgres={"url": url}))
        assert done.exit_status == 0, done
        assert MARKER not in said(done)


@pytest.mark.parametrize("store,words", [("redis", "refuses the password"),
                                         ("postgres", "password authentication failed")])
def test_a_wrong_password_is_named_and_not_shown(guarded, authority, monkeypatch, store, words):
    name = "VB_REDIS_PASSWORD" if store == "redis" else "VB_PG_PASSWORD"
    monkeypatch.setenv(name, f"{MARKER}-wrong")
    done = guarded.run(SCENARIO, target=secure_target(guarded, authority))
    assert done.exit_status == 6, done
    assert words in said(done), done
    assert MARKER not in said(done)


# --- the marker is nowhere ---------------------------------------------------------------------


def bytes_below(directory, *but):
    """Every file's content, but of the files that the test wrote its secrets to."""
    return {str(path): path.read_bytes() for path in pathlib.Path(directory).rglob("*")
            if path.is_file() and not path.is_symlink() and path not in but}


def descendants(root):
    """Process ids below `root`, from /proc."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                stat = (entry / "stat").read_text()
                parents[int(entry.name)] = int(stat[stat.rindex(")") + 2:].split()[1])
    found, level = [], [root]
    while level:
        level = [pid for pid, parent in parents.items() if parent in level]
        found += level
    return found


class ProcessWatch:
    """What /proc showed of votebench and of every other program below it."""

    def __init__(self, running):
        self.running, self.programs, self.text = running, set(), b""

    def look(self):
        for pid in [self.running.popen.pid, *descendants(self.running.popen.pid)]:
            with contextlib.suppress(OSError):
                program_path = os.readlink(f"/proc/{pid}/exe")
                self.text += pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                # Its own environment is what the user gave it.
                if pathlib.Path(program_path).name.split(" ")[0] != "votebench":
                    self.programs.add(pathlib.Path(program_path).name)
                    self.text += pathlib.Path(f"/proc/{pid}/environ").read_bytes()


def run_watched(guarded, file, server):
    """Its ssh is let in when it was looked at."""
    server.let_in.clear()
    running = guarded.start(SCENARIO, "--yes", target=file)
    watch = ProcessWatch(running)
    while running.popen.poll() is None:
        watch.look()
        if "ssh" in watch.programs:
            server.let_in.set()
        time.sleep(0.05)
    return running.finish(), watch


def test_the_marker_is_found_in_no_byte_of_any_output(guarded, authority, tmp_path, monkeypatch):
    secret_file = tmp_path / "pg-password"
    secret_file.write_text(PASSWORDS["VB_PG_PASSWORD"])
    monkeypatch.delenv("VB_PG_PASSWORD")  # what the target does not name, ssh may see
    server = SshServer()
    outputs = []
    try:
        target = secure_target(
            guarded, authority, postgres={"url": guarded.postgres_url,
                                          "password": {"file": str(secret_file)}},
            tunnel={"ssh_config": str(server.config()), "via": "frontend"})
        done, watch = run_watched(guarded, target, server)
        assert done.exit_status == 0, done
        assert "ssh" in watch.programs  # it was looked at
        outputs += [done, watch.text]
        outputs += [votebench("report", str(done.directory), cwd=tmp_path),
                    votebench("list", "--reports", str(done.directory.parent.parent), cwd=tmp_path),
                    votebench("doctor", cwd=tmp_path)]
        server.cut()
        monkeypatch.setenv("VB_REDIS_PASSWORD", f"{MARKER}-wrong")
        failed, watch = run_watched(guarded, target, server)
        assert failed.exit_status == 6, failed
        outputs += [failed, watch.text]
        monkeypatch.setenv("VB_REDIS_PASSWORD", PASSWORDS["VB_REDIS_PASSWORD"])
        secret_file.write_text(f"{MARKER}-wrong")
        failed, watch = run_watched(guarded, target, server)
        assert failed.exit_status == 6, failed
        outputs += [failed, watch.text]
    finally:
        server.close()
    assert MARKER not in "\n".join(map(str, outputs))
    found = [path for path, content in bytes_below(tmp_path, secret_file).items()
             if MARKER.encode() in content]
    assert found == []


@pytest.mark.parametrize("target", [
    "redis: { password: vb-marker }",
    "redis: { url: 'redis://me:vb-marker@127.0.0.1/0' }",
    "redis: { url: 'rediss://me:vb-marker@127.0.0.1/0' }",
    "redis: { url: '${VB_URL}' }",
    "postgres: { url: 'postgresql://me:vb-marker@127.0.0.1/x' }",
    "postgres: { url: 'postgresql://me@127.0.0.1/x?password=vb-marker' }",
    "postgres: { url: 'postgresql://me@127.0.0.1/x?sslpassword=vb-marker' }",
    "proxy: 'http://me:vb-marker@127.0.0.1:3128'",
    "vote: { url: 'http://me:vb-marker@127.0.0.1/' }",
    "postgres: { passwort: 'vb-marker', url: [ }",
])
def test_a_secret_that_stands_in_a_file_is_refused_and_not_repeated(tmp_path, monkeypatch, target):
    monkeypatch.setenv("VB_URL", f"redis://me:{MARKER}@127.0.0.1/0")
    file = tmp_path / "target.yaml"
    file.write_text(target + "\n")
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("version: 1\nworkloads: { w: { executor: burst, votes: 1, within: 1s } }\n"
                        f"target: {{ {target} }}\n")
    for arguments in (["run", "--votes", "1", "--target", str(file)], ["validate", str(scenario)],
                      ["run", str(scenario), "--print-scenario"]):
        done = votebench(*arguments, cwd=tmp_path)
        assert done.returncode == 2, done
        assert MARKER not in done.stdout + done.stderr
