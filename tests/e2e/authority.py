"""A certificate authority of a test's own."""

import pathlib
import subprocess


class Authority:
    """`file` is its certificate, PEM."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.file = self.directory / "authority.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                      "-nodes", "-keyout", "authority.key", "-out", self.file.name, "-subj",
                      "/CN=votebench test authority", "-days", "2")

    def issue(self, name, days=1):
        """Paths of a certificate for this host name and of its key; negative days: expired."""
        (self.directory / f"{name}.ext").write_text(f"subjectAltName=DNS:{name}")
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", self.file.name, "-CAkey",
                      "authority.key", "-CAcreateserial", "-extfile", f"{name}.ext", "-days",
                      str(days), "-out", f"{name}.pem")
        return self.directory / f"{name}.pem", self.directory / f"{name}.key"

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True,
                       capture_output=True)
