# SPDX-License-Identifier: BSD-2-Clause
"""Readers of the store that stand still, die, or are too many: nobody who writes waits for one."""

import os
import pathlib
import signal
import subprocess

from faultline import QUICK, FaultLine, copies, report
from line import BIN, wait_for

HERE = pathlib.Path(__file__).resolve().parent

SMS = 60


def stalled_reader(line, number=0):
    """`aduan verify` standing still inside its snapshot."""
    struck = line.dir / f"reader.{number}"
    env = {**os.environ, "ADUAN_FAULT": "store:snapshot_open:1:stop", "ADUAN_FAULT_ONCE": str(struck)}
    reader = subprocess.Popen([BIN / "aduan", "--config", line.config, "verify"], env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    wait_for(lambda: struck.exists() or reader.poll() is not None, "the reader to stand still")
    return reader


def refusal(line):
    """What `aduan stats` says when it may not read; nothing where a slot was free, as when somebody who read has just
    given it back and the holder has not taken it yet."""
    said = line.aduan("stats", check=False)
    return said if said.returncode else None


def everybody_once(line, count):
    wait_for(lambda: all(copies(line.smsc, n) for n in range(count)), "an answer for everybody")
    line.settled(count)
    assert [copies(line.smsc, n) for n in range(count)] == [1] * count
    line.proves(count)


def test_a_reader_that_stalls(tmp_path):
    """Its snapshot stays whole while the line writes on; it finishes its proof afterwards."""
    with FaultLine(tmp_path, QUICK) as line:
        line.start()
        report(line.smsc, 0)
        wait_for(lambda: copies(line.smsc, 0), "an answer")
        reader = stalled_reader(line)
        for number in range(1, SMS):
            report(line.smsc, number)
        everybody_once(line, SMS)
        reader.send_signal(signal.SIGCONT)
        said = reader.communicate(timeout=60)[0].decode()
        assert reader.returncode == 0 and "holds its promises" in said, said


def test_readers_are_too_many_and_die(tmp_path):
    """Who writes needs no slot: SMS are stored and acked. Who reads is told what is wrong and waits; the slots of the
    dead are free again."""
    with FaultLine(tmp_path, QUICK) as line:
        line.start()
        report(line.smsc, 0)
        wait_for(lambda: copies(line.smsc, 0), "an answer")
        late = stalled_reader(line)
        holder = subprocess.Popen([HERE / "hold_readers.py", line.dir / "store"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        assert int(holder.stdout.readline()) > 100
        late.send_signal(signal.SIGCONT)
        late.communicate(timeout=60)
        refused = wait_for(lambda: refusal(line), "no slot to be left")
        assert refused.returncode == 75 and "readers" in refused.stderr, refused.stderr
        for number in range(1, SMS):
            report(line.smsc, number)
        wait_for(lambda: len(line.smsc.find("deliver_resp", status=0)) == SMS and not line.spool(),
                 "every SMS to be stored and acked")
        wait_for(lambda: any(p["role"] == "responder" and "readers" in p["note"] for p in line.status()["processes"]),
                 "the responder to say what it waits for")
        holder.kill()
        holder.wait()
        everybody_once(line, SMS)
