# SPDX-License-Identifier: BSD-2-Clause
"""An SMS that kills whoever reads it: three classifiers die of it, then it is parked unread and the line goes on; when
the cause is mended a person takes it out again."""

import json
import signal

from faultline import QUICK, FaultLine, copies, report, sender
from line import wait_for

SMS = 30
POISON = 7
TEXT = "Jalan berlubang RACUN di depan pasar"


def test_poison_is_parked_the_line_goes_on_and_it_comes_out_again(tmp_path):
    with FaultLine(tmp_path, QUICK, classifiers=2, fault="classifier:poison:1", fault_text="RACUN") as line:
        line.start()
        for number in range(SMS):
            report(line.smsc, number, TEXT if number == POISON else "Jalan berlubang di depan pasar")
        others = [n for n in range(SMS) if n != POISON]
        parked = wait_for(lambda: line.json("quarantine", "list")["quarantine"], "the poison to be parked")
        wait_for(lambda: all(copies(line.smsc, n) for n in others), "an answer for everybody else")
        wait_for(line.kannel_idle, "bearerbox to hold nothing any more: the poison is acked, too")
        assert len(parked) == 1 and parked[0]["deaths"] == 3
        assert bytes.fromhex(parked[0]["body_hex"]).decode() == TEXT
        assert copies(line.smsc, POISON) == 0
        assert line.log().count("signal 9 (Killed)") == 3
        proof = line.verify()
        assert proof["ok"] and proof["figures"]["quarantined"] == 1 and proof["figures"]["tickets"] == SMS - 1
        assert "quarantine" in line.aduan("status").stdout

        key = parked[0]["key"]
        shown = line.json("quarantine", "show", key)
        assert shown["reason"] == "quarantined" and bytes.fromhex(shown["body_hex"]).decode() == TEXT
        assert line.aduan("quarantine", "show", "00" * 20, check=False).returncode == 6
        assert line.aduan("quarantine", "retry", "zz", check=False).returncode == 2

        retried = json.loads(line.aduan("--as", "siti", "quarantine", "retry", key, "--json").stdout)
        assert retried["fate"] == "ticket" and retried["text"] == TEXT
        assert line.aduan("quarantine", "retry", key, check=False).returncode == 6
        wait_for(lambda: copies(line.smsc, POISON), "its answer")
        assert [t["text"] for t in line.tickets("--sender", sender(POISON))] == [TEXT]
        line.settled(SMS)
        wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
        assert [copies(line.smsc, n) for n in range(SMS)] == [1] * SMS
        line.proves(SMS)


def test_classifiers_killed_from_outside_are_no_poison(tmp_path):
    """Two deaths under one batch make suspects, which go alone; none is parked when nobody dies of it."""
    with FaultLine(tmp_path, QUICK, fault="classifier:before_commit:1:stop") as line:
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(line.struck.exists, "the classifier to stand still with a batch")
        for _ in range(2):
            pid = line.signal("classifier.1", signal.SIGKILL)
            wait_for(lambda before=pid: line.lock_pid("classifier.1") not in (None, before), "the next classifier")
        wait_for(lambda: all(copies(line.smsc, n) for n in range(SMS)), "an answer for everybody")
        line.settled(SMS)
        line.proves(SMS)
