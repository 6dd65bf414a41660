"""A JSON Schema for every file that a person writes, so that an editor completes and checks while one types.

The words come from the vocabulary and the patterns from the loaders. A schema checks the shape; what needs the meaning
(a condition, a name that must exist, a thing said twice) only the loader checks.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tactful.model.problems import Problem, Problems, suggestion
from tactful.service.schema import of_policy, of_shop, of_tables

SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "shop": of_shop.shop,
    "labels": of_shop.labels,
    "collection-point": of_shop.collection_point,
    "campaign": of_shop.campaign,
    "treatment": of_shop.treatment,
    "policy": of_policy.policy,
    "scorecard": of_policy.scorecard,
    "fit": of_tables.fit,
    "compatible": of_tables.compatible,
    "combinations": of_tables.combinations,
    "countries": of_tables.countries,
    "keeps": of_tables.keeps,
    "identity": of_tables.identity,
    "not-a-kind": of_tables.not_a_kind,
    "not-goods": of_tables.not_goods,
    "revealing-products": of_tables.revealing_products,
    "undignified": of_tables.undignified,
    "footer": of_tables.footer,
    "template-objects": of_tables.template_objects,
}
SUFFIX = ".schema.json"


def schema(name: str) -> bytes:
    """One schema, as it is written to a file. Raises Problems with the nearest name."""
    if name not in SCHEMAS:
        hint = suggestion(name, SCHEMAS) or f" There are: {', '.join(SCHEMAS)}."
        raise Problems([Problem("schema", 0, f"there is no schema {name}.{hint}")])
    return msgspec.json.format(msgspec.json.encode(SCHEMAS[name]()), indent=2) + b"\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into a folder, over earlier ones; they are made, not edited."""
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in SCHEMAS:
            path = folder / f"{name}{SUFFIX}"
            path.write_bytes(schema(name))
            written.append(path)
    except OSError as error:
        raise Problems(
            [Problem(str(folder), 0, f"cannot be written: {(error.strerror or 'error').lower()}.")]
        ) from None
    return written
