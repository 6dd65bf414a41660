"""A starter for a policy of one's own: one rule of each kind with comments, and cases that pass."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from tactful.model.flow import shown
from tactful.model.problems import Problem, Problems
from tactful.service.packs import packaged
from tactful.service.setup import write_files

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def new_policy(name: str, folder: Path) -> list[Path]:
    """Write `NAME.yaml` and `NAME-cases.yaml`; none of them where one exists. Raises Problems."""
    if not _NAME.fullmatch(name) or len(name) > 60:
        message = f"{shown(name)} is not a name for a policy; write small letters, digits and hyphens, like gift-shop."
        raise Problems([Problem("policy new", 0, message)])
    if name.endswith("-cases"):
        message = f"the cases get a file of their own; call the policy {name.removesuffix('-cases') or 'my-shop'}."
        raise Problems([Problem("policy new", 0, message)])
    files = {
        f"{name}.yaml": _filled("policy", name),
        f"{name}-cases.yaml": _filled("policy-cases", name),
    }
    return write_files(folder, files)


def _filled(template: str, name: str) -> str:
    return Template(packaged("service", f"starter/{template}.yaml.template")).substitute(name=name)
