# SPDX-License-Identifier: BSD-2-Clause
"""Nothing has room: the store's file system, its map, bearerbox's spool, the log. Nobody is told OK for what is not
kept; when there is room again everything goes on by itself."""

import contextlib
import os
import subprocess

import pytest

from faultline import QUICK, FaultLine, copies, report
from line import wait_for

SMS = 400
MANY = 1000  # more than 1 MiB holds, whoever of the line gets to write
NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes root")


@contextlib.contextmanager
def small_disk(path, size):
    path.mkdir(mode=0o700, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "none", path], capture_output=True,
                          text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def fill(path):
    """All that is left, but for a few pages."""
    free = os.statvfs(path).f_bavail * os.statvfs(path).f_frsize
    with open(path / "filler", "wb") as out:
        out.write(b"\0" * max(0, free - 32 * 1024))


def note_of(line, role):
    status = line.status() or {"processes": []}
    return next((p["note"] for p in status["processes"] if p["role"] == role and p["note"]), None)


def everybody_once(line, count):
    wait_for(lambda: all(copies(line.smsc, n) for n in range(count)), "an answer for everybody")
    line.settled(count)
    wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
    assert [copies(line.smsc, n) for n in range(count)] == [1] * count
    line.proves(count)


@NEEDS_ROOT
def test_the_stores_disk_is_full_and_freed(tmp_path):
    with small_disk(tmp_path / "disk", "8m") as disk:
        with FaultLine(tmp_path, store_dir=disk / "store") as line:
            line.start()
            report(line.smsc, 0)
            wait_for(lambda: copies(line.smsc, 0), "the first answer")
            fill(disk)
            for number in range(1, SMS):
                report(line.smsc, number)
            wait_for(lambda: len(line.smsc.find("deliver_resp", status=0)) == SMS, "bearerbox to accept all")
            note = wait_for(lambda: note_of(line, "classifier"), "a classifier to say what is wrong")
            assert "full" in note or "space" in note, note
            stored = line.json("stats")["messages"]
            assert stored < SMS and len(line.spool()) >= SMS - stored, "what is not stored is not acked"
            (disk / "filler").unlink()
            everybody_once(line, SMS)
            wait_for(lambda: note_of(line, "classifier") is None, "the classifier to be well")


def test_the_map_is_full_and_made_larger(tmp_path):
    with FaultLine(tmp_path) as line:
        config = line.config.read_text()
        line.config.write_text(config.replace("map_bytes: 4 GiB", "map_bytes: 1 MiB"))
        line.start()
        for number in range(MANY):
            report(line.smsc, number)
        wait_for(lambda: len(line.smsc.find("deliver_resp", status=0)) == MANY, "bearerbox to accept all")
        note = wait_for(lambda: note_of(line, "classifier"), "a classifier to say what is wrong")
        assert "map_bytes" in note, note
        stored = line.json("stats")["messages"]
        assert stored < MANY and len(line.spool()) >= MANY - stored
        line.aduan("stop", "--wait")
        line.aduand.wait()
        line.config.write_text(config)
        line.start_aduand()
        everybody_once(line, MANY)


@NEEDS_ROOT
def test_bearerboxs_spool_is_full(tmp_path):
    """The SMSC sees a temporary error through SMPP, keeps the SMS, and brings it again."""
    with small_disk(tmp_path / "kannel-store", "1m") as disk:
        with FaultLine(tmp_path) as line:
            line.start()
            report(line.smsc, 0)
            wait_for(lambda: copies(line.smsc, 0) and line.kannel_idle(), "the first answer")
            with open(disk / ".filler", "wb", buffering=0) as out:  # bearerbox skips hidden files
                with contextlib.suppress(OSError):
                    while out.write(b"\0" * 4096):
                        pass
            for number in range(1, 20):
                report(line.smsc, number)
            wait_for(lambda: len({e["id"] for e in line.smsc.find("deliver_resp", status=100)}) == 19,
                     "a temporary error for each")
            assert line.json("stats")["messages"] == 1
            assert not line.smsc.find("deliver_resp", status=0)[1:]
            (disk / ".filler").unlink()
            everybody_once(line, 20)


def test_the_log_has_no_room(tmp_path):
    """Log lines are lost, SMS are not."""
    with FaultLine(tmp_path, QUICK) as line:
        (tmp_path / "aduand.log").symlink_to("/dev/full")
        line.start()
        for number in range(20):
            report(line.smsc, number)
        everybody_once(line, 20)
