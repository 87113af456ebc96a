"""Votes over TLS, through Debian's nginx in front of the vote service: the same verdict as without,
and whatever is wrong with a certificate is said before any vote."""

import re

import pytest

from authority import Authority
from harness import burst, until
from web_servers import Nginx

NAME = "votes.test"


@pytest.fixture(name="authority", scope="module")
def _authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(name="nginx")
def _nginx():
    with Nginx() as server:
        yield server


def tls_target(stack, nginx, authority, url=f"https://{NAME}/", **tls):
    return stack.target(vote={"url": url, "connect_to": f"127.0.0.1:{nginx.port}"},
                        tls={"ca_file": str(authority.file), **tls})


def logged(nginx, count):
    """The requests that nginx wrote down, once they are so many."""
    until(lambda: len(nginx.requests()) >= count, "all requests are in nginx's log")
    assert len(nginx.requests()) == count
    return nginx.requests()


def by_connection(requests):
    """How many requests each connection carried."""
    counts = {}
    for _, _, connection, _ in requests:
        counts[connection] = counts.get(connection, 0) + 1
    return counts


@pytest.mark.parametrize("protocol", ["TLSv1.2", "TLSv1.3"])
def test_every_vote_is_accounted_for_over_tls(stack, nginx, authority, protocol):
    with stack("reference") as made:
        made.start_vote().start_worker()
        nginx.start(authority.issue(NAME), made.port, protocol)
        target = tls_target(made, nginx, authority)
        done = made.run({"workloads": burst(1000, clients=40)}, target=target)
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 1000
        assert made.rows() == 1020  # with the probes
        # Its HTTP/2 was offered and not taken, and connections were kept.
        requests = logged(nginx, 1023)
        assert {request[:2] for request in requests} == {("HTTP/1.1", "http/1.1")}
        assert len(by_connection(requests)) < 500

        done = made.run({"http": {"keep_alive": False}, "workloads": burst(300, clients=20)},
                        target=target)
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 300
        each = by_connection(logged(nginx, 1346)[1023:])
        assert len(each) == 323 and set(each.values()) == {1}


def test_a_target_that_dies_behind_tls_leaves_no_vote_unaccounted_for(stack, nginx, authority):
    """nginx answers 502 while its service is gone: such votes may count or not."""
    with stack("reference") as made:
        made.start_vote().start_worker()
        nginx.start(authority.issue(NAME), made.port)
        running = made.start({"workloads": {"load": {
            "executor": "constant-arrival-rate", "rate": "200/s", "duration": "4s"}}},
            target=tls_target(made, nginx, authority))
        until(lambda: made.rows() > 100, "votes arrive")
        made.vote.kill()
        made.start_vote()
        done = running.finish()
        accounting = done.result["accounting"]
        assert accounting["planned"] == 800
        assert sum(accounting[part] for part in ("acked", "rejected", "ambiguous", "not_sent",
                                                 "never_started")) == 800
        assert done.audit["lost"]["count"] == 0
        assert done.exit_status in (0, 3), done


@pytest.mark.parametrize("wrong, says, advises", [
    ("name", "is for another host name", "vote.connect_to"),
    ("authority", "is signed by nobody whom", "tls.ca_file"),
    ("expired", "has expired", "renew it"),
    ("file", "cannot read certificates from", "PEM"),
    ("plain", "does not speak TLS|ended the connection instead of speaking TLS", "http://"),
])
def test_what_is_wrong_with_tls_is_said_before_any_vote(stack, nginx, authority, wrong, says,
                                                        advises):
    with stack("reference") as made:
        made.start_vote().start_worker()
        nginx.start(authority.issue(NAME, expired=wrong == "expired"), made.port)
        options = {"authority": {"ca_file": None}, "file": {"ca_file": "/no/such/file.pem"}}
        target = tls_target(made, nginx, authority,
                            "https://other.test/" if wrong == "name" else f"https://{NAME}/",
                            **options.get(wrong, {}))
        if wrong == "plain":
            target = made.target(vote={"url": f"https://127.0.0.1:{made.port}/"})
        done = made.run({"workloads": burst(10, clients=1)}, target=target)
        assert done.exit_status == 6, done
        text = " ".join(done.stdout.split())
        assert re.search(says, text) and advises in text, done
        assert made.truth("pushed") == []
        assert nginx.requests() == []


def test_certificates_need_not_be_verified(stack, nginx, authority):
    with stack("reference") as made:
        made.start_vote().start_worker()
        nginx.start(authority.issue("other.test", expired=True), made.port)
        done = made.run({"workloads": burst(50, clients=5)},
                        target=tls_target(made, nginx, authority, verify=False))
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 50
