"""Every target of docs/your-stack.md against a stack that takes votes so and no other way; what is said
where a target asks for another way; CSRF tokens and secrets."""

import re

import pytest
import yaml

from harness import burst, examples, votebench
from hostile_server import HostileServer
from your_stack import here, shown

VOTES = 120
PLANTED = 7
RUN = {"workloads": burst(VOTES, clients=8)}
FEW = {"workloads": burst(10, clients=2), "preflight": {"probe_votes": 2}}
APP = re.compile(r"# votestack vote(?: (?P<vote>[^;]+))?(?:; worker (?P<worker>.+))?")


class Shape:
    """A target of the page, and the flags of the app that takes votes so; `worker` is None where the
    app counts them itself."""

    def __init__(self, flags, text):
        self.vote, worker = (flags[part].split() if flags[part] else [] for part in ("vote", "worker"))
        self.worker = None if "--counters" in self.vote else ["--poll", "1ms", *worker]
        self.text = text
        self.counts = "counters:" in text
        self.name = " ".join([*self.vote, *worker]).replace("--", "")

    def start(self, stack, *planted):
        """The app and its worker; of the latter's votes, or else of the app's, some are planted."""
        target = stack()
        target.query("DROP TABLE IF EXISTS votes")
        target.start_vote(*self.vote, *(() if self.worker else planted))
        if self.worker:
            target.start_worker(*self.worker, *planted)
        return target


def shapes():
    for flags, text in shown(APP):
        shape = Shape(flags, text)
        yield pytest.param(shape, id=shape.name)


def test_the_page_shows_every_shape():
    page = [shape.values[0] for shape in shapes()]
    traits = {trait for shape in page for flag, value in zip(shape.vote, shape.vote[1:])
              if flag == "--request" for trait in value.split(",")}
    assert traits == {"id-in-body", "id-in-header", "id-in-path", "id-in-query", "choice-in-path",
                      "json", "numbers", "nested", "put", "csrf", "words"}
    assert {shape.name for shape in page if "--request" not in shape.vote} == {
        "queue lpush queue lpush", "queue per-choice queue per-choice", "queue stream queue stream",
        "id-type uuid", "ids server-json", "counters", "table-model counts"}
    for shape in page:
        assert len(shape.text.splitlines()) <= 15


def stored(shape, done):
    """How many votes of the run there are, in rows or in counters."""
    if shape.counts:
        return sum(choice["counted"] for choice in done.audit["counts"])
    return done.audit["persisted"]


@pytest.mark.parametrize("shape", shapes())
def test_votes_of_a_shape_are_persisted_and_lost_ones_are_counted(stack, shape):
    with shape.start(stack) as target:
        scenario, file = here(target, shape.text)
        done = target.run({**scenario, **RUN}, target=file)
        assert done.exit_status == 0, done
        assert stored(shape, done) == VOTES
        assert shape.counts or target.missing() == []
        again = votebench("verify", str(done.directory), cwd=target.directory)
        assert again.returncode == 0, again

    where = "worker" if shape.worker else "vote"
    with shape.start(stack, "--plant", f"lost@{where}:{PLANTED}") as target:
        scenario, file = here(target, shape.text)
        done = target.run({**scenario, **RUN}, target=file)
        assert done.exit_status == 1, done
        assert done.audit["lost"]["count"] == PLANTED
        assert stored(shape, done) == VOTES - PLANTED
        assert shape.counts or examples(done, "lost") == sorted(target.truth("planted"))


def refused(target, file, *words):
    """The run says these words and sends none of its votes."""
    done = target.run(FEW, target=file)
    assert done.exit_status == 6, done
    said = " ".join(done.stdout.split())
    for word in words:
        assert word in said, done
    assert "no vote of the run was sent" in said
    return said


def passes(target, file):
    done = target.run(FEW, target=file)
    assert done.exit_status == 0, done


def test_an_app_that_takes_json_says_so_and_what_is_said_can_be_typed(stack):
    with stack().start_vote("--request", "json,id-in-body") as target:
        target.start_worker("--poll", "1ms")
        said = refused(target, target.target(), "answered 422", "take JSON: say vote.json: '")
        assert target.truth("delivered") == []
        json = yaml.safe_load(re.search(r"say vote\.(json: '.*?')", said).group(1))
        said = refused(target, target.target(vote=json), "without echoing our voter id")
        identity = yaml.safe_load(re.search(r"say vote\.(identity: \w+)", said).group(1))
        passes(target, target.target(vote={**json, **identity}))


@pytest.mark.parametrize("traits", ["csrf", "csrf,json"])
def test_an_app_that_wants_a_token_says_so_and_what_is_said_can_be_typed(stack, traits):
    with stack().start_vote("--request", traits) as target:
        target.start_worker("--poll", "1ms")
        json = {"json": '{"vote": "{choice}"}'} if "json" in traits else {}
        said = refused(target, target.target(vote=json), "answered 403", "say vote.csrf:")
        csrf = yaml.safe_load(re.search(r"say vote\.(csrf: \{.*?\})", said).group(1))
        assert target.truth("delivered") == []
        assert csrf == {"csrf": {"page": "/", "field": "csrfmiddlewaretoken"}}
        if json:
            csrf["csrf"]["header"] = "X-CSRFToken"
        passes(target, target.target(vote={**json, **csrf}))


@pytest.mark.parametrize("status, location, words, line", [
    (b"308 Permanent Redirect", b"https://votes.example/vote?a=b",
     ["answered 308, leading to https://votes.example/vote?a=b", "follows no redirect"],
     {"url": "https://votes.example/vote?a=b"}),
    (b"303 See Other", b"/results", ["answered 303, leading to /results",
                                     "if that is how the app answers a vote that counts"],
     {"accept": [303]}),
    (b"301 Moved Permanently", b"/v2/vote", [], {"url": "http://127.0.0.1:PORT/v2/vote"}),
    (b"307 Temporary Redirect", b"//other.example/", [], {"url": "http://other.example/"}),
    (b"400 Bad Request", None, ["the app may know other choices (say voters.choices), or take JSON"],
     {"json": '{"vote": "{choice}", "voter_id": "{voter}"}'}),
    (b"415 Unsupported Media Type", None, ["takes another type than it was sent"],
     {"json": '{"vote": "{choice}", "voter_id": "{voter}"}'}),
])
def test_what_a_status_asks_for_is_said_as_a_line_to_type(stack, status, location, words, line):
    headers = b"Location: %s\r\n" % location if location else b""

    def script(request):
        vote = request.head.startswith(b"POST")
        request.send(request.answer(status=status, headers=headers) if vote else request.answer())

    with HostileServer(script) as app, stack() as target:
        target.start_worker("--poll", "1ms")
        said = refused(target, target.target(vote={"url": f"http://127.0.0.1:{app.port}/"}), *words)
        [(key, value)] = line.items()
        told = re.search(rf"say vote\.({key}: (?:'.*?'|\S+))", said).group(1).rstrip(";")
        assert yaml.safe_load(told.replace(str(app.port), "PORT")) == line
        assert len([r for r in app.requests if r.startswith(b"POST")]) == 1


def test_a_page_without_the_token_is_said_before_any_vote(stack):
    with stack().start_vote("--request", "csrf") as target:
        def with_csrf(**csrf):
            return target.target(vote={"csrf": csrf})
        refused(target, with_csrf(page="/gone", field="csrfmiddlewaretoken"), "/gone",
                "answers 404", "give vote.csrf.page the path")
        refused(target, with_csrf(field="csrf_token"),
                "the page / has no hidden input 'csrf_token' (it has: csrfmiddlewaretoken)",
                'say vote.csrf: { page: "/", field: csrfmiddlewaretoken }')
        refused(target, with_csrf(cookie="XSRF-TOKEN", header="X-XSRF-TOKEN"),
                "sets no cookie 'XSRF-TOKEN'", "it sets:", "csrftoken")
        assert target.truth("delivered") == []
    with stack().start_vote() as target:
        refused(target, target.target(vote={"csrf": {"field": "t"}}),
                "has no hidden input 't' (it has: none)", "a page that shows the voting form")


def test_a_choice_that_is_no_number_is_said_with_its_place(stack):
    with stack().start_vote() as target:
        json = '{"vote": {choice}, "voter_id": "{voter}"}'
        file = target.target(vote={"json": json, "identity": "sent"})
        done = target.run(FEW, target=file)
        assert done.exit_status == 2, done
        assert re.search(rf"{file.name}:\d+:\d+: error: the choice 'a' is no number", done.stderr)
        assert target.truth("delivered") == []


def test_the_secret_of_a_header_is_sent_and_stands_nowhere(stack, monkeypatch):
    monkeypatch.setenv("API_KEY", "hunter2hunter2")

    def with_secret(target, header, **vote):
        done = target.run(FEW, target=target.target(
            vote={"headers": {header: {"env": "API_KEY"}}, **vote}))
        written = [path for path in target.directory.rglob("*")
                   if path.is_file() and not path.name.startswith("truth-")]
        assert not [path for path in written if b"hunter2" in path.read_bytes()]
        assert "hunter2" not in repr(done)
        return done

    with stack().start_vote("--request", "id-in-header") as target:  # shows what came
        target.start_worker("--poll", "1ms")
        done = with_secret(target, "X-Voter-Id", identity="none")
        assert set(target.truth("delivered")) == {"hunter2hunter2"}, done
    with stack().start_vote() as target:
        target.query("TRUNCATE votes")
        target.start_worker("--poll", "1ms")
        done = with_secret(target, "X-Api-Key")
        assert done.exit_status == 0 and done.directory, done
        assert "X-Api-Key: { env: API_KEY }" in (done.directory / "target.yaml").read_text()
