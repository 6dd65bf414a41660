"""The real SDKs, as their makers publish them, send to a real server."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.web.running import Server, key

from tactful.bootstrap import store_for_reading

SDKS = Path(__file__).parent / "sdks"
SEGMENT = """
import sys
import segment.analytics as analytics
analytics.write_key, analytics.host, analytics.gzip, analytics.sync_mode = sys.argv[2], sys.argv[1], True, False
analytics.on_error = lambda error, items: sys.exit(str(error))
analytics.identify("py-segment", {"email": "py-segment@mail.example"})
analytics.track("py-segment", "Product Viewed", {"product_id": "20725", "name": "Lunch bag"})
analytics.page("py-segment", "Docs", "Home")
analytics.group("py-segment", "g1")
analytics.flush()
analytics.shutdown()
"""
RUDDER = """
import sys
import rudderstack.analytics as analytics
analytics.write_key, analytics.dataPlaneUrl, analytics.gzip = sys.argv[2], sys.argv[1], True
analytics.identify("py-rudder", {"email": "py-rudder@mail.example"})
analytics.track("py-rudder", "Product Viewed", {"product_id": "20725", "name": "Lunch bag"})
analytics.flush()
analytics.shutdown()
"""


SNOWPLOW = """
import sys
import requests
from snowplow_tracker import Emitter, PageView, SelfDescribing, SelfDescribingJson, Subject, Tracker
address, key, method, how = sys.argv[1:]
failed = []
session = requests.Session()
session.auth = (key, "") if how == "header" else None
emitter = Emitter(address, protocol="http", method=method, batch_size=10, session=session,
                  on_failure=lambda sent, events: failed.append(events))
who = Subject().set_domain_user_id(f"d-{method}-{how}").set_platform("web")
if how == "header":
    who.set_user_id(f"sp-{method}")
tracker = Tracker("sp1", emitter, subject=who, app_id=key if how == "app" else "shop")
tracker.track(PageView("https://shop.example/p", "Bags"))
SHOP = "iglu:com.snowplowanalytics.snowplow.ecommerce"
action = SelfDescribingJson(f"{SHOP}/snowplow_ecommerce_action/jsonschema/1-0-2", {"type": "product_view"})
product = SelfDescribingJson(f"{SHOP}/product/jsonschema/1-0-0",
                             {"id": "20725", "name": "Lunch bag", "category": "bags", "price": 1.65, "currency": "GBP"})
tracker.track(SelfDescribing(action, context=[product]))
tracker.flush()
sys.exit(f"{failed}" if failed else 0)
"""
CLOUDEVENTS = """
import sys
import requests
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
address, key = sys.argv[1:]
def event(number):
    return CloudEvent({"id": f"ce-{number}", "source": "/pos/12", "type": "com.shop.product.viewed",
                       "specversion": "1.0", "datacontenttype": "application/json", "userid": "ce-person"},
                      {"product_id": "20725", "name": "Lunch bag \u20ac"})
for number, message in enumerate((to_structured_event(event(1)), to_binary_event(event(2)), to_binary_event(event(2)))):
    answer = requests.post(f"{address}/v1/cloudevents", message.body, headers=dict(message.headers), auth=(key, ""))
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == (0 if number == 2 else 1), answer.text
batch = b"[" + to_structured_event(event(3)).body + b"," + to_structured_event(event(1)).body + b"]"
answer = requests.post(f"{address}/v1/cloudevents", batch, auth=(key, ""),
                       headers={"content-type": "application/cloudevents-batch+json"}).json()
assert (answer["accepted"], answer["repeated"]) == (1, 1), answer
"""


def kinds(server: Server, kind: str, value: str) -> list[str]:
    with closing(store_for_reading(server.folder)) as store:
        person = store.find(kind, value)
        return sorted(event.kind for event in store.tail(person)) if person is not None else []


@pytest.mark.parametrize(
    ("script", "person", "views"), [(SEGMENT, "py-segment", 1), (RUDDER, "py-rudder", 0)], ids=["segment", "rudder"]
)
def test_the_python_sdks(server: Server, script: str, person: str, views: int) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, server.address, server.keys["server"]],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = kinds(server, "customer", person)
    assert found.count("product_viewed") == 1
    assert found.count("traits") == 1
    assert found.count("page_viewed") == views


def ran(script: str, *words: str) -> None:
    """A script of a Python SDK, to its end."""
    command = [sys.executable, "-W", "ignore", "-c", script, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def needed(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not there: run `make setup`")


@pytest.mark.parametrize("method", ["post", "get"])
def test_the_tracker_of_snowplow_on_a_server(server: Server, method: str) -> None:
    needed("snowplow_tracker")
    ran(SNOWPLOW, server.address, server.keys["server"], method, "header")
    assert kinds(server, "customer", f"sp-{method}") == ["page_viewed", "product_viewed"]


@pytest.mark.parametrize("method", ["post", "get"])
def test_the_tracker_of_snowplow_with_its_app_s_id_as_key(server: Server, method: str) -> None:
    needed("snowplow_tracker")
    ran(SNOWPLOW, server.address, server.keys["web"], method, "app")
    assert kinds(server, "anonymous", f"d-{method}-app") == ["page_viewed", "product_viewed"]


def test_cloudevents_in_all_three_modes(server: Server) -> None:
    needed("cloudevents")
    ran(CLOUDEVENTS, server.address, server.keys["server"])
    assert kinds(server, "customer", "ce-person") == ["product_viewed"] * 3


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None or not (SDKS / "node_modules").is_dir():
        pytest.skip("the SDKs for Node are not there: install Node.js with npm, then run `make setup`")
    return found


def test_the_node_sdks(server: Server, node: str) -> None:
    done = subprocess.run(
        [node, str(SDKS / "server_sdks.mjs"), server.address, server.keys["server"]],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert kinds(server, "customer", "node-segment").count("product_viewed") == 1
    assert kinds(server, "customer", "node-segment").count("page_viewed") == 2
    assert kinds(server, "customer", "node-rudder").count("product_viewed") == 1


class Pages(SimpleHTTPRequestHandler):
    """The page of the shop, and the SDK's bundle."""

    def translate_path(self, path: str) -> str:
        name = path.partition("?")[0].partition("#")[0].lstrip("/")
        if name.startswith("umd/"):
            return str(SDKS / "node_modules" / "@segment" / "analytics-next" / "dist" / name)
        return str(SDKS / "shop.html")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def pages() -> Iterator[int]:
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(SDKS)))
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield site.server_port
    finally:
        site.shutdown()
        site.server_close()
        thread.join()


@contextmanager
def browser(folder: Path, address: str) -> Iterator[None]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not there: sudo apt install chromium")
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --disable-dev-shm-usage --disable-extensions --no-proxy-server"
    )
    process = subprocess.Popen(
        [program, *flags.split(), f"--user-data-dir={folder}", "--remote-debugging-port=0", address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_the_browser_sdk(server: Server, node: str, tmp_path: Path) -> None:
    """A page in Chromium: asks whether it may send, sends, and is believed only as far as a page can be."""
    with pages() as port:
        origin = f"http://127.0.0.1:{port}"
        write_key = key(server.folder, "web", origins=(origin,))
        time.sleep(2.1)
        before = len(server.records())
        with browser(tmp_path, f"{origin}/index.html#127.0.0.1:{server.port},{write_key}"):
            deadline = time.monotonic() + 60
            taken: set[str] = set()
            while len(taken) < 3 and time.monotonic() < deadline:
                time.sleep(0.2)
                came = server.records()[before:]
                taken = {str(each["route"]) for each in came if each.get("accepted") == 1}
    assert taken == {"/v1/p", "/v1/i", "/v1/t"}
    assert ("preflight", 204) in {(each["route"], each["status"]) for each in came}
    assert {each["source"] for each in came if each["route"] in taken} == {"web"}
    assert kinds(server, "customer", "browser-user") == []
