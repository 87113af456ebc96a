"""Output options: what is no file is written through, never replaced; - is standard output."""

import os
import pathlib
import stat
import subprocess

import pytest
import yaml

import pictures
from harness import votebench
from servers import PATIENCE_S, program

FILES = ("comparison.html", "comparison.json", "comparison.md")


def make_device(path):
    """One of our own, with /dev/null's numbers."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root can make a device")


def test_a_device_stays_a_device_with_and_without_force(tmp_path):
    device = tmp_path / "device"
    make_device(device)
    for force in ([], ["--force"]):
        done = votebench("init", str(device), *force, cwd=tmp_path)
        assert done.returncode == 0, done
        assert device.is_char_device()
    assert list(tmp_path.iterdir()) == [device]


def test_a_fifo_is_written_to_its_reader(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with subprocess.Popen(["cat", str(fifo)], stdout=subprocess.PIPE) as reader:
        try:
            done = votebench("init", str(fifo), "--force", cwd=tmp_path)
            assert done.returncode == 0, done
            assert fifo.is_fifo()
            text = reader.communicate(timeout=PATIENCE_S)[0]
        finally:
            reader.kill()
    assert yaml.safe_load(text)["version"] == 1


def test_a_fifo_that_nobody_reads_is_an_error(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    done = votebench("init", "fifo", cwd=tmp_path)
    assert done.returncode == 6 and "nobody reads fifo" in done.stderr, done


def test_links_lead_to_their_target(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.yaml").symlink_to("folder/target.yaml")
    done = votebench("init", "link.yaml", cwd=tmp_path)
    assert done.returncode == 0, done
    assert (tmp_path / "link.yaml").is_symlink()
    target = tmp_path / "folder/target.yaml"
    assert target.is_file() and not target.is_symlink()

    target.write_text("mine")
    refused = votebench("init", "link.yaml", cwd=tmp_path)
    assert refused.returncode == 2 and "--force" in refused.stderr, refused
    assert target.read_text() == "mine"
    assert votebench("init", "link.yaml", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "link.yaml").is_symlink() and "version: 1" in target.read_text()


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output_gets_the_file_and_nothing_else(tmp_path, name):
    done = votebench("init", name, cwd=tmp_path)
    assert done.returncode == 0, done
    assert yaml.safe_load(done.stdout)["version"] == 1 and "wrote" not in done.stdout
    assert list(tmp_path.iterdir()) == []
    with open(tmp_path / "file", "wb") as file:
        file.write(b"# before\n")
        file.flush()
        subprocess.run([program("votebench"), "init", name], stdout=file, check=True, timeout=60)
    text = (tmp_path / "file").read_text()
    assert text.startswith("# before\n") and text.endswith(done.stdout)


def test_a_comparison_goes_through_links_and_devices(tmp_path):
    runs = [tmp_path / name for name in ("a", "b")]
    for run in runs:
        subprocess.run(["cp", "-r", str(pictures.example()), str(run)], check=True)
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "kept").write_text("old")
    (out / "comparison.json").symlink_to("../kept")
    make_device(out / "comparison.html")
    done = votebench("compare", str(runs[0]), str(runs[1]), "--output", "out", cwd=tmp_path)
    assert sorted(path.name for path in out.iterdir()) == list(FILES), done
    assert (out / "comparison.html").is_char_device()
    assert (out / "comparison.json").is_symlink()
    assert (tmp_path / "kept").read_text().startswith("{")

    refused = votebench("compare", str(runs[0]), str(runs[1]), "--output", "-", cwd=tmp_path)
    assert refused.returncode == 2 and "--json" in refused.stderr, refused
    assert not pathlib.Path(tmp_path / "-").exists()
