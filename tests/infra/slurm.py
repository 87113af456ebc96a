"""A real Slurm of one controller and three nodes, all of them on this machine; Debian's slurm-wlm and
munge. The daemons stay in the foreground, children of the test, and end with it."""
import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess

import pytest

from servers import wait_until

NODES = ["n1", "n2", "n3"]
PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel", "sinfo"]
# Loopback ports: the namespace of the test has no other servers.
CONTROLLER_PORT, FIRST_NODE_PORT = 25817, 25821


def need_slurm():
    missing = [name for name in PROGRAMS if not shutil.which(name, path=search_path())]
    if missing:
        pytest.skip(f"no {', '.join(missing)} (scripts/install-packages --infra)")
    if os.getuid() != 0:
        pytest.skip("needs root: nobody else runs slurmd and a network namespace")


def search_path():
    return os.environ["PATH"] + ":/usr/sbin"


def configuration(folder, host, user):
    last = FIRST_NODE_PORT + len(NODES) - 1
    return f"""ClusterName=votebench
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={CONTROLLER_PORT}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool/%n
SlurmctldPidFile={folder}/controller.pid
SlurmdPidFile={folder}/%n.pid
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,batch_sched_delay=0
KillWait=30
JobRequeue=0
MailProg=/bin/true
NodeName=n[1-{len(NODES)}] NodeHostname={host} NodeAddr=127.0.0.1 \
Port=[{FIRST_NODE_PORT}-{last}] CPUs=2 RealMemory=1000 State=UNKNOWN
PartitionName=load Nodes=ALL Default=YES MaxTime=30:00 State=UP
"""


class Slurm:
    """Use as a context manager, with an empty folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.daemons = []
        self.environment = {**os.environ, "PATH": search_path(),
                            "SLURM_CONF": str(self.folder / "slurm.conf")}

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        self._end()

    def _start(self):
        for name in ["munge", "state", "spool", *(f"spool/{node}" for node in NODES)]:
            (self.folder / name).mkdir(mode=0o755)
        self.folder.chmod(0o755)
        key = self.folder / "munge/key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        (self.folder / "slurm.conf").write_text(
            configuration(self.folder, socket.gethostname().split(".")[0],
                          pwd.getpwuid(os.getuid()).pw_name))
        munge = {name: f"{self.folder}/munge/{name}" for name in ["socket", "pid", "log", "seed"]}
        self._daemon("munged", "--foreground", "--force", f"--key-file={key}",
                     *(f"--{name}{'' if name == 'socket' else '-file'}={path}"
                       for name, path in munge.items()), "--num-threads=2")
        wait_until((self.folder / "munge/socket").exists, "munged listens")
        self._daemon("slurmctld", "-D")
        for node in NODES:
            self._daemon("slurmd", "-D", "-N", node)
        self._await_nodes()

    def _daemon(self, *command):
        with open(self.folder / f"{command[0]}{command[-1]}.log".replace("/", "_"), "wb") as log:
            self.daemons.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log,
                                                 stderr=subprocess.STDOUT, env=self.environment))

    def _end(self):
        with contextlib.suppress(AssertionError):
            self.tell("scancel", "--signal=KILL", "--state=RUNNING", "--user=root")
            self.tell("scancel", "--user=root")
            wait_until(lambda: not self.states(), "no job is left", 40)
        for daemon in reversed(self.daemons):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(timeout=20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def tell(self, *command, check=True, **more):
        done = subprocess.run(command, text=True, capture_output=True, timeout=60, check=False,
                              stdin=subprocess.DEVNULL, env=self.environment, **more)
        assert not check or done.returncode == 0, done
        return done.stdout

    def submit(self, command, cwd):
        """`command` is a line for a shell with an sbatch in it: the job's number."""
        told = self.tell("sh", "-c", command, cwd=cwd)
        return re.search(r"Submitted batch job (\d+)", told)[1]

    def states(self, job=None):
        """Of all tasks of the job, or of all jobs: {"12_0": "RUNNING"}; those that have ended
        are not in it."""
        of = ["-j", job] if job else []
        lines = self.tell("squeue", "-h", "-r", "-o", "%F_%K %T", *of, check=not job).splitlines()
        return dict(line.split() for line in lines)

    def await_end(self, job, timeout=180):
        wait_until(lambda: not self.states(job), f"the queue is done with {job}", timeout)

    def begin_again(self, task):
        """A task that is requeued: at once, and not only after Slurm's two minutes."""
        wait_until(lambda: self._hurried(task), f"{task} is started again", 60)

    @contextlib.contextmanager
    def cut_off(self, node):
        """Its daemon says and hears nothing, and Slurm is told that it is down."""
        daemon = self.daemons[-len(NODES) + NODES.index(node)]
        daemon.send_signal(signal.SIGSTOP)
        try:
            self.tell("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
            yield
        finally:
            daemon.send_signal(signal.SIGCONT)
        self.tell("scontrol", "update", f"nodename={node}", "state=resume", check=False)
        self._await_nodes()

    def _await_nodes(self):
        wait_until(lambda: self.tell("sinfo", "-h", "-N", "-o", "%T").split() ==
                   ["idle"] * len(NODES), "all nodes are idle", 60)

    def _hurried(self, task):
        self.tell("scontrol", "update", f"jobid={task}", "starttime=now", check=False)
        return self.detail(task, "Restarts") == "1" and self.states(task).get(task) != "PENDING"

    def detail(self, task, name):
        """A field of `scontrol show job`."""
        return re.search(rf"\b{name}=(\S*)", self.tell("scontrol", "show", "job", task))[1]
