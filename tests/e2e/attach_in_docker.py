"""`votebench attach compose` on real projects; run inside infra/testbed/with-docker (test_attach).

The image is made of this machine's own programs and their libraries, so nothing is downloaded.
"""

import os
import pathlib
import shutil
import stat
import subprocess

import pytest
import yaml

from harness import Running, until, votebench
from servers import PostgresServer, program

PASSWORDS = {"REDIS_PASSWORD": "vb-marker-redis-4711", "POSTGRES_PASSWORD": "vb-marker-pg-4711"}
STOCK = "stock_of_somebody_with_a_name_of_43_letters"
PROFILES = {"reference": "reliable", "dockersamples": STOCK}  # the projects' names

DATABASE = """
printf %s "$$POSTGRES_PASSWORD" >/tmp/pw
initdb --auth=scram-sha-256 --pwfile=/tmp/pw -U postgres -D /tmp/data --no-sync -E UTF8 --locale=C
echo "host all all all scram-sha-256" >>/tmp/data/pg_hba.conf
exec postgres -D /tmp/data -k /tmp -c listen_addresses=* -c fsync=off
"""


def libraries(binary):
    """Paths of the shared libraries, and of the loader."""
    listed = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    words = [word for line in listed.splitlines() for word in line.split()]
    return {word for word in words if word.startswith("/")}


def copy(path, root):
    """A file with the libraries that it needs, under its own path."""
    for source in {path, *libraries(path)}:
        target = root / source.lstrip("/")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    postgres = pathlib.Path(PostgresServer._program("postgres")).parent
    version = postgres.parent.name
    (root / "tmp").mkdir()
    (root / "tmp").chmod(0o1777)
    (root / "etc").mkdir()
    (root / "etc/passwd").write_text("root:x:0:0::/:/bin/sh\npostgres:x:70:70::/tmp:/bin/sh\n")
    for path in ("/bin/sh", shutil.which("redis-server"), program("votestack"),
                 str(postgres / "postgres"), str(postgres / "initdb")):
        copy(os.path.realpath(path), root)
    for folder in (f"/usr/lib/postgresql/{version}/lib", f"/usr/share/postgresql/{version}"):
        shutil.copytree(folder, root / folder.lstrip("/"), dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("bitcode", "pgxs"))
    for library in (root / f"usr/lib/postgresql/{version}/lib").glob("*.so"):
        for needed in libraries(str(library)):
            copy(needed, root)
    names = {"sh": "/bin/sh", "redis-server": shutil.which("redis-server"),
             "votestack": program("votestack"), "postgres": str(postgres / "postgres"),
             "initdb": str(postgres / "initdb")}
    (root / "bin").mkdir(exist_ok=True)
    for name, path in names.items():
        link = root / "bin" / name
        if not link.exists():
            link.symlink_to(os.path.realpath(path))
    tar = subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE)
    subprocess.run(["docker", "import", "--change", "ENV PATH=/bin", "-", "vbtest/stack"],
                   stdin=tar.stdout, check=True, stdout=subprocess.DEVNULL, timeout=120)
    assert tar.wait() == 0
    return "vbtest/stack"


def compose_file(image, profile):
    """No port of it is published."""
    service = {"image": image, "networks": ["back"], "restart": "on-failure",
               "security_opt": ["seccomp=unconfined"], "init": False}
    stores = ["--redis", "redis:6379", "--postgres", "postgresql://postgres@db/postgres"]
    passwords = {"REDIS_PASSWORD": PASSWORDS["REDIS_PASSWORD"],
                 "PGPASSWORD": PASSWORDS["POSTGRES_PASSWORD"]}
    return {
        "version": "3.7",
        "networks": {"back": {"internal": True}},
        "services": {
            "vote": {**service, "environment": passwords, "expose": ["80"],
                     "command": ["votestack", "vote", "--listen", "0.0.0.0:80", "--profile",
                                 profile, *stores[:2]]},
            "worker": {**service, "environment": passwords,
                       "command": ["votestack", "worker", "--profile", profile, *stores]},
            "redis": {**service, "environment": passwords,
                      "command": ["sh", "-c", "exec redis-server --save '' --protected-mode no "
                                  "--requirepass \"$$REDIS_PASSWORD\""]},
            "db": {**service, "environment": PASSWORDS, "user": "70:70", "expose": ["5432"],
                   "command": ["sh", "-c", DATABASE]},
        },
    }


def compose(directory, name, *arguments):
    subprocess.run(["docker-compose", "-p", name, *arguments], cwd=directory, check=True,
                   capture_output=True, timeout=120)


@pytest.fixture(scope="session")
def projects(image, tmp_path_factory):
    """Two projects side by side: a reliable worker, and a stock one."""
    started = []
    for profile, name in PROFILES.items():
        directory = tmp_path_factory.mktemp(name)
        (directory / "docker-compose.yml").write_text(yaml.safe_dump(compose_file(image, profile)))
        compose(directory, name, "up", "-d")
        started.append((directory, name))
    yield [name for _, name in started]
    for directory, name in started:
        compose(directory, name, "down", "--volumes", "--timeout", "1")


def everything(directory, *outputs):
    texts = [str(output) for output in outputs]
    for path in pathlib.Path(directory).rglob("*"):
        if path.is_file() and path.parent.name != "secrets":
            texts.append(path.read_bytes().decode(errors="replace"))
    return "\n".join(texts)


@pytest.mark.parametrize("project", PROFILES.values())
def test_a_run_on_what_was_attached_to_passes(projects, tmp_path, project):
    attached = votebench("attach", "compose", project, cwd=tmp_path)
    assert attached.returncode == 0, attached
    assert f"--target artifacts/{project}/target.yaml" in attached.stdout
    file = tmp_path / f"artifacts/{project}/target.yaml"
    target = yaml.safe_load(file.read_text())
    assert target["worker"]["model"] == ("serial" if project == STOCK else "unknown")
    for store in ("redis", "postgres"):
        secret = pathlib.Path(target[store]["password"]["file"])
        assert secret.stat().st_mode & 0o777 == 0o600
        assert secret.read_text() in PASSWORDS.values()

    def ready():
        done = Running(["run", "--votes", "30", "--clients", "5", "--target", str(file), "--yes"],
                       tmp_path).finish()
        return done if done.exit_status != 6 else None  # the stack has just been started

    done = until(ready, "the stack is up")
    assert done.exit_status == 0, done
    assert done.audit["persisted"] == 30
    assert "vb-marker" not in everything(tmp_path, attached, done)


def test_which_project_is_said_by_the_user(projects, tmp_path):
    several = votebench("attach", "compose", cwd=tmp_path)
    assert several.returncode == 2
    assert f"running: reliable, {STOCK}" in several.stderr
    unknown = votebench("attach", "compose", "nobody", cwd=tmp_path)
    assert unknown.returncode == 2 and f"running: reliable, {STOCK}" in unknown.stderr
    for _ in range(2):
        again = votebench("attach", "compose", STOCK, "-o", "mine.yaml", cwd=tmp_path)
    assert again.returncode == 2 and "--force" in again.stderr
    forced = votebench("attach", "compose", STOCK, "-o", "mine.yaml", "--force", cwd=tmp_path)
    assert forced.returncode == 0, forced


def test_a_device_is_never_replaced_and_a_dash_is_standard_output(projects, tmp_path):
    device = tmp_path / "folder/device"  # one of our own, with /dev/null's numbers
    device.parent.mkdir()
    os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    for output in ("folder/device", "-"):
        done = votebench("attach", "compose", STOCK, "-o", output, "--force", cwd=tmp_path)
        assert done.returncode == 0, done
    assert device.is_char_device() and list(device.parent.iterdir()) == [device]
    target = yaml.safe_load(done.stdout)
    for store in ("redis", "postgres"):
        secret = pathlib.Path(target[store]["password"]["file"])
        assert secret.parent == tmp_path / f"artifacts/{STOCK}/secrets"
        assert secret.stat().st_mode & 0o777 == 0o600
