"""Many connections for minutes, without a stall: no vote waits for its timeout, none is lost.

SOAK_SECONDS sets how long each of them takes (default 300).
"""

import os

import pytest

from authority import Authority
from harness import Stack
from web_servers import Nginx

SECONDS = int(os.environ.get("SOAK_SECONDS", "300"))
NAME = "votes.test"


@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
@pytest.mark.parametrize("clients", [256, 1000])
def test_connections_for_minutes(tmp_path, clients, tls):
    """Each client pauses after an answer, so that all share the processors fairly."""
    scenario = {"http": {"timeout": "30s", "connect_timeout": "30s"}, "drain": {"timeout": "5m"},
                "workloads": {"soak": {"executor": "constant-clients", "clients": clients,
                                       "duration": f"{SECONDS}s",
                                       "think_time": f"{clients // 4}ms"}}}
    with Stack(tmp_path) as stack, Nginx() as nginx:
        target = stack.target_file
        if tls:
            authority = Authority(tmp_path)
            nginx.start(authority.issue(NAME), int(stack.target["vote"]["url"].split(":")[2][:-1]))
            target = stack.target_with(vote={"url": f"https://{NAME}/",
                                             "connect_to": f"127.0.0.1:{nginx.port}"},
                                       tls={"ca_file": str(authority.file)})
        done = stack.start(scenario, target=target).finish(limit=SECONDS + 900)
        assert done.exit_status == 0, done
        accounting = done.result["accounting"]
        assert accounting["acked"] == accounting["planned"] >= clients * SECONDS / 4, done
        assert done.result["latency"]["http_response"]["max"] < 30e6, done
