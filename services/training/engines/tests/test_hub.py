"""Imports from a hub, against a small one on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

REVISION = "a" * 40
REPOSITORY = "sea/tiny"
ENGINES = Path(__file__).resolve().parents[1]

SCRIPT = """
import json, sys
from pathlib import Path
from conch_trainer import sources
from conch_trainer.faults import EngineFault
try:
    source = sources.find(sys.argv[1], None)
    sources.check(source)
    print(json.dumps({"revision": source.revision, "files": source.files()}))
except EngineFault as fault:
    print(json.dumps({"code": fault.code, "message": fault.message, "retryable": fault.retryable}))
"""


class Hub(BaseHTTPRequestHandler):
    """The few answers of the hub's protocol that a download needs."""

    files: dict[str, bytes]
    asked: list[str]
    is_down = False

    def do_HEAD(self) -> None:
        """Facts of a file."""
        self._answer(is_head=True)

    def do_GET(self) -> None:
        """A repository's listing, or a file."""
        self._answer(is_head=False)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Says nothing."""

    def _answer(self, *, is_head: bool) -> None:
        path = self.path.split("?")[0]
        self.asked.append(path)
        if self.is_down:
            return self._send(503, b"down", is_head=is_head)
        if path in (f"/api/models/{REPOSITORY}", f"/api/models/{REPOSITORY}/revision/{REVISION}", f"/api/models/{REPOSITORY}/revision/main"):
            listing = {"id": REPOSITORY, "sha": REVISION, "siblings": [{"rfilename": name} for name in self.files]}
            return self._send(200, json.dumps(listing).encode(), is_head=is_head, headers={"Content-Type": "application/json"})
        name = path.removeprefix(f"/{REPOSITORY}/resolve/{REVISION}/")
        if name in self.files:
            body = self.files[name]
            return self._send(200, body, is_head=is_head, headers={"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "X-Repo-Commit": REVISION})
        return self._send(404, b"", is_head=is_head, headers={"X-Error-Code": "RepoNotFound" if path.startswith("/api/") else "EntryNotFound"})

    def _send(self, status: int, body: bytes, *, is_head: bool, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(key, value)
        self.end_headers()
        if not is_head:
            self.wfile.write(body)


@pytest.fixture
def hub(base: Path) -> Iterator[type[Hub]]:
    """A hub with one repository: the base model, and beside it what must not be fetched."""
    files = {path.name: path.read_bytes() for path in base.iterdir()}
    files |= {"modeling_evil.py": b"raise SystemExit", "pytorch_model.bin": b"pickle", "onnx/model.onnx": b"x"}
    serving = type("ServingHub", (Hub,), {"files": files, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), serving)
    serving.port = server.server_address[1]  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield serving
    server.shutdown()
    server.server_close()


def found(hub: type[Hub], tmp_path: Path, source: str) -> dict[str, Any]:
    """Runs the import as the engine does, with a hub of its own; the library reads its settings once a process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    environment |= {"HF_ENDPOINT": f"http://127.0.0.1:{hub.port}", "HF_HOME": str(tmp_path / "hf"), "PYTHONPATH": str(ENGINES)}  # type: ignore[attr-defined]
    ended = subprocess.run([sys.executable, "-c", SCRIPT, source], env=environment, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    return answer


@pytest.mark.parametrize("source", [f"hf:{REPOSITORY}", f"hf:{REPOSITORY}@main", f"hf:{REPOSITORY}@{REVISION}"])
def test_fetches_a_pinned_revision_without_code_and_pickles(hub: type[Hub], base: Path, tmp_path: Path, source: str) -> None:
    answer = found(hub, tmp_path, source)
    assert answer["revision"] == REVISION
    assert {file["path"] for file in answer["files"]} == {path.name for path in base.iterdir()}
    assert all(Path(file["file"]).read_bytes() == (base / file["path"]).read_bytes() for file in answer["files"])
    assert not any(path.endswith((".py", ".bin", ".onnx")) for path in hub.asked)


def test_says_that_a_repository_is_not_there(hub: type[Hub], tmp_path: Path) -> None:
    assert found(hub, tmp_path, "hf:sea/other")["code"] == "INPUT_MISSING"


def test_may_be_tried_again_when_the_hub_is_down(hub: type[Hub], tmp_path: Path) -> None:
    hub.is_down = True
    answer = found(hub, tmp_path, f"hf:{REPOSITORY}")
    assert (answer["code"], answer["retryable"]) == ("IMPORT_FETCH_FAILED", True)
