"""After the drain the result page must show what the table holds."""

import pytest

from harness import burst
from result_app import ResultApp


def counted(stack):
    return dict(stack.query("SELECT vote, count(*) FROM votes GROUP BY vote"))


@pytest.fixture
def running(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        yield target


def run(stack, url, *thresholds):
    return stack.run({"workloads": burst(40, clients=4), "thresholds": list(thresholds)},
                     target=stack.target(result={"url": url}))


def test_the_original_feed_shows_every_vote(running):
    with ResultApp(lambda: counted(running)) as app:
        done = run(running, app.url, "page.difference == 0")
    assert done.exit_status == 0, done
    page = done.result["result_page"]
    assert page["compared"] and page["difference"] == 0
    assert page["shown"] == page["stored"] == counted(running)
    assert "shows what the table holds" in done.stdout


def test_the_reference_result_service_shows_every_vote(running, votestack, postgres_server):
    host, port = votestack("result", "--listen", "127.0.0.1:0", "--postgres",
                           postgres_server.uri).address
    done = run(running, f"http://{host}:{port}/")
    assert done.exit_status == 0, done
    assert done.result["result_page"]["shown"] == counted(running)


def test_a_frozen_page_is_told_and_a_threshold_makes_it_fail(running):
    with ResultApp(lambda: {"a": 1, "b": 0}) as app:
        done = run(running, app.url, "page.difference == 0")
    assert done.exit_status == 4, done
    page = done.result["result_page"]
    assert page["shown"] == {"a": 1}
    assert page["difference"] == running.rows() - 1
    assert f"{running.rows() - 1} votes off" in done.stdout


def test_a_frozen_page_without_a_threshold_leaves_the_verdict(running):
    with ResultApp(lambda: {"a": 1, "b": 0}) as app:
        done = run(running, app.url)
    assert done.exit_status == 0, done
    assert done.audit["persisted"] == 40
    assert "votes off" in done.stdout


def test_a_page_that_tells_nothing_is_no_valid_measurement(running):
    with ResultApp(lambda: None) as app:
        done = run(running, app.url, "page.difference == 0")
    assert done.exit_status == 3, done
    assert "sends no scores" in done.result["result_page"]["reason"]


def test_a_page_that_is_gone_is_not_compared(running, dead_port):
    done = run(running, f"http://127.0.0.1:{dead_port}/")
    assert done.exit_status == 0, done
    assert "does not answer" in done.result["result_page"]["reason"]
    assert "not compared with the table" in " ".join(done.stdout.split())
