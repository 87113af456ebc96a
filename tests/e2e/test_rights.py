"""docs/rights.md: with exactly the rights that it names, runs are judged as with all of them."""

import re

import pytest

from harness import SOURCE_DIR, burst
from servers import RedisServer

PAGE = (SOURCE_DIR / "docs/rights.md").read_text()
LOSSES = 3


def block(language):
    [text] = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)
    return text


def grant(target, redis, further_redis=(), further_sql=""):
    """The users of the page, on servers where everybody else may do everything."""
    for line in block("").splitlines():
        redis.client().execute_command(*line.split(), *further_redis)
    target.query("DROP ROLE IF EXISTS votebench")
    target.query(block("sql") + further_sql)


@pytest.fixture
def restricted(stack):
    """A target that is reached as the page's users, once its worker has made the table."""
    with stack().start_vote() as target:
        yield target
        target.query("DROP OWNED BY votebench; DROP ROLE votebench")


def as_votebench(target, **changes):
    return target.target(
        redis={"url": f"redis://votebench@{target.redis_server.tcp_address}/0",
               "password": {"env": "VB_REDIS"}},
        postgres={"url": target.postgres_uri.replace("postgres@", "votebench@"),
                  "password": {"env": "VB_POSTGRES"}}, **changes)


@pytest.fixture(autouse=True)
def passwords(monkeypatch):
    monkeypatch.setenv("VB_REDIS", "secret")
    monkeypatch.setenv("VB_POSTGRES", "secret")


def test_a_run_with_the_rights_of_the_page_passes(restricted):
    restricted.start_worker("--poll", "5ms")
    grant(restricted, restricted.redis_server)
    done = restricted.run({"workloads": burst(100, within="1s")}, target=as_votebench(restricted))
    assert done.exit_status == 0, done
    assert done.audit["persisted"] == 100


def test_losses_are_found_with_the_rights_of_the_page(restricted):
    restricted.start_worker("--poll", "5ms", "--plant", f"lost@worker:{LOSSES}")
    grant(restricted, restricted.redis_server)
    done = restricted.run({"workloads": burst(100, within="1s")}, target=as_votebench(restricted))
    assert done.exit_status == 1, done
    assert done.audit["lost"]["count"] == LOSSES


CONSEQUENCES = {"refused": 6, "losses are never proven": 3}


def consequence(right):
    """What the page says of a run without it, as an exit status."""
    [row] = [row for row in PAGE.splitlines()
             if row.startswith("|") and f"`{right}`" in row.replace("\\|", "|").split(" | ")[0]
             and row.rstrip(" |").endswith(tuple(CONSEQUENCES))]
    return CONSEQUENCES[row.rstrip(" |").rsplit("| ", 1)[1]]


def run_to_lose(restricted, **grants):
    restricted.start_worker("--poll", "5ms", "--plant", f"lost@worker:{LOSSES}")
    grant(restricted, restricted.redis_server, **grants)
    return restricted.run({"workloads": burst(60, within="1s"), "drain": {"timeout": "3s"}},
                          target=as_votebench(restricted))


@pytest.mark.parametrize("right", [word for word in block("").split() if word.startswith("+")])
def test_without_a_right_of_redis_it_is_as_the_page_says(restricted, right):
    done = run_to_lose(restricted, further_redis=[right.replace("+", "-", 1)])
    assert done.exit_status == consequence(right), done


STREAM = re.search(r"^\| (`\+xinfo.*?) on a stream", PAGE, re.M)[1].replace("\\|", "|").replace("`", "")


@pytest.mark.parametrize("without", ["", *STREAM.split()])
def test_a_stream_needs_the_rights_that_are_named(stack, without):
    lists = ["-llen", "-lrange"]
    with stack().start_vote("--queue", "stream") as target:
        target.start_worker("--queue", "stream", "--poll", "5ms", "--plant", f"lost@worker:{LOSSES}")
        grant(target, target.redis_server,
              further_redis=[*lists, *STREAM.split(), *([without.replace("+", "-", 1)] * bool(without))])
        redis = {"url": f"redis://votebench@{target.redis_server.tcp_address}/0",
                 "password": {"env": "VB_REDIS"}, "group": "workers"}
        file = target.target(redis=None, redis_stream=redis)
        done = target.run({"workloads": burst(60, within="1s"), "drain": {"timeout": "8s"}},
                          target=file)
        target.query("DROP OWNED BY votebench; DROP ROLE votebench")
    assert done.exit_status == (6 if without else 1), done


@pytest.mark.parametrize("right, sql", [
    ("pg_read_all_stats", "REVOKE pg_read_all_stats FROM votebench"),
    ("SELECT", "REVOKE SELECT ON votes FROM votebench")])
def test_without_a_right_of_postgres_it_is_as_the_page_says(restricted, right, sql):
    done = run_to_lose(restricted, further_sql=sql)
    assert done.exit_status == consequence(right), done


def test_other_tables_that_may_not_be_read_are_said_with_a_claim(restricted):
    restricted.query("CREATE TABLE votes_error (id text)")
    done = run_to_lose(restricted)
    assert done.exit_status == 1, done
    assert ("votes stand in no other table of the database (table 'votes_error' may not be read)"
            in done.audit["assumptions"]), done.audit["assumptions"]
    restricted.query("DROP TABLE votes_error")
