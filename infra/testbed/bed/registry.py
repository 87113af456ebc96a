"""The image registry of the bed: Debian's docker-registry, with TLS and an authority of its own."""
import pathlib
import socket
import subprocess

from hosts import OPERATOR, REGISTRY, run, wait_for

IMAGES = ["vote", "worker", "result", "redis", "postgres", "grafana-stand-in"]


class Registry:
    """Serves on the operator's address in the world, filled over loopback before."""

    def __init__(self, folder, bed):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.authority = self.folder / "ca.crt"
        self._make_certificate()
        self._fill()
        self._process = self._serve("world.yml", bed.in_world(), f"{OPERATOR}:443", tls=True)
        wait_for(lambda: bed.reach(bed.world, OPERATOR, [(OPERATOR, 443)]) == ["open"],
                 "the registry")

    def _make_certificate(self):
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        run("openssl", "req", "-x509", *key, "-keyout", str(self.folder / "ca.key"), "-out",
            str(self.authority), "-days", "2", "-subj", "/CN=votebench test authority",
            "-addext", "basicConstraints=critical,CA:TRUE")
        run("openssl", "req", *key, "-keyout", str(self.folder / "key.pem"), "-out",
            str(self.folder / "request.pem"), "-subj", f"/CN={REGISTRY}")
        names = self.folder / "names"
        names.write_text(f"subjectAltName=DNS:{REGISTRY}\n")
        run("openssl", "x509", "-req", "-in", str(self.folder / "request.pem"), "-CA",
            str(self.authority), "-CAkey", str(self.folder / "ca.key"), "-CAcreateserial", "-out",
            str(self.folder / "cert.pem"), "-days", "2", "-extfile", str(names))

    def _serve(self, name, prefix, address, tls=False):
        config = self.folder / name
        lines = ["version: 0.1", "log: {level: warn}",
                 f"storage: {{filesystem: {{rootdirectory: {self.folder}/data}}}}", "http:",
                 f'  addr: "{address}"']
        if tls:
            lines += [f"  tls: {{certificate: {self.folder}/cert.pem, key: {self.folder}/key.pem}}"]
        config.write_text("\n".join(lines) + "\n")
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen([*prefix, "docker-registry", "serve", str(config)], stdout=log,
                                    stderr=log, stdin=subprocess.DEVNULL)

    def _fill(self):
        port = 5999  # loopback of a namespace that nobody else uses
        process = self._serve("fill.yml", [], f"127.0.0.1:{port}")
        try:
            wait_for(lambda: _listens(port), "the registry on loopback")
            for image in IMAGES:
                name = f"127.0.0.1:{port}/votebench/{image}:dev"
                run("docker", "tag", f"votebench/{image}:dev", name)
                run("docker", "push", "--quiet", name)
                run("docker", "rmi", name)
        finally:
            process.terminate()
            process.wait(timeout=60)

    def stop(self):
        self._process.terminate()
        self._process.wait(timeout=60)


def _listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
