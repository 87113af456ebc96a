"""SIGKILL at random moments, against a stack that stays up: verify never contradicts the table."""

import json
import os
import random
import time

from harness import burst, until
from verified import Verified

KILLS = int(os.environ.get("VOTEBENCH_KILLS", "15"))
FIRST_PROBE = 0xFFFF0000
SCENARIO = {"workloads": burst(60, within="300ms"), "drain": {"timeout": "30s"}}


def votes_in_table(target, run_id):
    """Rows of this run, without its probes."""
    rows = target.query("SELECT id FROM votes WHERE starts_with(id, %s)", f"vb{run_id}")
    return {voter for (voter,) in rows if int(voter[10:18], 16) < FIRST_PROBE}


def acked_slots(run):
    """Read by another program than votebench: 32 bytes a slot, outcome at 28, state at 31."""
    count = 0
    for segment in run.glob("attempts/*.seg"):
        data = segment.read_bytes()
        count += sum(1 for state, outcome in zip(data[31::32], data[28::32])
                     if state == 2 and outcome == 3)
    return count


def wait_until_quiet(target):
    until(lambda: target.waiting() == 0 and
          len(target.truth("pushed")) == len(target.truth("written")), "the stack is quiet")


def directory_of(running):
    """The run's, None when it was killed before it had one."""
    found = [path.parent for path in running.reports.glob("*/*/manifest.json")
             if not path.parent.is_symlink()]
    assert len(found) <= 1
    return found[0] if found else None


def check(target, run):
    run_id = run.name.rsplit("-", 1)[1]
    before = votes_in_table(target, run_id)
    verified = Verified(run)
    after = votes_in_table(target, run_id)
    assert verified.exit_status in (0, 3), verified
    assert verified.accused() == 0, verified
    acked = verified.result["accounting"]["acked"]
    assert acked == acked_slots(run), verified
    assert verified.audit["persisted"] == acked, verified  # this stack loses nothing
    shown = acked + verified.audit["recovered"]
    assert len(before) <= shown <= len(after), verified
    if verified.exit_status == 0:
        assert verified.result["accounting"]["never_started"] == 0, verified
    return run_id


def test_killed_at_random_moments_verify_agrees_with_the_table(stack):
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}, {KILLS} kills")
    dice = random.Random(seed)
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        begin = time.monotonic()
        done = target.run(SCENARIO)
        whole = time.monotonic() - begin
        assert done.exit_status == 0, done
        known = [check(target, done.directory)]
        for _ in range(KILLS):
            running = target.start(SCENARIO)
            time.sleep(dice.uniform(0, whole * 1.1))  # the moment is the experiment
            running.popen.kill()
            running.finish()
            wait_until_quiet(target)
            run = directory_of(running)
            if run:
                known.append(check(target, run))
        # A run that left no directory has cast probe votes at most.
        for (voter,) in target.query("SELECT id FROM votes"):
            assert voter[2:10] in known or int(voter[10:18], 16) >= FIRST_PROBE, voter


def test_slots_that_a_crash_of_the_host_took_make_no_phantoms(stack):
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        running = target.start({"workloads": burst(2000, within="60s")})
        until(lambda: len(target.truth("pushed")) >= 20 + 20, "votes are sent")
        running.popen.kill()
        running.finish()
        wait_until_quiet(target)
        run = directory_of(running)
        segment = run / "attempts/00000.seg"
        slots = bytearray(segment.read_bytes())
        states = slots[31::32]
        # Not the last ones: those may have had no answer.
        first = states.rindex(bytes([2] * 5), 0, states.rindex(2) - 9)
        slots[32 * first:32 * (first + 5)] = bytes(32 * 5)
        segment.write_bytes(slots)
        # On the same boot it is damage, of which nothing but the gap tells.
        verified = Verified(run)
        assert (verified.exit_status, verified.accused()) == (3, 0), verified
        assert verified.audit["recovered"] == 5, verified
        manifest = run / "manifest.json"
        told = json.loads(manifest.read_text())
        told["t0"]["boot_id"] = "another boot"
        manifest.write_text(json.dumps(told))
        (run / "begin.json").unlink()  # its seal
        verified = Verified(run)
        assert verified.exit_status == 3, verified
        assert verified.accused() == 0, verified
        assert verified.audit["recovered"] >= 5
        assert verified.result["accounting"]["never_started"] == 0


PAGE = 4096  # 128 slots


def test_pages_that_a_power_loss_reverted_accuse_nobody(stack):
    """What was not synced is as it was before, in any order: pages of zeros, and a real loss is still
    found when the slots that show it are there."""
    with stack().start_vote() as target:
        target.start_worker("--poll", "1ms")
        running = target.start({"workloads": burst(3000, within="30s")})
        until(lambda: len(target.truth("pushed")) >= 20 + 900, "several pages of votes are sent")
        running.popen.kill()
        running.finish()
        wait_until_quiet(target)
        run = directory_of(running)
        segment = run / "attempts/00000.seg"
        whole = segment.read_bytes()
        used = whole[31::32].rindex(2) * 32 // PAGE + 1
        for pages in ([0], [1, 2], [used - 1], [used - 2, used - 1], range(used)):
            slots = bytearray(whole)
            for page in pages:
                slots[page * PAGE:(page + 1) * PAGE] = bytes(PAGE)
            segment.write_bytes(slots)
            verified = Verified(run, "--timeout", "12s")
            accused = verified.accused() - verified.audit["contradiction"]["count"]
            assert (verified.exit_status, accused) == (3, 0), (pages, verified)
        segment.write_bytes(bytes(PAGE) + whole[PAGE:])
        last = int(whole[31::32].rindex(bytes([2] * 5)))  # accepted, and its row goes
        voter = int.from_bytes(whole[32 * last + 20:32 * last + 24], "little")
        target.query("DELETE FROM votes WHERE substr(id, 11, 8) = %s", f"{voter:08x}")
        lost = Verified(run, "--timeout", "12s")
        assert (lost.exit_status, lost.audit["lost"]["count"]) == (1, 1), lost
