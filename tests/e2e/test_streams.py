"""Votes in a Redis stream: what its group has pending is in hand, where workers acknowledge after the
write. Every habit that breaks that, with votes really gone and with votes that are only late."""

import re

import pytest

from handmade import Gate
from harness import burst, examples, until
from verified import Verified

QUICK = ("--queue", "stream", "--poll", "1ms")
LATE = (*QUICK, "--hold", "30ms")
LOSES_7 = (*QUICK, "--plant", "lost@worker:7")
VOTES = {"workloads": burst(100, within="1s")}
REVOTES = {**VOTES, "voters": {"revote": {"ratio": "20%", "gap": "50ms..300ms"}}}
UNKNOWN = {"model": "unknown", "max_hold": "3s"}


@pytest.fixture
def streams(stack):
    """A stack whose app adds votes to a stream."""
    with stack().start_vote("--queue", "stream") as target:
        yield target


def file_of(target, group="workers", stream="votes", **changes):
    stream = {"url": f"redis://{target.redis_server.tcp_address}/0", "stream": stream}
    if group:
        stream["group"] = group
    return target.target(redis=None, redis_stream=stream, **changes)


def lost_exactly(done, voters, count=7):
    assert done.exit_status == 1, done
    assert done.audit["lost"]["count"] == count == len(voters), done
    assert examples(done, "lost") == sorted(voters)


def said(done):
    """All that was printed, lines not broken."""
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize("worker", [{"model": "serial", "max_hold": "10s"}, UNKNOWN, "unknown",
                                    None])
@pytest.mark.parametrize("flags", [QUICK, LATE, (*LATE, "--batch", "10")])
def test_acknowledged_after_the_write(streams, worker, flags):
    streams.start_worker(*flags)
    done = streams.run(REVOTES, target=file_of(streams, worker=worker))
    assert done.exit_status == 0, done
    assert done.audit["persisted"] + done.audit["superseded"] == 100
    assert done.result["levels"]["queue"]["pushed"] == 100


@pytest.mark.parametrize("ack", ["after-write", "before-write", "never"])
@pytest.mark.parametrize("worker", [{"model": "serial", "max_hold": "10s"}, UNKNOWN])
def test_seven_votes_that_a_worker_drops_are_lost(streams, worker, ack):
    streams.start_worker(*LOSES_7, "--ack", ack)
    done = streams.run({**VOTES, "drain": {"timeout": "6s"}},
                       target=file_of(streams, worker=worker))
    if ack == "never" and worker == UNKNOWN:  # nothing shows what it holds
        assert done.exit_status == 3, done
        assert "votes may have been taken past" in said(done), done
        return
    lost_exactly(done, streams.truth("planted"))


def test_without_a_word_on_the_worker_a_loss_needs_the_line_that_is_named(streams):
    streams.start_worker(*LOSES_7)
    done = streams.run({**VOTES, "drain": {"timeout": "6s"}},
                       target=file_of(streams, worker="unknown"))
    assert done.exit_status == 3, done
    assert done.audit["lost"]["count"] == 0
    assert "worker: { model: unknown, max_hold: 10s }" in said(done)


@pytest.mark.parametrize("worker", ["unknown", UNKNOWN])
def test_acknowledged_before_the_write_is_said_and_late_votes_are_not_lost(streams, worker):
    streams.start_worker(*QUICK, "--hold", "700ms", "--batch", "50", "--ack", "before-write")
    done = streams.run({**REVOTES, "drain": {"timeout": "8s"}},
                       target=file_of(streams, worker=worker))
    assert done.exit_status == (0 if worker == UNKNOWN else 3), done
    assert done.audit["lost"]["count"] == 0
    # Seen of the probe votes, or, where these were too quick to be caught at it, in the drain.
    assert re.search("votes are acknowledged before they are written"
                     "|votes leave the queue's hands before they are written", said(done)), done


def test_votes_acknowledged_by_a_worker_that_dies_before_it_writes_them_are_lost(streams):
    streams.start_worker(*QUICK, "--batch", "7", "--ack", "before-write", "--hold", "10m")
    running = streams.start({**VOTES, "preflight": {"probe_votes": 0}},
                            target=file_of(streams, worker=UNKNOWN))
    held = until(lambda: streams.truth("popped"), "the worker holds votes")
    until(lambda: streams.redis_server.client().xpending("votes", "workers")["pending"] == 0,
          "it has acknowledged them")
    streams.workers[-1].kill()
    held = streams.truth("popped")
    streams.start_worker(*QUICK)
    lost_exactly(running.finish(), held, len(held))


def test_a_vote_that_stays_pending_with_a_dead_worker_is_in_flight_and_not_lost(streams):
    streams.start_worker(*QUICK, "--hold", "10m")
    running = streams.start({**VOTES, "preflight": {"probe_votes": 0}, "drain": {"timeout": "5s"}},
                            target=file_of(streams))
    until(lambda: streams.truth("popped"), "the worker holds a vote")
    streams.workers[-1].kill()
    streams.start_worker(*QUICK)
    done = running.finish()
    assert done.exit_status == 3, done
    assert done.audit["in_flight"] == 1
    assert done.audit["lost"]["count"] == 0
    assert "group 'workers'" in said(done)


def test_a_group_that_acknowledges_nothing_is_named(streams):
    streams.start_worker(*QUICK, "--ack", "never")
    done = streams.run(VOTES, target=file_of(streams))
    assert done.exit_status == 0, done
    assert "acknowledge none: what they have in hand is not seen" in said(done)


def test_workers_that_forget_to_acknowledge_are_told_from_those_that_hold_votes(streams):
    streams.start_worker(*QUICK, "--ack", "forgotten")
    first = streams.run(VOTES, target=file_of(streams))
    assert first.exit_status == 6, first
    assert "workers acknowledge none" in said(first)
    plain = streams.run(VOTES, target=file_of(streams, group=None))
    assert plain.exit_status == 0, plain
    streams.redis_server.client().config_resetstat()  # votebench took its own probes back
    again = streams.run(VOTES, target=file_of(streams))
    assert again.exit_status == 6, again
    assert "leave redis_stream.group out" in said(again)


@pytest.mark.parametrize("flags", [QUICK, LOSES_7])
@pytest.mark.parametrize("settle", [None, {"quiet": "4s"}])
def test_without_a_group_only_quiet_proves_a_loss(streams, settle, flags):
    streams.start_worker(*flags, "--ack", "no-group")
    done = streams.run({**VOTES, "drain": {"timeout": "6s"}},
                       target=file_of(streams, group=None, settle=settle))
    assert "what they have not read yet" in said(done)
    if flags == QUICK:
        assert done.exit_status == 0, done
    elif settle:
        lost_exactly(done, streams.truth("planted"))
    else:
        assert done.exit_status == 3, done
        assert done.audit["lost"]["count"] == 0
        assert "settle.quiet" in said(done)


def stopped_behind_the_probes(target, what):
    """A run whose worker stands still while all 100 votes wait; then `what` happens to the stream, is
    looked at, and the worker goes on."""
    worker = target.start_worker(*QUICK)
    gate = Gate(target.postgres_server, 30)
    running = target.start(VOTES, target=file_of(target))
    gate.stop_behind(worker)
    client = target.redis_server.client()
    group = until(lambda: len(target.truth("pushed")) >= 123 and client.xinfo_groups("votes")[0],
                  "all votes are in the stream")
    unread = client.xrange("votes", min=b"(" + group["last-delivered-id"])
    what(client, unread)
    looks = client.info("commandstats")["cmdstat_info"]["calls"]
    until(lambda: client.info("commandstats")["cmdstat_info"]["calls"] > looks + 60, "it was looked at")
    worker.resume()
    return running.finish(), [entry[1][b"voter_id"].decode() for entry in unread[:7]]


def trim_unread(client, unread):
    client.xtrim("votes", minid=unread[7][0], approximate=False)


def delete_unread(client, unread):
    client.xdel("votes", *[entry[0] for entry in unread[:7]])


@pytest.mark.parametrize("what", [trim_unread, delete_unread])
def test_entries_that_are_removed_before_they_are_read_are_lost_in_the_queue(streams, what):
    done, gone = stopped_behind_the_probes(streams, what)
    lost_exactly(done, gone)
    again = Verified(done.directory)
    assert again.exit_status == 1, again
    assert again.audit["lost"]["count"] == 7
    assert done.audit["lost"]["by_hop"]["queue"] == 7, done.audit["lost"]
    assert "7 votes were thrown out of the queue before a worker had them" in said(done)


def test_entries_that_are_removed_after_they_were_written_are_no_loss(streams):
    done, _ = stopped_behind_the_probes(
        streams, lambda client, unread: client.xtrim("votes", minid=unread[0][0], approximate=False))
    assert done.exit_status == 0, done
    assert "thrown out" not in said(done)


@pytest.mark.parametrize("model", ["last-wins", "append"])
def test_an_entry_that_a_second_worker_claims_is_written_twice(streams, model):
    append = ("--table-model", model)
    first = streams.start_worker(*QUICK, "--hold", "2s", *append)
    running = streams.start({**VOTES, "preflight": {"probe_votes": 0}}, target=file_of(streams))
    until(lambda: streams.truth("popped"), "the first worker holds a vote")
    first.pause()
    streams.start_worker(*QUICK, "--claim", "100ms", *append)
    voter = streams.truth("popped")[0]
    until(lambda: streams.truth("popped").count(voter) == 2, "the second has it as well")
    until(lambda: len(streams.truth("written")) >= 100, "the second has written all")
    first.resume()
    done = running.finish()
    assert "may have given a vote to a second worker" in said(done)
    if model == "append":
        assert done.exit_status == 1, done
        assert examples(done, "duplicated") == [voter]
    else:
        assert done.exit_status == 0, done


def test_an_entry_that_was_claimed_from_a_worker_that_stands_still_ends_in_no_pass(streams):
    first = streams.start_worker(*QUICK, "--hold", "2s", "--table-model", "append")
    running = streams.start({**VOTES, "preflight": {"probe_votes": 0}, "drain": {"timeout": "6s"}},
                            target=file_of(streams))
    until(lambda: streams.truth("popped"), "the first worker holds a vote")
    first.pause()
    streams.start_worker(*QUICK, "--claim", "100ms", "--table-model", "append")
    done = running.finish()
    assert done.exit_status == 3, done
    assert "may hold one" in said(done)


def test_what_is_no_such_stream_is_said_before_the_run(streams):
    streams.start_worker(*QUICK)
    wrong_group = streams.run(VOTES, target=file_of(streams, group="readers"))
    assert wrong_group.exit_status == 6, wrong_group
    assert "has no group 'readers'" in said(wrong_group)
    assert "'workers'" in said(wrong_group)
    wrong_stream = streams.run(VOTES, target=file_of(streams, stream="ballots"))
    assert wrong_stream.exit_status == 6, wrong_stream
    assert "is redis_stream.stream right?" in said(wrong_stream)
    a_list = streams.run(VOTES, target=streams.target())
    assert a_list.exit_status == 6, a_list
    assert "redis_stream" in said(a_list)
