"""Servers that answer as no honest one would: each with a clear outcome, bounded memory and clean
output, over TCP and over TLS."""

import json
import re
import subprocess

import pytest
import yaml

from authority import Authority
from harness import Running, SOURCE_DIR, program
from hostile_server import HostileServer
from servers import PATIENCE_S, SANITIZED

NAME = "votes.test"


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("authority"))
    authority.issue(NAME)
    return authority


@pytest.fixture(name="way", params=["tcp", "tls"])
def _way(request, authority, tmp_path):
    return Way(request.param == "tls", authority, tmp_path)


class Way:
    """Votes to a server of a test's own, by one channel or the other."""

    def __init__(self, tls, authority, directory):
        self.tls, self.authority, self.directory = tls, authority, directory

    def serve(self, script, greet=b""):
        certificate = [str(self.authority.directory / f"{NAME}.{kind}") for kind in ("pem", "key")]
        return HostileServer(script, certificate if self.tls else None, greet)

    def files(self, server, votes, clients=2, probes=0, timeout=f"{PATIENCE_S}s"):
        """The arguments of `votebench run`."""
        vote = {"url": f"http://127.0.0.1:{server.port}/"}
        if self.tls:
            vote = {"url": f"https://{NAME}/", "connect_to": f"127.0.0.1:{server.port}"}
        target = self.directory / "target.yaml"
        target.write_text(yaml.safe_dump(
            {"profile": "keep-alive", "vote": vote, "redis": None, "postgres": None,
             "tls": {"ca_file": str(self.authority.file)}}))
        scenario = self.directory / "scenario.yaml"
        scenario.write_text(yaml.safe_dump(
            {"version": 1, "preflight": {"probe_votes": probes},
             "http": {"timeout": timeout, "connect_timeout": f"{PATIENCE_S}s"},
             "workloads": {"load": {"executor": "burst", "votes": votes, "clients": clients}}}))
        return [str(scenario), "--target", str(target)]

    def run(self, server, votes, **settings):
        done = Running(["run", *self.files(server, votes, **settings)], self.directory).finish()
        accounting = done.result["accounting"]
        sent = sum(accounting[part] for part in
                   ("acked", "rejected", "ambiguous", "not_sent", "never_started"))
        assert sent == accounting["planned"], done
        return done


def assert_unproven(done, **accounting):
    """Without a table nothing is proven; the outcomes are what they should be."""
    assert done.exit_status == 3, done
    for part, count in accounting.items():
        assert done.result["accounting"][part] == count, done


def test_bodies_of_ten_megabytes_are_read_and_forgotten(way):
    body = b"x" * 10_000_000
    with way.serve(lambda request: request.send(request.answer(body))) as server:
        usage = way.directory / "usage"
        done = subprocess.run(
            ["/usr/bin/python3", str(SOURCE_DIR / "tests/e2e/peak_memory.py"), str(usage),
             program("votebench"), "run", *way.files(server, votes=10), "--reports",
             str(way.directory / "reports")],
            capture_output=True, text=True, timeout=240, check=False, cwd=way.directory)
        assert done.returncode == 3, done
        assert re.search(r"accepted +10 ", done.stdout), done
        if not SANITIZED:
            assert int(usage.read_text()) < 64 * 1024  # KiB


def test_endless_headers_prove_nothing(way):
    def script(request):
        request.send(b"HTTP/1.1 200 OK\r\nSet-Cookie: " + request.cookie + b"\r\n")
        while True:
            request.send(b"X-More: of the same\r\n" * 100)

    with way.serve(script) as server:
        assert_unproven(way.run(server, votes=4), ambiguous=4, acked=0)


def test_answers_in_single_bytes_are_answers(way):
    def script(request):
        for byte in request.answer():
            request.send(bytes([byte]))

    with way.serve(script) as server:
        assert_unproven(way.run(server, votes=10), acked=10)


def test_a_server_that_speaks_first_is_not_believed(way):
    """What comes before a vote was sent is no answer to it, whichever of the two was faster."""
    greeting = b"HTTP/1.1 200 OK\r\nSet-Cookie: voter_id=vb\r\nContent-Length: 0\r\n\r\n"
    with way.serve(lambda request: None, greeting) as server:
        assert_unproven(way.run(server, votes=6, timeout="3s"), acked=0, rejected=0)


def test_a_cache_that_answers_for_the_app_is_found_before_any_vote(way):
    with way.serve(lambda request: request.send(request.answer(cookie=b""))) as server:
        done = way.run(server, votes=5, probes=2)
        assert done.exit_status == 6, done
        text = " ".join(done.stdout.split())
        assert "without echoing our voter id" in text, done
        assert "a proxy may have answered" in text, done
        assert len([r for r in server.requests if r.startswith(b"POST")]) == 1  # the first probe


def test_a_cache_that_begins_to_answer_during_the_run_proves_nothing(way):
    cached = []

    def script(request):
        whole = cached[0] if len(server.requests) > 10 else request.answer()
        cached.append(whole)
        request.send(whole)

    with way.serve(script) as server:
        done = way.run(server, votes=30, clients=1, probes=2)
        assert_unproven(done, acked=8, ambiguous=22)


def test_an_app_that_truncates_ids_is_found_before_any_vote(way):
    script = lambda request: request.send(request.answer(cookie=request.cookie[:20]))
    with way.serve(script) as server:
        done = way.run(server, votes=5, probes=2)
        assert done.exit_status == 6, done
        assert "the app rewrites ids" in " ".join(done.stdout.split()), done


def test_an_app_that_stores_truncated_ids_is_found_before_any_vote(stack, way):
    """It echoes the whole id and queues a part of it: such rows belong to nobody."""
    if way.tls:
        pytest.skip("the same over TLS: what is wrong lies behind the answer")
    with stack("reference") as made:
        made.start_worker()
        queue = made.redis_server.client()

        def script(request):
            voter = request.cookie.split(b"=")[1][:20].decode()
            queue.rpush("votes", json.dumps({"voter_id": voter, "vote": "a"}))
            request.send(request.answer())

        with way.serve(script) as server:
            target = made.target(vote={"url": f"http://127.0.0.1:{server.port}/"})
            done = made.run({"preflight": {"probe_votes": 2},
                             "workloads": {"load": {"executor": "burst", "votes": 5,
                                                    "clients": 1}}}, target=target)
            assert done.exit_status == 6, done
            text = " ".join(done.stdout.split())
            assert "0 of 2 probe votes arrived in table 'votes'" in text, done
            assert "ids must arrive unchanged" in text, done
            assert len([r for r in server.requests if r.startswith(b"POST")]) == 2


HOSTILE = b"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae<script>alert(1)</script>"


def test_no_byte_of_a_server_reaches_the_terminal_as_it_is(way):
    """Terminal escapes in the status line, headers and body, seen by probes and health checks."""
    headers = b"Server: %s\r\nLocation: %s\r\nX-%s: y\r\n" % (HOSTILE, HOSTILE, HOSTILE)
    script = lambda request: request.send(
        request.answer(HOSTILE, b"503 " + HOSTILE, b"voter_id=" + HOSTILE, headers))
    with way.serve(script) as server:
        done = way.run(server, votes=5, probes=1)
        assert done.exit_status == 6, done
        assert "503" in done.stdout
        written = [done.stdout.encode(), done.stderr.encode()]
        written += [path.read_bytes() for path in done.directory.rglob("*") if path.is_file()]
        for text in written:
            assert b"\x1b" not in text and b"\x07" not in text and b"\xc2\x9b" not in text, text
            assert b"\xe2\x80\xae" not in text and b"<script>alert(1)" not in text, text
