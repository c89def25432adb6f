# SPDX-License-Identifier: BSD-2-Clause
"""Another user of the machine gets at nothing: not the control and data sockets, the store, its backup, the key file,
the log's texts, nor the memory of a process, as it is or as a core dump. Each try is one that works for the owner."""

import os
import pathlib
import re
import resource
import signal
import subprocess
import tempfile

import pytest
from line import BIN, Line, gsm7, wait_for

NUMBER, WORD = "6281470553411", "Kwazimbrel"
NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can try things as another user")


def try_as(prefix, *command):
    return subprocess.run([*prefix, *map(str, command)], capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def line():
    with tempfile.TemporaryDirectory(prefix="aduan-other-") as name:
        yield from running(pathlib.Path(name))


def running(directory):
    directory.chmod(0o711)  # whoever knows the path may come as far as the line's own doors
    with Line(directory) as made:
        made.start()
        made.smsc.deliver(NUMBER, gsm7(f"Jalan berlubang di {WORD} dekat pasar"))
        made.smsc.answer(NUMBER)
        made.aduan("backup", directory / "backup")
        yield made


def refused(*command):
    """It works for the owner (which is root here), and not for nobody."""
    owner = try_as([], *command)
    assert owner.returncode == 0, (command, owner.stderr)
    other = try_as(NOBODY, *command)
    assert other.returncode != 0 and re.search(rb"[Pp]ermission denied|may not|EACCES", other.stderr), (command, other)
    return other


@needs_root
def test_nobody_can_walk_up_to_the_doors(line):
    """Or else the other tests would prove nothing."""
    assert try_as(NOBODY, "test", "-x", line.dir).returncode == 0
    assert try_as(NOBODY, "cat", line.config).returncode == 0


@needs_root
def test_sockets(line):
    sockets = [path for path in (line.dir / "run").iterdir() if path.is_socket()]
    assert {"control", "status", "box1.in", "box1.out"} <= {path.name for path in sockets}, sockets
    for path in sockets:
        refused("/usr/bin/python3", "-c", CONNECT, path)
        assert path.stat().st_mode & 0o077 == 0
    done = try_as(NOBODY, BIN / "aduan", "--config", line.config, "stop")
    assert done.returncode != 0
    assert line.status()["aduand"]["state"] == "ready"


@needs_root
@pytest.mark.parametrize("name", ["store", "run", "backup"])
def test_directories(line, name):
    assert (line.dir / name).stat().st_mode & 0o7777 == 0o700
    refused("ls", line.dir / name)
    for path in (line.dir / name).iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
        if path.is_file():
            refused("cat", path)


@needs_root
def test_key_file(line):
    assert (line.dir / "store.key").stat().st_mode & 0o7777 == 0o600
    refused("cat", line.dir / "store.key")
    done = try_as(NOBODY, BIN / "aduan", "--config", line.config, "tickets")
    assert done.returncode != 0 and b"cannot read the key file" in done.stderr and WORD.encode() not in done.stdout


def workers(line):
    """Every process of the line, boxes too; aduand as well."""
    pids = {line.aduand.pid, *line.pids()}
    assert len(pids) >= 5, pids
    return pids


@needs_root
def test_memory(line):
    for pid in workers(line):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        assert re.search(r"^NoNewPrivs:\s+1$", status, re.M), pid
        assert re.search(r"^Umask:\s+0077$", status, re.M), pid
        assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0), pid
        refused("head", "-c", "1", f"/proc/{pid}/environ")
        refused("head", "-c", "1", f"/proc/{pid}/auxv")


@needs_root
def test_a_process_that_dies_of_a_bug_leaves_no_core(line):
    """SIGABRT is what an assertion would be. The kernel marks what it would have dumped."""
    before = {path for path in line.dir.rglob("core*")}
    victim = line.pid("classifier.1")
    os.kill(victim, signal.SIGABRT)
    wait_for(lambda: line.pid("classifier.1") not in (None, victim), "the next classifier")
    assert {path for path in line.dir.rglob("core*")} == before
    assert "core dumped" not in line.log()


def test_without_permission_nobody_starts(tmp_path):
    """A run directory or a store that others may enter is refused, with what to do."""
    made = Line(tmp_path)
    try:
        made.aduan("keygen")
        for name in ("run", "store"):
            (tmp_path / name).mkdir(mode=0o700, exist_ok=True)
            (tmp_path / name).chmod(0o711)
            done = try_as([], BIN / "aduand", "--config", made.config)
            assert done.returncode == 1 and f"chmod 0700 {tmp_path / name}".encode() in done.stderr, done.stderr
            (tmp_path / name).chmod(0o700)
    finally:
        made.stop()
