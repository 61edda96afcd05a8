"""A Triton of the tests' own: the wheel's binary on free ports, explicit model control, a private backend folder."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sysconfig
import time
from pathlib import Path

import tritonclient.grpc as grpc

SOURCE = Path(__file__).resolve().parents[1]
SITE_PACKAGES = Path(sysconfig.get_paths()["purelib"])
WHEEL = SITE_PACKAGES / "pytriton" / "tritonserver"


def backend_folder(root: Path) -> Path:
    """The Python backend with the stub for this Python; its module is told where numpy lives, since the stub ignores PYTHONPATH."""
    target = root / "backends" / "python"
    shutil.copytree(WHEEL / "backends" / "python", target)
    shutil.copy2(WHEEL / "python_backend_stubs" / "3.11" / "triton_python_backend_stub", target)
    module = target / "triton_python_backend_utils.py"
    module.write_text(f"import sys; sys.path.insert(0, {str(SITE_PACKAGES)!r})\n" + module.read_text("utf-8"), "utf-8")
    return root / "backends"


def write_model(root: Path, name: str, kind: str, folder: Path, **parameters: str) -> None:
    """A model folder as the inference service writes it."""
    target = root / "models" / name
    (target / "1").mkdir(parents=True)
    shutil.copy2(SOURCE / "models" / kind / "model.py", target / "1" / "model.py")
    values = {"model_dir": str(folder), "package_dir": str(SOURCE), "site_packages": str(SITE_PACKAGES), **parameters}
    lines = [f'parameters {{ key: "{key}" value {{ string_value: "{value}" }} }}' for key, value in values.items()]
    config = (SOURCE / "models" / kind / "config.pbtxt").read_text("utf-8")
    (target / "config.pbtxt").write_text("\n".join([f'name: "{name}"', config, *lines]), "utf-8")


class TritonProcess:
    """Starts, waits until live, stops."""

    def __init__(self, root: Path) -> None:
        ports = _free_ports(3)
        backends = backend_folder(root)
        (root / "models").mkdir(exist_ok=True)
        libraries = [str(SITE_PACKAGES / "nvidia_pytriton.libs"), str(sysconfig.get_config_var("LIBDIR"))]
        self.log = root / "triton.log"
        self._process = subprocess.Popen(
            [
                str(WHEEL / "bin" / "tritonserver"),
                f"--model-repository={root / 'models'}",
                f"--backend-directory={backends}",
                "--model-control-mode=explicit",
                *(f"--{kind}-address=127.0.0.1" for kind in ("grpc", "http", "metrics")),
                *(f"--{kind}-port={port}" for kind, port in zip(("grpc", "http", "metrics"), ports, strict=True)),
            ],
            env={**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)},
            stdout=self.log.open("w"),
            stderr=subprocess.STDOUT,
        )
        self.address = f"127.0.0.1:{ports[0]}"
        self.client = grpc.InferenceServerClient(self.address)
        self._wait()

    def stop(self) -> None:
        """Ends the server and its stubs."""
        self.client.close()
        self._process.terminate()
        self._process.wait(timeout=60)

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"tritonserver ended:\n{self.log.read_text()[-3000:]}")
            try:
                if self.client.is_server_live():
                    return
            except grpc.InferenceServerException:
                time.sleep(0.1)
        raise RuntimeError(f"tritonserver was not live within 60 s:\n{self.log.read_text()[-3000:]}")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for entry in sockets:
        entry.bind(("127.0.0.1", 0))
    ports = [entry.getsockname()[1] for entry in sockets]
    for entry in sockets:
        entry.close()
    return ports
