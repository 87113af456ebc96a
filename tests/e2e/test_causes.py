"""Why votes were not accepted: said in the terminal, in result.json, on the page and by verify, with
advice for that cause; limits of the generator are its own."""

import json
import os
import signal
import subprocess
import threading
import time

import pytest
import yaml

from harness import Running, burst, votebench
from hostile_server import HostileServer
from servers import PATIENCE_S, program, wait_until

VOTES = 40


def said(text):
    return " ".join(text.split())


class Votes:
    """Votes to a server of a test's own, no store behind it."""

    def __init__(self, directory):
        self.directory = directory

    def arguments(self, port, probes=0, **http):
        (self.directory / "target.yaml").write_text(yaml.safe_dump(
            {"profile": "keep-alive", "vote": {"url": f"http://127.0.0.1:{port}/"},
             "redis": None, "postgres": None}))
        (self.directory / "scenario.yaml").write_text(yaml.safe_dump(
            {"version": 1, "preflight": {"probe_votes": probes},
             "http": {"timeout": f"{PATIENCE_S}s", "connect_timeout": f"{PATIENCE_S}s", **http},
             "workloads": {"load": {"executor": "burst", "votes": VOTES, "clients": VOTES}}}))
        return ["run", "scenario.yaml", "--target", "target.yaml"]

    def run(self, port, **settings):
        return Running(self.arguments(port, **settings), self.directory).finish()


@pytest.fixture(name="votes")
def _votes(tmp_path):
    return Votes(tmp_path)


def the_cause(done):
    """The only one, of all votes."""
    [cause] = done.result["not_accepted"]
    assert cause["count"] == VOTES, done
    return cause


def help_of(done):
    return said(" ".join(done.result["advice"]))


def assert_told_everywhere(done, words, cwd):
    text = said(done.stdout)
    assert f"{VOTES} x {words}" in text, done
    assert words in said((done.directory / "summary.md").read_text())
    assert words in said((done.directory / "report.html").read_text())
    assert words in said((done.directory / "junit.xml").read_text())
    verified = votebench("verify", str(done.directory), "--stored", cwd=cwd)
    assert f"{VOTES} x {words}" in said(verified.stdout), verified
    again = json.loads((done.directory / "result.json").read_text())
    assert again["not_accepted"] == done.result["not_accepted"]


def test_nobody_listens(votes, dead_port, tmp_path):
    done = votes.run(dead_port)
    assert done.exit_status == 3, done
    assert the_cause(done)["cause"] == "refused"
    assert the_cause(done)["outcome"] == "not_sent"
    assert "is the vote app up" in help_of(done)
    assert "timeout" not in help_of(done)
    assert_told_everywhere(done, "connection refused", tmp_path)


def test_answers_of_500(votes, tmp_path):
    with HostileServer(lambda request: request.send(
            request.answer(status=b"500 Oops"))) as server:
        done = votes.run(server.port)
    assert done.exit_status == 3, done
    assert the_cause(done)["status"] == 500
    assert "look at the vote app's log" in help_of(done)
    assert "timeout" not in help_of(done)
    assert_told_everywhere(done, "status 500", tmp_path)


def test_no_answer_in_time(votes, tmp_path):
    with HostileServer(lambda request: None) as server:
        done = votes.run(server.port, timeout="1s")
    assert the_cause(done)["cause"] == "timed_out"
    assert the_cause(done)["longest_s"] >= 1
    assert "raise http.timeout" in help_of(done)
    assert_told_everywhere(done, "no answer in time", tmp_path)


def test_connections_that_are_closed_without_an_answer(votes, tmp_path):
    def script(request):
        raise ConnectionError

    with HostileServer(script) as server:
        done = votes.run(server.port)
    assert the_cause(done)["cause"] == "closed_early"
    assert "timeout" not in help_of(done)
    assert_told_everywhere(done, "closed without a whole answer", tmp_path)


MALFORMED = {
    "many_lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
                     "not in HTTP/1.1: several Content-Length"),
    "bad_length": (b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
                   "not in HTTP/1.1: Content-Length is no number"),
    "bad_header": (b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
                   "not in HTTP/1.1: a header line is none"),
    "long_head": (b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\nok",
                  "not in HTTP/1.1: a head of more than 64 KiB"),
    "not_http": (b"SSH-2.0-OpenSSH_9.2\r\n", "not in HTTP/1.1"),
}


@pytest.mark.parametrize("cause", MALFORMED)
def test_answers_that_are_not_http(votes, cause):
    answer, words = MALFORMED[cause]
    with HostileServer(lambda request: request.send(answer)) as server:
        done = votes.run(server.port)
        assert the_cause(done)["cause"] == cause
        assert words in said(done.stdout), done
        probed = votes.run(server.port, probes=1)
    assert probed.exit_status == 6, probed
    start = answer.split(b"\r\n")[0].decode()
    assert f"{words} (it began '{start}" in said(probed.stdout), probed
    assert "cut off" not in said(probed.stdout), probed


def test_votes_that_were_all_accepted_have_no_cause(votes):
    with HostileServer(lambda request: request.send(request.answer())) as server:
        done = votes.run(server.port)
    assert done.result["accounting"]["acked"] == VOTES, done
    assert done.result["not_accepted"] == []
    assert "not accepted" not in done.stdout, done


def with_few_files(votes, port, **settings):
    """A run that may open 32 files."""
    reports = votes.directory / "few"
    process = subprocess.run(
        ["prlimit", "--nofile=32:32", program("votebench"), *votes.arguments(port, **settings),
         "--reports", str(reports)],
        cwd=votes.directory, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=240, check=False)
    [result] = [file for file in reports.glob("*/2*/result.json")]
    return process, json.loads(result.read_text())


def test_a_limit_of_ours_is_ours(votes):
    with HostileServer(lambda request: request.send(request.answer())) as server:
        process, result = with_few_files(votes, server.port)
    causes = {cause["cause"]: cause["count"] for cause in result["not_accepted"]}
    assert set(causes) == {"open_files"}, process
    assert causes["open_files"] + result["accounting"]["acked"] == VOTES
    assert not result["generator"]["load_valid"]
    [reason] = [text for text in result["generator"]["reasons"] if "open files" in text]
    assert "ulimit -n" in reason
    assert "mend the target" not in process.stdout
    assert "too many open files on this machine" in said(process.stdout), process


def test_a_generator_that_was_stopped_takes_the_answers_that_came_meanwhile(votes):
    answer_now = threading.Event()
    answered = []

    def script(request):
        assert answer_now.wait(PATIENCE_S)
        request.send(request.answer())
        answered.append(request.cookie)

    timeout_s = 2
    with HostileServer(script) as server:
        running = Running(votes.arguments(server.port, timeout=f"{timeout_s}s"), votes.directory)
        wait_until(lambda: len(server.requests) == VOTES, "all votes wait for their answers")
        os.kill(running.popen.pid, signal.SIGSTOP)
        stopped = time.monotonic()
        answer_now.set()
        wait_until(lambda: len(answered) == VOTES, "all answers lie in the sockets")
        wait_until(lambda: time.monotonic() > stopped + timeout_s + 1, "their time is over")
        os.kill(running.popen.pid, signal.SIGCONT)
        done = running.finish()
    assert done.result["accounting"]["acked"] == VOTES, done
    assert done.result["generator"]["standstill_s"] > timeout_s
    assert not done.result["generator"]["load_valid"]
    assert "votebench itself stood still for" in said(done.stdout), done


def test_a_generator_that_ran_through_did_not_stand_still(votes):
    with HostileServer(lambda request: request.send(request.answer())) as server:
        done = votes.run(server.port)
    assert "stood still" not in done.stdout, done


class Forger:
    """Queues the votes that it gets, and answers as no HTTP server would."""

    def __init__(self, redis_server):
        self.client = redis_server.client()

    def __call__(self, request):
        if request.cookie:  # a vote
            voter = request.cookie.split(b"=")[1].decode()
            self.client.rpush("votes", json.dumps({"voter_id": voter, "vote": "a"}))
        request.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok")


def refused_by_preflight(directory, port, redis_server):
    target = directory / "target.yaml"
    target.write_text(yaml.safe_dump(
        {"profile": "keep-alive", "vote": {"url": f"http://127.0.0.1:{port}/"},
         "redis": {"url": f"redis://{redis_server.tcp_address}/0"}, "postgres": None}))
    scenario = directory / "scenario.yaml"
    scenario.write_text(yaml.safe_dump(
        {"version": 1, "workloads": burst(5), "preflight": {"require_empty_queue": False}}))
    done = Running(["run", str(scenario), "--target", str(target)], directory).finish()
    assert done.exit_status == 6, done
    return done


def test_probe_votes_are_taken_back_from_the_queue_of_an_app_that_does_not_answer(
        tmp_path, redis_server):
    redis_server.client().rpush("votes", "a stranger's")
    with HostileServer(Forger(redis_server)) as server:
        done = refused_by_preflight(tmp_path, server.port, redis_server)
    assert "1 probe vote that waited in list 'votes' was taken out again" in said(done.stdout), done
    assert "may still be" not in said(done.stdout), done
    assert redis_server.client().lrange("votes", 0, -1) == [b"a stranger's"]


def test_what_cannot_be_taken_back_is_said(tmp_path, redis_server):
    """Somebody took it before we could."""
    forger = Forger(redis_server)

    def script(request):
        request.send = lambda data: (forger.client.delete("votes"),
                                     request.connection.sendall(data))
        forger(request)

    with HostileServer(script) as server:
        done = refused_by_preflight(tmp_path, server.port, redis_server)
    assert "that probe vote may still be queued or stored" in said(done.stdout), done
