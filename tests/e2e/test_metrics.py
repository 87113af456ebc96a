"""Prometheus text while a run is going on: what is in it, promtool's opinion, and a real Prometheus."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest
import yaml

from harness import PATIENT_HTTP, SOURCE_DIR, Running, until, votebench
from servers import PATIENCE_S, ReservedPort

DASHBOARD = SOURCE_DIR / "infra" / "grafana" / "votebench.json"


def needs(program):
    return pytest.mark.skipif(shutil.which(program) is None,
                              reason=f"{program} is missing: scripts/install-packages --tests")


class Scraped:
    """A run of this test's own that serves its metrics."""

    def __init__(self, directory, *arguments):
        scenario = directory / "scraped.yaml"
        scenario.write_text(yaml.safe_dump({
            "version": 1, "name": 'scraped',
            "workloads": {"load": {"executor": "constant-arrival-rate", "rate": "50/s",
                                   "duration": "600s", "max_in_flight": 4}},
            "http": PATIENT_HTTP,
            "events": [{"at": "1s", "name": "nap", "fault": {"pause": "vote"},
                        "undo": {"at": "9s", "resume": "vote"}}]}))
        self.stderr = directory / "stderr"
        self.running = Running(["run", str(scenario), "--metrics-listen", "127.0.0.1:0",
                                *arguments], directory, stderr=self.stderr.open("w"))
        until(lambda: "/metrics" in self.stderr.read_text(), "the address of the metrics is told")
        self.url = re.search(r"http://\S+/metrics", self.stderr.read_text())[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.running.popen.poll() is None:
            self.running.popen.terminate()
        self.running.popen.communicate(timeout=PATIENCE_S)

    def text(self):
        with urllib.request.urlopen(self.url, timeout=PATIENCE_S) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            return answer.read().decode()

    def value(self, name):
        return float(re.search(rf"^votebench_{re.escape(name)} (\S+)$", self.text(), re.M)[1])


@pytest.fixture
def scraped(tmp_path):
    with Scraped(tmp_path) as run:
        yield run


def test_a_run_is_told_while_it_goes_on_and_promtool_accepts_it(scraped):
    def nobody_answers():
        text = scraped.text()
        return ('event_active{name="nap"} 1' in text
                and "votebench_generator_in_flight_exhausted 1\n" in text)

    until(nobody_answers, "nobody answers during the nap")
    until(lambda: scraped.value("votes_sent_total") >= 150, "votes are sent")
    until(lambda: 'event_active{name="nap"} 0' in scraped.text(), "the event is over")
    until(lambda: scraped.value("rows_written_total") >= 100, "rows are written")
    text = scraped.text()
    sent = scraped.value("votes_sent_total")
    assert sent >= float(re.search(r"^votebench_votes_sent_total (\S+)$", text, re.M)[1])
    assert 'votebench_votes_answered_total{outcome="accepted"}' in text
    assert 'scenario="scraped"' in text
    assert scraped.value("votes_planned") == 30_000
    assert scraped.value("load_planned_seconds") == pytest.approx(600, abs=1)
    assert scraped.value("http_response_duration_seconds_count") > 0
    assert scraped.value("end_to_end_duration_seconds_count") > 0
    until(lambda: scraped.value("generator_in_flight_exhausted") == 0, "votes are on time again")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(scraped.url.replace("/metrics", "/"), timeout=PATIENCE_S)
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(scraped.url, data=b"x", timeout=PATIENCE_S)
    if shutil.which("promtool") is None:
        pytest.skip("promtool is missing: scripts/install-packages --tests")
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                             capture_output=True, timeout=PATIENCE_S, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_an_address_that_cannot_be_listened_on_is_said_before_anything_is_sent(tmp_path):
    wrong = votebench("run", "--votes", "1", "--metrics-listen", "localhost", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "'localhost' is not ADDRESS:PORT" in wrong.stderr
    taken = votebench("run", "--votes", "1", "--metrics-listen", "192.0.2.1:9464", cwd=tmp_path)
    assert taken.returncode == 6
    assert "cannot serve metrics at 192.0.2.1:9464" in taken.stderr


def expressions():
    """Every PromQL expression of the dashboard, its variables as Grafana would put them in."""
    dashboard = json.loads(DASHBOARD.read_text())
    found = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    found += [annotation["expr"] for annotation in dashboard["annotations"]["list"]]
    return [text.replace("$instance", ".*").replace("$__rate_interval", "4s") for text in found]


class Prometheus:
    """A real one, that scrapes one address every second."""

    def __init__(self, directory, address):
        config = directory / "prometheus.yml"
        config.write_text(yaml.safe_dump({
            "global": {"scrape_interval": "1s"},
            "scrape_configs": [{"job_name": "votebench", "static_configs": [
                {"targets": [address]}]}]}))
        self.log = directory / "prometheus.log"
        self.reserved = ReservedPort()
        self.address = f"127.0.0.1:{self.reserved.number}"
        self.popen = subprocess.Popen(
            ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory / 'tsdb'}",
             f"--web.listen-address={self.address}"],
            stdin=subprocess.DEVNULL, stdout=self.log.open("w"), stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.popen.kill()
        self.popen.wait()
        self.reserved.close()

    def query(self, expression):
        """The result; empty while Prometheus is starting."""
        assert self.popen.poll() is None, self.log.read_text()
        url = f"http://{self.address}/api/v1/query?" + urllib.parse.urlencode(
            {"query": expression})
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
                return json.load(answer)["data"]["result"]
        except urllib.error.HTTPError as error:
            assert error.code == 503, error.read()  # it is starting
            return []
        except (urllib.error.URLError, ConnectionError):
            return []


@needs("prometheus")
def test_every_expression_of_the_dashboard_answers_on_a_run(scraped, tmp_path):
    assert len(expressions()) > 15
    with Prometheus(tmp_path, scraped.url.removeprefix("http://").removesuffix("/metrics")) as server:
        until(lambda: server.query("votebench_rows_written_total > 50"), "Prometheus scrapes it")
        for expression in expressions():
            # What only sometimes is: an event that is going on.
            if "== 1" in expression:
                expression = expression.replace("== 1", "== 0")
            until(lambda: server.query(expression), expression)
