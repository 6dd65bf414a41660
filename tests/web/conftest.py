"""One server for the tests that leave it running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.web.running import Server, key, serving, shop_with_a_point


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("served") / "shop"
    shop_with_a_point(folder)
    keys = {
        "server": key(folder, "server"),
        "web": key(folder, "web", origins=("https://shop.example",)),
        "crm": key(folder, "crm", "read", "admin", "ingest"),
        "helpdesk": key(folder, "helpdesk"),
    }
    with serving(folder) as running:
        running.keys = keys
        yield running
