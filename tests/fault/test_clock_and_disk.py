# SPDX-License-Identifier: BSD-2-Clause
"""The wall clock moved by a day, forwards and back; a disk whose sync is slow, and one whose sync fails."""

import errno

from faultline import QUICK, FaultLine, copies, report
from line import wait_for

DAY = 86400


def everybody_once(line, count):
    wait_for(lambda: all(copies(line.smsc, n) for n in range(count)), "an answer for everybody")
    line.settled(count)
    wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
    assert [copies(line.smsc, n) for n in range(count)] == [1] * count
    line.proves(count)


def ten(line, first):
    for number in range(first, first + 10):
        report(line.smsc, number)


def without_responder(line, first):
    """Ten more SMS whose replies are due now."""
    line.aduan("scale", "responder=0")
    wait_for(lambda: line.lock_pid("responder.1") is None, "no responder to live")
    ten(line, first)
    wait_for(lambda: line.json("stats")["replies_due"] == 10, "their replies to be due")


def test_the_clock_is_moved_by_a_day(tmp_path):
    """Each time replies are waiting: forwards they are due at once, backwards they must not wait for tomorrow."""
    with FaultLine(tmp_path, QUICK) as line:
        line.order()
        line.start()
        ten(line, 0)
        everybody_once(line, 10)
        without_responder(line, 10)
        line.order(clock_ahead_s=DAY)
        line.aduan("scale", "responder=1")
        everybody_once(line, 20)
        without_responder(line, 20)
        line.order(clock_ahead_s=0)
        line.aduan("scale", "responder=1")
        everybody_once(line, 30)
        without_responder(line, 30)
        line.order(clock_ahead_s=-DAY)
        line.aduan("scale", "responder=1")
        ten(line, 40)
        everybody_once(line, 50)


def test_syncing_the_disk_is_slow(tmp_path):
    """Half a second a commit: everything goes on, in fewer and larger commits."""
    with FaultLine(tmp_path, QUICK) as line:
        line.order(sync_ms=500)
        line.start()
        for number in range(200):
            report(line.smsc, number)
        everybody_once(line, 200)


def test_syncing_the_disk_fails_for_a_while(tmp_path):
    """What is not known to be on the disk is not acked; when the disk is well again nothing is missing."""
    with FaultLine(tmp_path, QUICK) as line:
        line.order()
        line.start()
        ten(line, 0)
        everybody_once(line, 10)
        line.order(sync_errno=errno.EIO)
        ten(line, 10)
        wait_for(lambda: len(line.smsc.find("deliver_resp", status=0)) == 20, "bearerbox to accept all")
        wait_for(lambda: any(p["role"] == "classifier" and p["note"] for p in line.status()["processes"]),
                 "the classifier to say what is wrong")
        assert len(line.spool()) >= 10, "what is not durable is not acked"
        line.order()
        everybody_once(line, 20)
