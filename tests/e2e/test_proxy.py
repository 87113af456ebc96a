"""Votes through an HTTP proxy (tinyproxy): always tunnelled, the same verdict as without; a proxy
that refuses is told from a target that does."""

import pytest

from authority import Authority
from harness import burst
from web_servers import Nginx, Tinyproxy


@pytest.fixture(name="proxy")
def _proxy():
    with Tinyproxy() as server:
        yield server


@pytest.mark.parametrize("keep_alive", [True, False])
def test_every_vote_is_accounted_for_through_a_proxy(stack, proxy, keep_alive, monkeypatch):
    proxy.start()
    monkeypatch.setenv("no_proxy", "*")  # the environment decides nothing
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with stack("reference") as made:
        made.start_vote().start_worker()
        done = made.run({"http": {"keep_alive": keep_alive}, "workloads": burst(300, clients=20)},
                        "--yes", target=made.target(proxy=f"http://127.0.0.1:{proxy.port}"))
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 300
        assert made.rows() == 320
        tunnels = proxy.tunnels()
        assert set(tunnels) == {f"127.0.0.1:{made.port}"}
        # The connection before any vote, the 20 probes', three of them twice, the votes'.
        assert len(tunnels) < 200 if keep_alive else len(tunnels) == 324


def test_tls_through_a_proxy(stack, proxy, tmp_path):
    proxy.start()
    authority = Authority(tmp_path)
    with stack("reference") as made, Nginx() as nginx:
        made.start_vote().start_worker()
        nginx.start(authority.issue("votes.test"), made.port)
        target = made.target(vote={"url": "https://votes.test/",
                                   "connect_to": f"127.0.0.1:{nginx.port}"},
                             tls={"ca_file": str(authority.file)},
                             proxy=f"http://127.0.0.1:{proxy.port}")
        done = made.run({"workloads": burst(300, clients=20)}, "--yes", target=target)
        assert done.exit_status == 0, done
        assert done.audit["persisted"] == 300
        assert set(proxy.tunnels()) == {f"127.0.0.1:{nginx.port}"}
        assert {request[:2] for request in nginx.requests()} == {("HTTP/1.1", "http/1.1")}


@pytest.mark.parametrize("wrong, says, advises", [
    ("gone", "does not answer: Connection refused", "votes go directly"),
    ("closed", "refuses to connect to", "allow CONNECT"),
    ("password", "wants a user name and a password (407)", "by its address"),
    ("target", "when asked for", "can it reach the vote app"),
])
def test_a_proxy_that_refuses_is_named_before_any_vote(stack, proxy, dead_port, wrong, says,
                                                       advises):
    lines = {"closed": ["ConnectPort 443"], "password": ["BasicAuth somebody secret"]}
    proxy.start(*lines.get(wrong, []))
    with stack("reference") as made:
        made.start_vote().start_worker()
        port = dead_port if wrong == "gone" else proxy.port
        changes = {"vote": {"url": "http://127.0.0.1:1/"}} if wrong == "target" else {}
        done = made.run({"workloads": burst(10, clients=1)}, "--yes",
                        target=made.target(proxy=f"http://127.0.0.1:{port}", **changes))
        assert done.exit_status == 6, done
        text = " ".join(done.stdout.split())
        assert says in text and advises in text, done
        assert made.truth("pushed") == []
