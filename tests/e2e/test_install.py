"""An installed votebench: `cmake --install` into a folder that then is read-only, with the source tree
out of sight."""

import os
import re
import shutil
import subprocess

import pytest

from harness import LIMIT_S, SOURCE_DIR, install_into, until
from servers import program
from terminal import Terminal

# Covers the source tree, makes the installation read-only, and goes on as who it was.
HIDDEN = """mount -t tmpfs none "$1" && mount --bind "$2" "$2" && mount -o remount,ro,bind "$2" &&
cd "$3" && shift 3 && exec "$@" """
MAPPED = ["--map-root-user"] if os.getuid() else []
UNMAPPED = (["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]
            if os.getuid() else [])


def hidden(prefix, folder, *command):
    """The finished command, which sees neither the source tree nor a way to write into `prefix`."""
    return subprocess.run(["unshare", *MAPPED, "--mount", "sh", "-c", HIDDEN, "sh", str(SOURCE_DIR),
                           str(prefix), str(folder), *UNMAPPED, *map(str, command)], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                          check=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return install_into(tmp_path_factory.mktemp("root"))


@pytest.fixture
def here(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def can_hide():
    if subprocess.run(["unshare", *MAPPED, "--mount", "true"], check=False).returncode != 0:
        pytest.skip("this user may not make a mount namespace")


@pytest.mark.usefixtures("can_hide")
def test_a_run_needs_no_source_tree_and_writes_nothing_beside_the_programs(installed, here):
    gone = hidden(installed, here, "ls", SOURCE_DIR)
    assert (gone.returncode, gone.stdout) == (0, ""), gone
    refused = hidden(installed, here, "touch", installed / "share/votebench/new")
    assert "Read-only" in refused.stderr, refused
    done = hidden(installed, here, installed / "bin/votebench", "run", "quick")
    assert done.returncode == 0 and done.stdout.startswith("PASS"), done
    bundled = installed / "share/votebench/scenarios/quick.yaml"
    assert f"the scenario is the bundled {bundled}" in done.stderr, done.stderr
    assert sorted(os.listdir(here)) == ["artifacts", "reports"]


def test_all_bundled_scenarios_go_by_name(installed, here):
    names = {path.stem for path in (SOURCE_DIR / "scenarios").glob("*.yaml")}
    assert len(names) > 5
    for name in names:
        done = subprocess.run([installed / "bin/votebench", "validate", name], cwd=here, text=True,
                              capture_output=True, check=False)
        assert done.returncode == 0, done
        assert str(installed / f"share/votebench/scenarios/{name}.yaml") in done.stdout


def test_what_is_installed_is_what_git_has_and_can_be_read_by_all(installed):
    if not (SOURCE_DIR / ".git").exists():
        pytest.skip("this tree is no git checkout")
    tracked = subprocess.run(["git", "ls-files", "-z", "scenarios", "infra", "ansible"],
                             cwd=SOURCE_DIR, text=True, check=True, stdout=subprocess.PIPE).stdout
    share = installed / "share/votebench"
    there = {str(path.relative_to(share)) for path in share.rglob("*") if path.is_file()}
    assert there <= set(tracked.split("\0"))
    left_out = {path for path in set(tracked.split("\0")) - there - {""}}
    assert all(re.search(r"^infra/testbed/|/tests/|/\.", path) for path in left_out), left_out
    for path in installed.rglob("*"):
        assert path.exists(), f"{path} leads nowhere"
        mode = path.stat().st_mode & 0o777
        runs = path.is_dir() or path.parent.name == "bin" or path.read_bytes().startswith(b"#!")
        assert mode == (0o755 if runs else 0o644), (path, oct(mode))


def page(installed, name):
    path = installed / "share/man" / f"man{name[-1]}" / f"{name}.gz"
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", path], text=True, check=True,
                          capture_output=True, env={**os.environ, "MANWIDTH": "200"})
    assert done.stderr == ""
    return done.stdout


def test_the_manual_pages_tell_all_commands_options_and_keys(installed):
    for name in ("votebench", "votestack"):
        text = page(installed, f"{name}.1")
        help_text = subprocess.run([program(name), "--help"], text=True, check=True,
                                   stdout=subprocess.PIPE).stdout
        commands = re.findall(r"^  ([a-z]+) ", help_text.split("Subcommands:")[1].split("Exit")[0],
                              re.M)
        assert len(commands) >= 3
        for command in commands:
            assert re.search(rf"^   {command}$", text, re.M), command
            options = subprocess.run([program(name), command, "--help"], text=True, check=True,
                                     stdout=subprocess.PIPE).stdout
            for option in re.findall(r"^  (--[a-z-]+)", options, re.M):
                assert option in text.split(f"\n   {command}\n")[1], (command, option)
    keys = page(installed, "votebench-scenario.5")
    told = re.findall(r"^\| `([^`]+)`", (SOURCE_DIR / "scenarios/KEYS.md").read_text(), re.M)
    assert len(told) > 100
    for key in told:
        assert re.search(rf"^ *{re.escape(key)}( |$)", keys, re.M), key


SHELLS = {
    "bash": ("bash --norc --noprofile -i", "source {}/share/bash-completion/completions/votebench"),
    "zsh": ("zsh -f -i", "autoload -U compinit; compinit -D -u; "
            "source {}/share/zsh/vendor-completions/_votebench")}


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is missing")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes_a_command_an_option_and_a_file(shell, installed, here):
    start, source = SHELLS[shell]
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is missing: scripts/install-packages --tests")
    (here / "my-target.yaml").touch()
    with Terminal(here, {"LC_ALL": "C.UTF-8", "TERM": "screen"}) as terminal:
        terminal.type(f"{start}; exit", "Enter", f"PS1='> '; {source.format(installed)}", "Enter",
                      "clear", "Enter")
        until(lambda: re.match(r">\s*$", terminal.screen()), "the shell is ready")
        for typed, completed in (("votebench expl", "votebench explain"),
                                 ("votebench run --metr", "votebench run --metrics-listen"),
                                 ("votebench stack --artifacts a st",
                                  "votebench stack --artifacts a status"),
                                 ("votebench run --variant app",
                                  "votebench run --variant append-table"),
                                 ("votebench run --target my-",
                                  "votebench run --target my-target.yaml")):
            terminal.type(typed, "Tab")
            until(lambda: terminal.screen().rstrip() == f"> {completed}", completed)
            terminal.type("C-u")
            until(lambda: re.match(r">\s*$", terminal.screen()), "the line is empty")
