"""Where a store may lie: a local file system, because SQLite's locks cannot be trusted over a network."""

from __future__ import annotations

import re
from pathlib import Path

NETWORK = frozenset(
    {
        "afs", "beegfs", "ceph", "cifs", "fuse.ceph", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "glusterfs",
        "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs",
    }
)  # fmt: skip
MOUNTS = Path("/proc/self/mountinfo")


def network_kind(path: Path, mountinfo: str) -> str | None:
    """The network file system that `path` (absolute) lies on, or None; `mountinfo` is Linux's list of mounts."""
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        left, separator, right = line.partition(" - ")
        fields = left.split()
        if not separator or len(fields) < 5 or not right:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split()[0]
    return kind if kind in NETWORK else None


def network_of(path: Path) -> str | None:
    """As `network_kind`, of this machine; None where the system does not tell cheaply."""
    try:
        mountinfo = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return network_kind(path.resolve(), mountinfo)
