"""A certificate authority of a test's own."""

import pathlib
import subprocess


class Authority:
    """`file` is its certificate, PEM."""

    CONFIGURATION = """
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
unique_subject = no
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
"""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.file = self.directory / "authority.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-keyout", "authority.key", "-out", self.file.name, "-subj",
                      "/CN=votebench test authority", "-days", "2")

    def issue(self, name, expired=False):
        """Paths of a certificate for this host name and of its key."""
        (self.directory / f"{name}.ext").write_text(f"subjectAltName=DNS:{name}")
        (self.directory / "index.txt").touch()
        (self.directory / "authority.conf").write_text(self.CONFIGURATION)
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        # `openssl x509` of OpenSSL 3.5 refuses to make one that has expired.
        lifetime = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]
        self._openssl("ca", "-batch", "-notext", "-config", "authority.conf", "-cert",
                      self.file.name, "-keyfile", "authority.key", "-in", f"{name}.csr", "-extfile",
                      f"{name}.ext", "-out", f"{name}.pem", *(lifetime if expired else ["-days", "1"]))
        return self.directory / f"{name}.pem", self.directory / f"{name}.key"

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True,
                       capture_output=True)
