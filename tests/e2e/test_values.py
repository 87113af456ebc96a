"""Choices may be any text: through the form, the queue, the table and the reports, byte for byte."""

import json
import re

import yaml

from harness import burst

ODD = ["Cats & dogs", "\"quoted\"", "it's", "Kätzchen ß", "日本語", "🐈", "100 %", "a+b=c", "${HOME}", "#1",
       "true", "null", "7", "a: b", "{a}", "[x]", "back\\slash", "<b>bold</b>", "x" * 255, " lead"]


def voters(choices):
    return {"choices": {choice: 1 for choice in choices}}


def test_choices_of_any_text_are_stored_as_they_were_sent(stack):
    choices = ODD + [f"choice {number}" for number in range(64 - len(ODD))]
    with stack() as target:
        target.start_vote().start_worker("--poll", "1ms")
        run = target.run({"voters": voters(choices), "workloads": burst(640)})
        assert run.exit_status == 0, run
        assert run.audit["persisted"] == 640
        assert {choice for (choice,) in target.query("SELECT DISTINCT vote FROM votes")} == set(choices)
        for name in ("summary.md", "report.html", "result.json"):
            assert (run.directory / name).read_text()
        assert "<b>bold</b>" not in (run.directory / "report.html").read_text()


def test_a_lost_vote_for_a_choice_of_any_text_is_found(stack):
    with stack() as target:
        target.start_vote().start_worker("--poll", "1ms", "--plant", "lost@worker:3")
        run = target.run({"voters": voters(ODD), "workloads": burst(200)})
        assert run.exit_status == 1, run
        assert run.audit["lost"]["count"] == 3
        assert all(example["expected"] in ODD for example in run.audit["lost"]["examples"])


def test_a_flipped_vote_between_two_odd_choices_is_found(stack):
    with stack() as target:
        target.start_vote().start_worker("--poll", "1ms")
        target.query("CREATE SEQUENCE turn")
        target.query("CREATE FUNCTION flip() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
                     "IF NEW.vote = 'Kätzchen ß' AND nextval('turn') = 25 THEN NEW.vote = '🐈'; "
                     "END IF; RETURN NEW; END$$")
        target.query("CREATE TRIGGER flip BEFORE INSERT ON votes FOR EACH ROW "
                     "EXECUTE FUNCTION flip()")
        run = target.run({"voters": voters(["Kätzchen ß", "🐈"]), "workloads": burst(200)})
        assert run.exit_status == 1, run
        assert run.audit["flipped"]["count"] == 1
        [example] = run.audit["flipped"]["examples"]
        assert (example["expected"], example["found"]) == ("Kätzchen ß", "🐈")


def test_a_spelling_of_odd_choices_is_said_so_that_it_can_be_pasted(stack):
    with stack() as target:
        target.start_vote().start_worker("--poll", "1ms")
        target.query("CREATE FUNCTION spell() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
                     "NEW.vote = 'No. ' || NEW.vote || ' \"!\"'; RETURN NEW; END$$")
        target.query("CREATE TRIGGER spell BEFORE INSERT ON votes FOR EACH ROW "
                     "EXECUTE FUNCTION spell()")
        scenario = {"voters": voters(["it's: a", "${b}"]), "workloads": burst(60)}
        run = target.run(scenario)
        assert run.exit_status == 6, run
        line = re.search(r"say postgres\.choices: ({ .* })", run.result["advice"][0])
        spelled = target.run(scenario, target=target.target(
            postgres={"url": target.postgres_uri, "choices": yaml.safe_load(line.group(1))}))
        assert spelled.exit_status == 0, spelled
        assert spelled.audit["persisted"] == 60
