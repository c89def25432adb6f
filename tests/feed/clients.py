# SPDX-License-Identifier: BSD-2-Clause
"""The three clients of proto/clients, made ready to run beside the build: nothing is written into the source tree."""

import fcntl
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ADUAN_BIN", ROOT / "build/debug/bin")).parent
HERE = ROOT / "tests/feed"
CLIENTS = BUILD / "clients"


def _copy(source, target):
    """Only what changed, and at once: another test may be starting a client from there."""
    if target.exists() and target.read_bytes() == source.read_bytes():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, f"{target}.new")
    os.replace(f"{target}.new", target)
    return True


def _python():
    package = CLIENTS / "python/aduan_feed"
    source = ROOT / "proto/clients/python"
    _copy(source / "aduan_feed/__init__.py", package / "__init__.py")
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["protoc", f"--proto_path={ROOT}/proto", f"--python_out={out}", "feed.proto"], check=True)
        _copy(pathlib.Path(out) / "feed_pb2.py", package / "feed_pb2.py")
    os.environ["PYTHONPATH"] = str(CLIENTS / "python")


def _node():
    """npm ci, once for each package-lock.json. Without install scripts: the zeromq package brings its binary along."""
    package = CLIENTS / "node"
    source = ROOT / "proto/clients/node"
    for name in ("index.js", "examples/webhook.js"):
        _copy(source / name, package / name)
    _copy(ROOT / "proto/feed.proto", package / "feed.proto")
    changed = [_copy(source / name, package / name) for name in ("package.json", "package-lock.json")]
    if any(changed) or not (package / "node_modules/.done").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=package, check=True,
                       capture_output=True)
        (package / "node_modules/.done").touch()
    os.environ["ADUAN_NODE_CLIENT"] = str(package)


def prepare():
    """Commands that print what each client delivers; they may be given a file to go on from."""
    CLIENTS.mkdir(parents=True, exist_ok=True)
    with open(CLIENTS / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _python()
        _node()
    return {"python": ["/usr/bin/python3", str(HERE / "print.py")], "node": ["node", str(HERE / "print.js")],
            "c": [str(BUILD / "tests/feed_print")]}
