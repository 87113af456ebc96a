"""The vote and the result service of the reference stack: contract, failures, truth log."""

import asyncio
import http.client
import json
import pathlib
import re
import socket
import subprocess
import threading
import time
import urllib.parse

import pytest

from servers import PATIENCE_S, RedisServer, program, wait_until

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CLOSING = ["dockersamples", "append-table", "always-200"]
KEEPING = ["keep-alive", "reference"]
PROFILES = CLOSING + KEEPING


def vote_path(profile):
    return "/vote" if profile == "always-200" else "/"


def request(service, method, path, body=None, cookie=None, headers=FORM):
    connection = http.client.HTTPConnection(*service.address, timeout=PATIENCE_S)
    try:
        cookies = {"Cookie": cookie} if cookie else {}
        connection.request(method, path, body, {**headers, **cookies})
        response = connection.getresponse()
        response.text = response.read().decode()
        return response
    finally:
        connection.close()


def post(service, voter, choice, path="/"):
    return request(service, "POST", path, f"vote={choice}", f"voter_id={voter}")


def events(path):
    """[(event, voter, choice)] of a truth log; a line that is being written is not read."""
    complete = pathlib.Path(path).read_text().split("\n")[:-1]
    lines = [json.loads(line) for line in complete]
    assert all(isinstance(line["t_ns"], int) for line in lines)
    return [(line["event"], line["voter"], line["choice"]) for line in lines]


@pytest.fixture
def vote(votestack, redis_server):
    def start(profile="reference", *arguments, redis=redis_server.address, **options):
        return votestack("vote", "--listen", "127.0.0.1:0", "--redis", redis, "--profile", profile,
                         *arguments, **options)
    return start


@pytest.fixture
def dead_redis(short_tmp):
    return f"unix:{short_tmp}/nobody.sock"


@pytest.mark.parametrize("profile", PROFILES)
def test_a_vote_becomes_one_element_and_echoes_the_cookie(vote, redis_server, profile):
    response = post(vote(profile), "6e2df0fa632cf7a", "a", vote_path(profile))
    assert response.status == 200
    assert "<html" in response.text and "\u2713" in response.text
    assert response.headers["Set-Cookie"].split(";")[0] == "voter_id=6e2df0fa632cf7a"
    assert redis_server.client().lrange("votes", 0, -1) == [
        b'{"voter_id": "6e2df0fa632cf7a", "vote": "a"}']


@pytest.mark.parametrize("profile", PROFILES)
def test_who_keeps_a_connection(vote, profile):
    connection = http.client.HTTPConnection(*vote(profile).address, timeout=PATIENCE_S)
    connection.request("POST", vote_path(profile), "vote=a", FORM)
    connection.getresponse().read()
    kept = connection.sock is not None
    assert kept == (profile in KEEPING)
    if kept:
        connection.request("POST", vote_path(profile), "vote=b", FORM)
        assert connection.getresponse().status == 200


@pytest.mark.parametrize("profile,method,path,status", [
    ("dockersamples", "POST", "/vote", 404),
    ("dockersamples", "PUT", "/", 405),
    ("dockersamples", "DELETE", "/", 405),
    ("dockersamples", "GET", "/elsewhere", 404),
    ("append-table", "POST", "/vote", 200),
    ("append-table", "POST", "/", 200),
    ("always-200", "POST", "/", 405),
    ("always-200", "GET", "/", 200),
    ("always-200", "POST", "/vote", 200),
    ("keep-alive", "POST", "/vote", 404),
])
def test_methods_and_paths(vote, profile, method, path, status):
    response = request(vote(profile), method, path, "vote=a" if method == "POST" else None)
    assert response.status == status
    assert (response.headers["Allow"] is not None) == (status == 405)


def test_the_page_never_touches_redis(vote, dead_redis):
    response = request(vote("dockersamples", redis=dead_redis), "GET", "/")
    assert response.status == 200
    assert "voter_id=" in response.headers["Set-Cookie"]


def test_health_is_whether_a_vote_could_be_queued(vote, redis_server, dead_redis):
    service, client = vote(), redis_server.client()
    assert request(service, "GET", "/health").status == 200
    assert client.keys() == []  # and none was
    client.set("votes", "no list")
    assert request(service, "GET", "/health").status == 503
    client.delete("votes")
    client.config_set("maxmemory", "1")
    assert "OOM" in request(service, "GET", "/health").text
    client.config_set("maxmemory", "0")
    assert request(service, "GET", "/health").status == 200
    assert request(vote(redis=dead_redis), "GET", "/health").status == 503


def test_without_a_cookie_the_id_is_fresh(vote):
    service = vote()
    ids = {request(service, "POST", "/", "vote=a").headers["Set-Cookie"].split(";")[0]
           for _ in range(50)}
    assert len(ids) == 50
    assert all(re.fullmatch("voter_id=[0-9a-f]{13,15}", value) for value in ids)


@pytest.mark.parametrize("body,choice", [
    ("vote=a&vote=b", "a"), ("x=1&vote=b", "b"), ("vote=", ""), ("vote", ""), ("vote=a+b", "a b"),
    ("vote=%61%2B%26", "a+&"), ("vote=100%", "100%"), ("vote=%zz", "%zz"), ("v%6Fte=c", "c"),
    ("vote=%C3%A9%F0%9F%90%88", "\u00e9\U0001F408"), ("vote=%00", "\0"), ("vote=%FF", "\ufffd"),
    pytest.param("vote=" + "x" * 100_000, "x" * 100_000, id="long"), ('vote="\\%0A', '"\\\n'),
])
def test_form_values_are_decoded_and_any_string_is_a_vote(vote, redis_server, body, choice):
    assert request(vote(), "POST", "/", body, "voter_id=v").status == 200
    assert redis_server.client().lindex("votes", 0).decode() == json.dumps(
        {"voter_id": "v", "vote": choice})


@pytest.mark.parametrize("body,headers", [
    ("", FORM), ("votes=a", FORM), ("a=vote", FORM), ("vote=a", {}),
    ('{"vote":"a"}', {"Content-Type": "application/json"}),
])
def test_a_missing_field_is_400(vote, redis_server, body, headers):
    assert request(vote(), "POST", "/", body, headers=headers).status == 400
    assert redis_server.client().llen("votes") == 0


@pytest.mark.parametrize("header,voter", [
    ("voter_id=vb0123", "vb0123"), ("a=b; voter_id=x; voter_id=y", "x"), ("voter_id=a b", "a b"),
    ("voter_id=a=b", "a=b"), ("my_voter_id=z; voter_id=x", "x"),
    pytest.param("voter_id=" + "v" * 3000, "v" * 3000, id="long"),
    ('voter_id="q"', '"q"'), ("voter_id=\u00e9".encode().decode("latin-1"), "\u00e9"),
    ("voter_id=%41", "%41"), ("voter_id=a\tb", "a\tb"),
])
def test_a_cookie_is_used_verbatim(vote, redis_server, header, voter):
    response = request(vote(), "POST", "/", "vote=a", header)
    assert response.status == 200
    assert json.loads(redis_server.client().lindex("votes", 0))["voter_id"] == voter


@pytest.mark.parametrize("profile", PROFILES)
def test_without_redis_a_vote_fails_unless_the_profile_hides_it(vote, dead_redis, profile):
    response = post(vote(profile, redis=dead_redis), "v", "a", vote_path(profile))
    assert response.status == (200 if profile == "always-200" else 500)
    assert ("Set-Cookie" in response.headers) == (profile == "always-200")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_refused_push_fails_unless_the_profile_hides_it(vote, redis_server, profile):
    redis_server.client().set("votes", "not a list")
    response = post(vote(profile), "v", "a", vote_path(profile))
    assert response.status == (200 if profile == "always-200" else 500)


def test_always_200_also_sets_a_key_which_may_replace_the_list(vote, redis_server):
    service = vote("always-200")
    post(service, "v1", "a", "/vote")
    assert redis_server.client().get("v1") == b"a"
    assert post(service, "votes", "b", "/vote").status == 200
    assert redis_server.client().type("votes") == b"string"


def test_a_restarted_redis_costs_no_vote(vote, redis_server):
    service = vote("reference", "--threads", "1")
    assert post(service, "v1", "a").status == 200
    redis_server.stop()
    assert post(service, "v2", "a").status == 500
    redis_server.start()
    assert post(service, "v3", "a").status == 200
    redis_server.stop()
    redis_server.start()
    assert post(service, "v4", "a").status == 200
    assert redis_server.client().llen("votes") == 1


def test_a_frozen_redis_is_500_after_five_seconds_and_the_vote_may_count_later(vote, redis_server):
    service = vote("dockersamples")
    redis_server.process.pause()
    began = time.monotonic()
    assert post(service, "v", "a").status == 500
    assert 4.9 < time.monotonic() - began < 20  # how late we are told is up to the machine
    redis_server.process.resume()
    wait_until(lambda: redis_server.client().llen("votes") == 1, "the late push")


def test_a_push_whose_reply_is_lost_is_500_and_not_repeated(vote, redis_server):
    """A relay that delivers each command and swallows the reply."""
    relay = socket.create_server(("127.0.0.1", 0))

    def swallow_replies():
        while True:
            try:
                client, _ = relay.accept()
            except OSError:
                return
            with client, socket.create_connection(("127.0.0.1", redis_server.port)) as server:
                server.sendall(client.recv(65536))
                server.recv(65536)

    thread = threading.Thread(target=swallow_replies)
    thread.start()
    try:
        service = vote(redis=f"127.0.0.1:{relay.getsockname()[1]}")
        assert post(service, "v", "a").status == 500
        assert redis_server.client().llen("votes") == 1
    finally:
        relay.shutdown(socket.SHUT_RDWR)
        relay.close()
        thread.join()


def test_silent_after(vote, redis_server, short_tmp):
    service = vote("dockersamples", "--silent-after", "2", "--truth-log", f"{short_tmp}/truth")
    assert [post(service, f"v{n}", "a").status for n in range(2)] == [200, 200]
    for n in (2, 3):
        with pytest.raises(http.client.RemoteDisconnected):
            post(service, f"v{n}", "b")
    assert redis_server.client().llen("votes") == 2
    assert events(f"{short_tmp}/truth")[4:] == [("delivered", "v2", "b"), ("delivered", "v3", "b")]
    assert request(service, "GET", "/").status == 200


def test_the_truth_log_of_the_vote_service(vote, redis_server, short_tmp):
    service = vote("reference", "--threads", "1", "--truth-log", f"{short_tmp}/truth")
    post(service, 'v"1', "a")
    redis_server.stop()
    post(service, "v2", "b")
    request(service, "POST", "/", "nothing=here")
    assert events(f"{short_tmp}/truth") == [
        ("delivered", 'v"1', "a"), ("pushed", 'v"1', "a"),
        ("delivered", "v2", "b"), ("push_failed", "v2", "b")]


def test_passwords_come_from_the_environment_and_stay_secret(vote, short_tmp):
    server = RedisServer("--requirepass", "geheim-4711").start()
    try:
        service = vote(redis=server.tcp_address, env={"REDIS_PASSWORD": "geheim-4711"})
        assert post(service, "v", "a").status == 200
        assert server.client(password="geheim-4711").llen("votes") == 1
        wrong = vote(redis=server.tcp_address, env={"REDIS_PASSWORD": "falsch-4711"})
        assert post(wrong, "v", "a").status == 500
        assert "4711" not in wrong.stderr and "redis" in wrong.stderr
    finally:
        server.close()
    refused = subprocess.run([program("votestack"), "result", "--listen", "127.0.0.1:0",
                              "--postgres", "postgresql://u:geheim-4711@h/d"], capture_output=True,
                             timeout=PATIENCE_S)
    assert refused.returncode == 2
    assert b"4711" not in refused.stderr and len(refused.stderr.splitlines()) == 1


def test_a_taken_port_is_an_error_of_one_line(vote, dead_redis):
    port = vote().address[1]
    taken = subprocess.run([program("votestack"), "vote", "--listen", f"127.0.0.1:{port}",
                            "--redis", dead_redis], capture_output=True, timeout=PATIENCE_S)
    assert taken.returncode == 1
    assert len(taken.stderr.splitlines()) == 1 and b"cannot listen" in taken.stderr


async def keep_voting(address, connection, votes, everybody_is_done):
    reader, writer = await asyncio.open_connection(*address)
    for n in range(votes):
        writer.write(f"POST / HTTP/1.1\r\nHost: x\r\nCookie: voter_id=c{connection}n{n}\r\n"
                     f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: 6\r\n\r\n"
                     "vote=a".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head)[1]))
    await everybody_is_done.wait()
    writer.close()


@pytest.mark.parametrize("connections,votes", [(256, 20), (1000, 5)])
def test_many_connections_are_served_at_once(vote, redis_server, connections, votes):
    service = vote()

    async def everybody():
        done = asyncio.Barrier(connections)
        await asyncio.wait_for(asyncio.gather(*(keep_voting(service.address, c, votes, done)
                                                for c in range(connections))), PATIENCE_S)
    asyncio.run(everybody())
    elements = redis_server.client().lrange("votes", 0, -1)
    assert len(elements) == len(set(elements)) == connections * votes


def test_sigterm_under_load_breaks_no_promise(vote, redis_server):
    service = vote("dockersamples")
    acked = []

    def keep_posting(client):
        n = 0
        try:
            while True:
                voter = f"c{client}n{n}"
                if post(service, voter, "a").status == 200:
                    acked.append(voter)
                n += 1
        except (OSError, http.client.HTTPException):
            return

    clients = [threading.Thread(target=keep_posting, args=(client,)) for client in range(8)]
    for client in clients:
        client.start()
    wait_until(lambda: len(acked) > 200, "200 votes")
    assert service.stop() == 0
    for client in clients:
        client.join()
    queued = {json.loads(element)["voter_id"]
              for element in redis_server.client().lrange("votes", 0, -1)}
    assert set(acked) <= queued


@pytest.fixture
def result(votestack, postgres_server):
    return votestack("result", "--listen", "127.0.0.1:0", "--postgres", postgres_server.uri)


def scores(service):
    response = request(service, "GET", "/api/scores")
    return response.status, json.loads(response.text)


def test_scores(result, postgres_server):
    status, body = scores(result)
    assert status == 503 and "votes" in body["error"]
    postgres_server.query("CREATE TABLE votes (id VARCHAR(255), vote VARCHAR(255))")
    assert scores(result) == (200, {"a": 0, "b": 0})
    postgres_server.query("INSERT INTO votes VALUES ('1','a'), ('2','a'), ('3','b'), ('4', 'é\"<')")
    assert scores(result) == (200, {"a": 2, "b": 1, 'é"<': 1})
    assert result.stop() == 0


def test_the_result_service_survives_a_restart_of_postgres(result, postgres_server):
    postgres_server.query("CREATE TABLE votes (id VARCHAR(255), vote VARCHAR(255))")
    assert scores(result)[0] == 200
    postgres_server.stop()
    assert scores(result)[0] == 503
    postgres_server.start()
    assert scores(result) == (200, {"a": 0, "b": 0})
    postgres_server.restart()
    assert scores(result)[0] == 200


def test_the_result_page_allows_its_own_script_only(result):
    first, second = (request(result, "GET", "/") for _ in range(2))
    policy = first.headers["Content-Security-Policy"]
    nonce = re.search("script-src 'nonce-([0-9a-f]{32})'", policy)[1]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert f'<script nonce="{nonce}">' in first.text and f'<style nonce="{nonce}">' in first.text
    assert nonce not in second.text
    assert request(result, "GET", "/x").status == 404
    assert request(result, "POST", "/", "").status == 405
    assert not re.findall(r"(?:src|href)=[\"']?(?!/api/scores)\w", first.text)
