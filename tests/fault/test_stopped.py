# SPDX-License-Identifier: BSD-2-Clause
"""Processes that stand still past what the others bear, and go on: late work changes nothing, and nothing is missing."""

import signal
import time

from faultline import QUICK, FaultLine, copies, report
from line import wait_for

SMS = 20


def all_once(line, count):
    wait_for(lambda: all(copies(line.smsc, number) for number in range(count)), "an answer for everybody")
    line.settled(count)
    wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
    assert [copies(line.smsc, number) for number in range(count)] == [1] * count
    line.proves(count)


def test_classifier_stopped_before_its_commit_and_continued(tmp_path):
    """Its SMS are given to another one, which commits them; its own late commit finds them there."""
    with FaultLine(tmp_path, classifiers=2, fault="classifier:before_commit:1:stop") as line:
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(line.struck.exists, "a classifier to stand still before its commit")
        stopped = wait_for(lambda: next((c for c in ("classifier.1", "classifier.2") if line.stopped(c)), None), "which")
        wait_for(lambda: line.verify()["figures"]["tickets"] == SMS, "the other classifier to commit all")
        line.signal(stopped, signal.SIGCONT)
        other = "classifier.1" if stopped == "classifier.2" else "classifier.2"
        line.aduan("drain", other)
        report(line.smsc, SMS)  # taken by the one that stood still, after what it held
        all_once(line, SMS + 1)


def test_responder_stopped_with_claimed_replies_past_its_lease_and_continued(tmp_path):
    """Another responder claims them; the first one must not submit what is not its own any more."""
    with FaultLine(tmp_path, responders=2, fault="responder:claimed:1:stop") as line:
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(line.struck.exists, "a responder to stand still with its claim")
        stopped = wait_for(lambda: next((r for r in ("responder.1", "responder.2") if line.stopped(r)), None), "which")
        wait_for(lambda: all(copies(line.smsc, number) for number in range(SMS)), "the other responder to send all")
        line.signal(stopped, signal.SIGCONT)
        other = "responder.1" if stopped == "responder.2" else "responder.2"
        line.aduan("drain", other)
        report(line.smsc, SMS)
        all_once(line, SMS + 1)


def test_responder_stopped_after_it_submitted_and_continued(tmp_path):
    """Its results wait for it or go to another one; its lease runs out meanwhile."""
    with FaultLine(tmp_path, responders=2, fault="responder:submitted:1:stop") as line:
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(line.struck.exists, "a responder to stand still")
        stopped = wait_for(lambda: next((r for r in ("responder.1", "responder.2") if line.stopped(r)), None), "which")
        line.settled(SMS)
        line.signal(stopped, signal.SIGCONT)
        all_once(line, SMS)


def test_box_stopped_until_the_window_is_full_and_continued(tmp_path):
    """bearerbox keeps what it accepts, the SMSC is told OK, and all goes through afterwards."""
    many = 400
    with FaultLine(tmp_path, QUICK) as line:
        kannel = line.dir / "kannel.conf"
        kannel.write_text(kannel.read_text().replace("smsbox-max-pending = 2000", "smsbox-max-pending = 50"))
        line.start()
        line.signal("box1", signal.SIGSTOP)
        for number in range(many):
            report(line.smsc, number)
        wait_for(lambda: len(line.smsc.find("deliver_resp", status=0)) == many, "the SMSC to be told OK for all")
        assert line.json("stats")["messages"] == 0
        assert len(line.spool()) == many
        line.signal("box1", signal.SIGCONT)
        all_once(line, many)


def oldest_in_spool_s(line):
    files = [path for path in (line.dir / "kannel-store").rglob("*") if path.is_file()]
    return time.time() - min(path.stat().st_mtime for path in files) if files else 0


def test_nobody_works_for_a_minute(tmp_path):
    """No classifier and no responder: SMS wait at bearerbox, which has accepted them, and are neither lost nor doubled."""
    with FaultLine(tmp_path) as line:
        line.start()
        line.aduan("scale", "classifier=0", "responder=0")
        wait_for(lambda: line.lock_pid("classifier.1") is None and line.lock_pid("responder.1") is None, "none to work")
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(lambda: len(line.smsc.find("deliver_resp", status=0)) == SMS, "the SMSC to be told OK for all")
        box = wait_for(lambda: [p for p in line.status()["processes"] if p["name"] == "box1" and "classifier" in p["note"]],
                       "the box to say what it lacks")[0]
        assert box["state"] == "degraded"
        wait_for(lambda: oldest_in_spool_s(line) > 60, "a minute to pass", patience=90)
        assert line.json("stats")["messages"] == 0
        assert len(line.spool()) == SMS
        line.aduan("scale", "classifier=2", "responder=2")
        all_once(line, SMS)
