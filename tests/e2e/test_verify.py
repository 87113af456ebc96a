"""What verify says of a run after the world has moved on: late arrivals count, and what went since
is gone since, never lost."""

import json
import shutil

import yaml

from handmade import Gate
from harness import PATIENT, SHORT_HOLD, Running, burst, until, votebench
from verified import Verified

NO_PROBES = {"preflight": {"probe_votes": 0}}


def complete_run(target, votes=30, **scenario):
    done = target.run({"workloads": burst(votes, clients=10), **scenario})
    assert done.exit_status == 0, done
    return done


def unsettled_run(target, worker, votes=20, **scenario):
    """The worker is paused when it has written four votes, between two of them."""
    gate = Gate(target.postgres_server, 3)
    running = target.start({"workloads": burst(votes, within="500ms"), "drain": {"timeout": "1s"},
                            **NO_PROBES, **scenario}, target=target.target(**SHORT_HOLD))
    gate.stop_behind(worker)
    done = running.finish()
    assert done.exit_status == 3, done
    return done


def test_votes_that_arrive_after_the_run_are_added(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "50ms")
        done = unsettled_run(target, worker)
        again = f"verify {done.directory.name[-8:]} --reports {done.directory.parents[1]}"
        assert again in " ".join(done.stdout.replace("\\\n", "").split()), done
        seen = done.audit["persisted"]
        own_result = (done.directory / "result.json").read_bytes()
        worker.resume()
        verified = Verified(done.directory)
        assert verified.exit_status == 0, verified
        assert verified.stdout.startswith("PASS")
        assert verified.audit["persisted"] == 20
        assert verified.late == 20 - seen
        assert verified.gone == 0
        assert (done.directory / "result.json").read_bytes() == own_result
        says_so_from_now_on(done, "pass")


def test_verifications_within_a_second_do_not_replace_each_other(tmp_path):
    done = Running(["run", "--votes", "20", "--clients", "2", *PATIENT], tmp_path).finish()
    assert done.exit_status == 0, done
    for _ in range(5):
        assert Verified(done.directory, "--stored").exit_status == 0
    assert len(set(done.directory.glob("verify-*.json"))) == 5
    assert len(set(done.directory.glob("verify-*.md"))) == 5


def test_a_worker_that_still_holds_votes_leaves_them_pending(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "50ms")
        done = unsettled_run(target, worker)
        verified = Verified(done.directory, "--timeout", "1s")
        assert verified.exit_status == 3, verified
        assert verified.accused() == 0


def test_a_vote_that_a_dead_worker_took_with_it_is_lost_after_all(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "1ms", "--hold", "10m")
        running = target.start({"workloads": burst(20, within="500ms"), **NO_PROBES,
                                "drain": {"timeout": "1s"}}, target=target.target(**SHORT_HOLD))
        until(lambda: target.truth("popped"), "a vote in hand")
        worker.kill()
        done = running.finish()
        assert done.exit_status == 3, done
        target.start_worker("--poll", "1ms")
        verified = Verified(done.directory)
        assert verified.exit_status == 1, verified
        assert verified.audit["lost"]["count"] == 1
        assert target.missing() == target.truth("popped")[:1]
        assert "worker.max_hold" in verified.stdout
        says_so_from_now_on(done, "fail")


def says_so_from_now_on(done, verdict):
    """list, report and compare tell what `verify` proved, not what the run could not."""
    reports = ("--reports", str(done.directory.parents[1]))
    listed = json.loads(votebench("list", "--json", *reports, cwd=done.directory).stdout)["runs"]
    assert [run["state"] for run in listed] == [verdict]
    unverified = done.directory.parents[2] / "unverified"
    shutil.copytree(done.directory, unverified, ignore=shutil.ignore_patterns("verify-*"))
    compared = votebench("compare", str(unverified), str(done.directory), "--json", *reports,
                         cwd=done.directory)
    lost = json.loads(compared.stdout)["correctness"]["defects"]["lost"]
    assert (lost["a"], lost["b"]) == (0, 1 if verdict == "fail" else 0), compared
    again = votebench("report", str(done.directory), "--json", *reports, cwd=done.directory)
    assert any(warning.startswith(f"`verify` found later: {verdict} (verify-")
               for warning in json.loads(again.stdout)["warnings"]), again


def test_a_run_that_is_going_on_is_left_alone(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        running = target.start({"workloads": burst(600, within="120s"), **NO_PROBES})
        until(lambda: len(target.truth("pushed")) >= 3, "votes are sent")
        for command in (["verify", "@latest"], ["clean", "@latest", "--yes"], ["report", "@latest"]):
            done = votebench(*command, "--reports", str(running.reports), cwd=target.directory)
            assert done.returncode == 6, done
            assert "still going on" in done.stderr
        running.popen.kill()
        running.finish()


def test_after_truncate_the_votes_are_gone_since(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        done = complete_run(target)
        target.query("TRUNCATE votes")
        verified = Verified(done.directory)
        assert verified.exit_status == 3, verified
        assert verified.accused() == 0
        assert verified.gone == 30
        assert verified.audit["persisted"] == 30
        assert "gone since" in verified.stdout
        stored = Verified(done.directory, "--stored")
        assert stored.exit_status == 0, stored


def test_deleted_rows_are_gone_since_and_votes_that_never_came_are_not_called_lost(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "50ms")
        done = unsettled_run(target, worker)
        worker.resume()
        until(lambda: target.rows() == 20, "the late votes")
        target.query("DELETE FROM votes")
        verified = Verified(done.directory)
        assert verified.exit_status == 3, verified
        assert verified.accused() == 0
        assert verified.gone == done.audit["persisted"]


def test_a_newer_run_does_not_disturb_an_older_one(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        older = complete_run(target)
        newer = complete_run(target, 40)
        for done, votes in ((older, 30), (newer, 40)):
            verified = Verified(done.directory)
            assert verified.exit_status == 0, verified
            assert verified.audit["persisted"] == votes
            assert verified.late == verified.gone == 0


def test_another_database_proves_nothing(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "50ms")
        done = unsettled_run(target, worker)
        server = target.postgres_server
        server.query("DROP DATABASE IF EXISTS replaced WITH (FORCE)")
        server.query("CREATE DATABASE replaced")
        old_name, server.name = server.name, "replaced"
        server.query("CREATE TABLE votes (id VARCHAR(255) NOT NULL UNIQUE, vote VARCHAR(255))")
        moved = target.target()
        server.name = old_name
        worker.resume()
        verified = Verified(done.directory, "--target", str(moved))
        assert verified.exit_status == 3, verified
        assert verified.accused() == 0
        assert "not the one that the run ended with" in " ".join(verified.stdout.split())


def test_a_redis_that_came_back_empty_proves_nothing(stack):
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "50ms")
        done = unsettled_run(target, worker)
        worker.kill()
        target.redis_server.process.kill()
        target.redis_server.start()
        target.start_worker("--poll", "1ms")
        verified = Verified(done.directory, "--timeout", "4s")
        assert verified.exit_status == 3, verified
        assert verified.accused() == 0


def test_a_store_that_cannot_be_reached_is_said_and_is_no_loss(stack, dead_port):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        done = complete_run(target)
        nowhere = yaml.safe_load(target.target().read_text())
        nowhere["postgres"]["url"] = f"postgresql://postgres@127.0.0.1:{dead_port}/postgres"
        file = target.directory / "nowhere.yaml"
        file.write_text(yaml.safe_dump(nowhere))
        verified = Verified(done.directory, "--target", str(file))
        assert verified.exit_status == 3, verified
        assert verified.accused() == 0
        assert "could not be read again" in " ".join(verified.stdout.split())


def test_the_embedded_stack_ended_with_its_run(tmp_path):
    done = Running(["run", "--votes", "50", "--clients", "5", *PATIENT], tmp_path).finish()
    assert done.exit_status == 0, done
    verified = Verified(done.directory)
    assert verified.exit_status == 0, verified
    assert "the stack ended with the run" in " ".join(verified.stdout.split())

    running = Running(["run", "--rate", "50/s", "--duration", "60s"], tmp_path)
    until(lambda: any(b"\x02" in segment.read_bytes()[31::32]  # the slots' states
                      for segment in running.reports.glob("*/*/attempts/*.seg")),
          "votes are answered")
    running.popen.kill()
    running.finish()
    run = next(path.parent for path in running.reports.glob("*/*/manifest.json")
               if not path.parent.is_symlink())
    verified = Verified(run)
    assert verified.exit_status == 3, verified
    assert "the stack ended with the run" in " ".join(verified.stdout.split())
    assert verified.accused() == 0


def test_show_tells_a_votes_trail(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        done = complete_run(target, 10)
        reports = ["--reports", str(done.directory.parents[1])]

        def show(*words):
            return votebench("show", *words, *reports, cwd=target.directory)

        by_number = show("3")
        assert by_number.returncode == 0, by_number
        voter = by_number.stdout.splitlines()[0]
        assert target.query("SELECT count(*) FROM votes WHERE id = %s", voter) == [(1,)]
        for word in ("vote 3", "planned", "sent", "accepted, status 200", "persisted", "committed",
                     "not in the list"):
            assert word in by_number.stdout, by_number.stdout
        for words in (["@latest", voter], [voter[:20]]):
            assert show(*words).stdout == by_number.stdout
        for words, said in ((["99999"], "never started"), ([voter[:10]], "10 voters"),
                            (["vb00000000" + voter[10:]], "another run"), (["x"], "neither")):
            wrong = show(*words)
            assert wrong.returncode == 2, wrong
            assert said in wrong.stderr, wrong
            assert "help:" in wrong.stderr


def test_clean_removes_exactly_what_the_run_left(stack):
    def others():
        return target.query("SELECT md5(string_agg(id || vote, ',' ORDER BY id)) FROM votes "
                            "WHERE id NOT LIKE %s", f"vb{run_id}%")

    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "1ms")
        target.query("INSERT INTO votes VALUES ('a stranger', 'a')")
        other = complete_run(target)
        done = complete_run(target)
        run_id = json.loads((done.directory / "manifest.json").read_text())["run"]
        forged = f"vb{run_id}" + 16 * "0"
        target.query("INSERT INTO votes VALUES (%s, 'a')", forged)
        worker.pause()
        redis = target.redis_server.client()
        left = votebench("show", str(done.directory), "0", cwd=target.directory).stdout.split()[0]
        mine = json.dumps({"voter_id": left, "vote": "a"})
        theirs = json.dumps({"voter_id": "a stranger", "vote": "b"})
        redis.rpush("waiting", mine, theirs, mine)
        before = others()
        cleaned = target.target(redis={"list": "waiting"})

        asked = votebench("clean", str(done.directory), cwd=target.directory)
        assert asked.returncode == 2, asked
        assert "50 rows" in asked.stdout, asked
        assert target.rows() == 1 + 2 * 50 + 1
        gone = votebench("clean", str(done.directory), "--yes", "--target", str(cleaned),
                         cwd=target.directory)
        assert gone.returncode == 0, gone
        assert "50 rows and 2 queue elements" in gone.stdout, gone
        assert others() == before
        assert target.query("SELECT id FROM votes WHERE id LIKE %s", f"vb{run_id}%") == [(forged,)]
        assert redis.lrange("waiting", 0, -1) == [theirs.encode()]
        assert Verified(other.directory).exit_status == 0
        verified = Verified(done.directory)
        assert (verified.exit_status, verified.gone, verified.accused()) == (3, 30, 0), verified

        assert (done.directory / "cleaned.txt").exists()
        assert not (other.directory / "cleaned.txt").exists()

        target.query("TRUNCATE votes")
        refused = votebench("clean", str(other.directory), "--yes", cwd=target.directory)
        assert refused.returncode == 6, refused
        assert "not the one" in refused.stderr


def test_a_clean_that_did_not_come_far_makes_no_loss(stack):
    """It takes the elements out of the queue, and then may not remove rows."""
    with stack().start_vote() as target:
        worker = target.start_worker("--poll", "50ms")
        done = unsettled_run(target, worker)
        target.query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                     "'BEGIN RAISE EXCEPTION ''no''; END'")
        target.query("CREATE TRIGGER refuse BEFORE DELETE ON votes "
                     "FOR EACH STATEMENT EXECUTE FUNCTION refuse()")
        cleaned = votebench("clean", str(done.directory), "--yes", cwd=target.directory)
        assert (cleaned.returncode, target.waiting()) == (6, 0), cleaned
        worker.resume()
        verified = Verified(done.directory)
        assert (verified.exit_status, verified.accused()) == (3, 0), verified
        assert "votebench clean" in verified.stdout, verified
