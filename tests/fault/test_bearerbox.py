# SPDX-License-Identifier: BSD-2-Clause
"""bearerbox ended, killed, suspended, isolated and brought back under traffic."""

import signal
import threading

from faultline import FaultLine, report, sender
from line import wait_for

SMS = 60


class Trickle:
    """SMS one after the other, each when the one before has its response or its bind is gone."""

    def __init__(self, line):
        self.line, self.sent = line, 0
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while self.sent < SMS:
            report(self.line.smsc, self.sent)
            self.sent += 1
            if self.sent % 5 == 0:
                wait_for(lambda: len(self.line.smsc.find("deliver_resp", status=0)) >= self.sent, "bearerbox to accept")

    def __enter__(self):
        self.thread.start()
        wait_for(lambda: self.sent >= SMS // 4, "a quarter of the SMS to be sent")
        return self

    def __exit__(self, *error):
        self.thread.join()


def counted(line, doubles_allowed):
    """Every citizen has a ticket and an answer; more of either only where bearerbox was killed."""
    wait_for(lambda: all(line.smsc.find("submit", to=sender(n)) for n in range(SMS)), "an answer for everybody")
    wait_for(lambda: line.json("stats")["replies_due"] == 0, "no reply to be due")
    wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
    proof = line.verify()
    assert proof["ok"], proof["breaks"]
    unanswered = len(line.smsc.find("unanswered"))
    assert SMS <= proof["figures"]["tickets"] <= SMS + unanswered
    answers = [len(line.smsc.find("submit", to=sender(n))) for n in range(SMS)]
    if not doubles_allowed:
        assert proof["figures"]["tickets"] == SMS
        assert answers == [1] * SMS


def test_killed_and_restarted(tmp_path):
    with FaultLine(tmp_path) as line:
        line.start()
        with Trickle(line):
            line.bearerbox.kill()
            line.bearerbox.wait()
            line.start_bearerbox()
        counted(line, doubles_allowed=True)


def test_ended_and_restarted(tmp_path):
    """SIGTERM: it says goodbye to its boxes and its SMSC, and what it has not sent is in its store."""
    with FaultLine(tmp_path) as line:
        line.start()
        with Trickle(line):
            line.stop_bearerbox(signal.SIGTERM)
            line.start_bearerbox()
        counted(line, doubles_allowed=True)


def test_suspended_and_resumed(tmp_path):
    """It reads nothing from its boxes, our acknowledgements included."""
    with FaultLine(tmp_path) as line:
        line.start()
        with Trickle(line):
            line.kannel_admin("suspend")
            wait_for(lambda: not all(link["up"] and not link["note"] for link in line.status()["links"])
                     or line.smsc.find("deliver_resp", status=100), "the suspension to be felt")
            line.kannel_admin("resume")
        counted(line, doubles_allowed=False)


def test_isolated_and_resumed(tmp_path):
    """It takes nothing from the SMSC; replies go out."""
    with FaultLine(tmp_path) as line:
        line.start()
        with Trickle(line):
            line.kannel_admin("isolate")
            wait_for(lambda: line.smsc.find("deliver_resp", status=100), "the SMSC to be told 'not now'")
            line.kannel_admin("resume")
        counted(line, doubles_allowed=False)


def test_without_an_smsc_for_a_while(tmp_path):
    """It refuses every MT as long as it has no SMSC: so does each bearerbox between the opening of its port and its first
    SMSC. What it refused then goes out later, once."""
    with FaultLine(tmp_path) as line:
        line.start_with_replies_due(SMS)
        for smsc in ("smpp", "fake"):
            line.kannel_admin("remove-smsc", smsc=smsc)
        line.aduan("scale", "responder=1")
        refusal = "No SMSCes to receive message"
        wait_for(lambda: (line.dir / "bearerbox.log").read_text(errors="replace").count(refusal) >= SMS,
                 "bearerbox to refuse every reply")
        for smsc in ("smpp", "fake"):
            line.kannel_admin("add-smsc", smsc=smsc)
        counted(line, doubles_allowed=False)


def test_stopped_and_continued(tmp_path):
    with FaultLine(tmp_path) as line:
        line.start()
        with Trickle(line):
            line.bearerbox.send_signal(signal.SIGSTOP)
            line.smsc.tell(cmd="receipts", stat="DELIVRD")
            wait_for(lambda: line.status() is not None, "the line to answer all the same")
            line.bearerbox.send_signal(signal.SIGCONT)
        counted(line, doubles_allowed=False)
