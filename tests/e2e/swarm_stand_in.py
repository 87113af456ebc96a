"""A `docker` that answers `votebench attach swarm` as a manager of a Swarm of several nodes does: this
machine has one node, so tasks on another are only ever played. test_swarm.py of tests/infra asks a
real one."""
import json

STAND_IN = """#!/usr/bin/python3
import json, pathlib, sys
answers = json.loads(pathlib.Path(__file__).with_name("answers.json").read_text())
words = " ".join(sys.argv[1:])
found = [answer for question, answer in answers if words.startswith(question)]
if not found:
    sys.exit(f"the stand-in knows no answer to: docker {words}")
print(found[0])
"""


def service(name, image, *, ports=(), env=(), secrets=(), configs=(), command=(), replicas=1,
            mode=None):
    """As `docker service inspect` prints it. Ports are (TARGET, PUBLISHED, MODE)."""
    container = {
        "Image": image + "@sha256:" + "0" * 64, "Env": list(env), "Args": list(command),
        "Labels": {"com.docker.stack.namespace": "polls"},
        "Secrets": [{"File": {"Name": secret}, "SecretName": f"polls_{secret}"}
                    for secret in secrets],
        "Configs": [{"File": {"Name": f"/{config}"}, "ConfigName": f"polls_{config}"}
                    for config in configs]}
    published = [{"Protocol": "tcp", "TargetPort": target, "PublishedPort": port,
                  "PublishMode": how} for target, port, how in ports]
    return {"ID": f"id-{name}", "Endpoint": {"Ports": published}, "Spec": {
        "Name": f"polls_{name}", "Labels": {"com.docker.stack.namespace": "polls"},
        "TaskTemplate": {"ContainerSpec": container, "Networks": [{"Aliases": [name]}]},
        "Mode": mode or {"Replicated": {"Replicas": replicas}}}}


def container(name, *, address="", env=(), overlay="overlay-1"):
    """A task of it on this node, as `docker inspect` prints it."""
    return {"Id": f"task-{name}", "Name": f"/polls_{name}.1.abc", "Mounts": [],
            "Config": {"Image": "ignored", "Env": list(env), "Cmd": None, "Labels": {
                "com.docker.stack.namespace": "polls",
                "com.docker.swarm.service.name": f"polls_{name}"}},
            "NetworkSettings": {"Ports": {}, "Networks": {
                "polls_back": {"NetworkID": overlay, "IPAddress": address or "10.0.1.7"}}}}


def task(name, node="here", state="Running 2 minutes ago", desired="Running", error=""):
    return "\t".join([f"polls_{name}.1", node, desired, state, error])


def stand_in(folder, services, containers=(), tasks=(), gateways=(), swarm="active\ttrue",
             stacks=("polls",)):
    """In `folder`, which is to come first on PATH. Gateways are (CONTAINER, ADDRESS)."""
    bridge = [{"Containers": {f"task-{name}": {"IPv4Address": f"{address}/16"}
                              for name, address in gateways}}]
    lines = "\n".join
    answers = [
        ("--version", "Docker version 28.2.2"), ("version", "28.2.2"), ("info", swarm),
        ("stack ls", lines(stacks)),
        ("service ls --quiet", lines(each["ID"] for each in services)),
        ("service inspect", json.dumps(services)), ("service ps", lines(tasks)),
        ("ps --quiet", lines(each["Id"] for each in containers)),
        ("inspect", json.dumps(list(containers))),
        ("network ls --quiet --filter name=^docker_gwbridge$", "bridge-1"),
        ("network inspect bridge-1", json.dumps(bridge)),
        ("network ls --no-trunc --quiet --filter driver=overlay", "overlay-1"),
        ("node ls --quiet", "node-1\nnode-2"),
        ("node inspect", "here\t10.9.0.1\nthere\t10.9.0.2")]
    folder.mkdir(exist_ok=True)
    (folder / "answers.json").write_text(json.dumps(answers))
    program = folder / "docker"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    return folder
