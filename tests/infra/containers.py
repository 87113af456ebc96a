"""The Docker daemon that a test runs with (infra/testbed/with-docker)."""
import subprocess


def docker(*arguments, check=True, text=None):
    done = subprocess.run(["docker", *arguments], text=True, capture_output=True, timeout=120,
                          check=False, input=text)
    assert done.returncode == 0 or not check, done
    return done.stdout.strip()


def everything_of_docker():
    return {"containers": docker("ps", "--all", "--quiet"), "volumes": docker("volume", "ls", "-q"),
            "networks": docker("network", "ls", "-q", "--filter", "type=custom")}


NOTHING = {"containers": "", "volumes": "", "networks": ""}
