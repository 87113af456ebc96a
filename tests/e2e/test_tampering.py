"""Rows that somebody changed between the load and the audit: each named in its class."""

import json

from handmade import Gate
from harness import burst, examples, until

NO_PROBES = {"preflight": {"probe_votes": 0}}
VOTES = 40


def run_with_changes(target, change, scenario=None, stored=VOTES - 1):
    """Runs VOTES votes; `change(rows)` is called after the load, when so many votes are stored. With
    one vote in the list, at VOTES - 2, votebench has not read the rows yet."""
    target.start_worker("--poll", "1ms")
    gate = Gate(target.postgres_server, stored)
    running = target.start({"workloads": burst(VOTES, within="500ms"), **NO_PROBES,
                            "drain": {"timeout": "30s"}, **(scenario or {})})
    gate.await_worker()
    rows = target.query("SELECT id, vote FROM votes WHERE id LIKE 'vb%' ORDER BY id")
    change(rows)
    gate.open()
    return running.finish()


def flip(choice):
    return "b" if choice == "a" else "a"


def test_an_updated_row_is_flipped(stack):
    with stack().start_vote() as target:
        changed = []

        def change(rows):
            voter, choice = rows[3]
            changed.append(voter)
            target.query("UPDATE votes SET vote = %s WHERE id = %s", flip(choice), voter)

        done = run_with_changes(target, change)
        assert done.exit_status == 1, done
        assert done.audit["flipped"]["count"] == 1
        assert examples(done, "flipped") == changed
        assert done.audit["lost"]["count"] == 0


def test_a_deleted_row_is_lost(stack):
    with stack().start_vote() as target:
        changed = []

        def change(rows):
            changed.append(rows[5][0])
            target.query("DELETE FROM votes WHERE id = %s", rows[5][0])

        done = run_with_changes(target, change, stored=VOTES - 2)
        assert done.exit_status == 1, done
        assert done.audit["lost"]["count"] == 1
        assert examples(done, "lost") == changed
        assert done.audit["lost"]["by_hop"]["vote"] == 0


def test_a_second_row_on_an_append_table_is_duplicated(stack):
    with stack("append-table").start_vote() as target:
        changed = []

        def change(rows):
            voter, choice = rows[7]
            changed.append(voter)
            target.query("INSERT INTO votes (id, vote) VALUES (%s, %s)", voter, choice)

        done = run_with_changes(target, change)
        assert done.exit_status == 1, done
        assert done.audit["duplicated"]["count"] == 1
        assert examples(done, "duplicated") == changed


def test_a_valid_id_that_was_never_sent_is_a_phantom(stack, tmp_path):
    with stack().start_vote() as target:
        forged = []

        def change(rows):
            manifest = json.loads(next(tmp_path.glob("reports-*/*/*/manifest.json")).read_text())
            forged.append(phantom_id(manifest))
            target.query("INSERT INTO votes (id, vote) VALUES (%s, 'a')", forged[0])

        done = run_with_changes(target, change)
        assert done.exit_status == 1, done
        assert done.audit["phantom"]["count"] == 1
        assert examples(done, "phantom") == forged


def phantom_id(manifest):
    """An id with the right mac for a voter far behind the planned ones (SipHash-2-4, first half)."""
    run = manifest["run"]
    key = bytes.fromhex(manifest["key"])
    head = f"vb{run}{9999:08x}"
    mac = int.from_bytes(siphash24(key, head.encode())[:4], "little")
    return f"{head}{mac:08x}"


def siphash24(key, message):
    """SipHash-2-4 (Aumasson, Bernstein 2012), written for this test from the paper."""
    mask = (1 << 64) - 1

    def rotl(x, b):
        return ((x << b) | (x >> (64 - b))) & mask

    k0, k1 = (int.from_bytes(key[i:i + 8], "little") for i in (0, 8))
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
         k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]

    def rounds(count):
        for _ in range(count):
            v[0] = (v[0] + v[1]) & mask
            v[2] = (v[2] + v[3]) & mask
            v[1] = rotl(v[1], 13) ^ v[0]
            v[3] = rotl(v[3], 16) ^ v[2]
            v[0] = rotl(v[0], 32)
            v[2] = (v[2] + v[1]) & mask
            v[0] = (v[0] + v[3]) & mask
            v[1] = rotl(v[1], 17) ^ v[2]
            v[3] = rotl(v[3], 21) ^ v[0]
            v[2] = rotl(v[2], 32)

    padded = message + b"\0" * (7 - len(message) % 8) + bytes([len(message) & 255])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at:at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return (v[0] ^ v[1] ^ v[2] ^ v[3]).to_bytes(8, "little")


def test_strangers_are_counted_and_excluded(stack):
    with stack().start_vote() as target:
        def change(rows):
            run = rows[0][0][:10]
            for voter in ("vb0badcafe" + "00000001" + "12345678",  # another run's form
                          run + "00000001" + "00000000",           # our run, wrong mac
                          "6e2df0fa632cf7a"):                      # no votebench id
                target.query("INSERT INTO votes (id, vote) VALUES (%s, 'a')", voter)

        done = run_with_changes(target, change)
        assert done.exit_status == 0, done
        assert done.audit["other_run"] == 1
        assert done.audit["invalid_own"] == 1
        assert done.audit["foreign"] == 1
        assert done.audit["persisted"] == VOTES


def test_votes_left_in_the_queue_are_carried_over(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "1ms")
        worker.pause()
        queue = target.redis_server.client()
        for i in range(15):
            queue.rpush("votes", json.dumps({"voter_id": f"earlier{i}", "vote": "a"}))
        running = target.start({"workloads": burst(VOTES, within="500ms"),
                                "preflight": {"probe_votes": 5, "require_empty_queue": False}})
        until(lambda: target.waiting() >= 15 + VOTES, "the load is over")
        worker.resume()
        done = running.finish()
        assert done.exit_status == 0, done
        assert done.audit["carry_over"] == 15
        assert done.audit["probes"] == 5
        assert done.audit["persisted"] == VOTES


def test_a_dirty_queue_is_refused_by_default(stack):
    with stack().start_vote() as target:
        target.start_worker().pause()
        target.redis_server.client().rpush("votes", '{"voter_id": "x", "vote": "a"}')
        done = target.run({"workloads": burst(5, within="500ms")})
        assert done.exit_status == 6, done
        assert "require_empty_queue" in done.stdout + done.stderr
