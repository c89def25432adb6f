# SPDX-License-Identifier: BSD-2-Clause
"""SMS that come again: from bearerbox under the same id, from the SMSC under a new one, in parts that are lost,
reordered, doubled and late."""

import signal

from faultline import QUICK, FaultLine, copies, report, sender
from line import gsm7, wait_for

SMS = 20
PARTS = QUICK + "parts:\n  wait_s: 3\n  keep_s: 600\n"


def test_redelivered_with_the_same_id_while_the_first_is_still_worked_on(tmp_path):
    """The box dies with SMS at its classifier, which commits them all the same; the next box brings them again."""
    with FaultLine(tmp_path, fault="classifier:before_commit:1:stop") as line:
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(line.struck.exists, "the classifier to stand still before its commit")
        line.signal("box1", signal.SIGKILL)
        wait_for(lambda: all(link["up"] for link in (line.status() or {"links": [{"up": False}]})["links"]),
                 "the next box to be connected")
        line.signal("classifier.1", signal.SIGCONT)
        line.settled(SMS)
        wait_for(lambda: all(copies(line.smsc, n) for n in range(SMS)), "an answer for everybody")
        wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
        assert [copies(line.smsc, n) for n in range(SMS)] == [1] * SMS
        assert line.proves(SMS)["messages"] == SMS


def test_retransmitted_by_the_smsc_is_another_sms(tmp_path):
    """The bind breaks before the responses are read: the SMSC sends again what bearerbox has in its store already.
    bearerbox gives it a new id, so it is a new SMS to us; each is answered once, none is lost."""
    with FaultLine(tmp_path) as line:
        line.start()
        line.smsc.tell(cmd="cut", after=SMS)
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(lambda: len({e["id"] for e in line.smsc.find("deliver_resp", status=0)}) == SMS, "all to be accepted")
        again = len(line.smsc.find("unanswered"))
        assert again > 0
        wait_for(lambda: line.verify()["figures"]["messages"] == SMS + again, "both transmissions to be stored")
        wait_for(lambda: line.json("stats")["replies_due"] == 0, "no reply to be due")
        wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
        proof = line.verify()
        assert proof["ok"], proof["breaks"]
        # Replies under way when the bind breaks have lost their responses too: bearerbox submits those again.
        answers = sum(copies(line.smsc, n) for n in range(SMS))
        assert proof["figures"]["replies"] == SMS + again <= answers
        assert all(copies(line.smsc, n) for n in range(SMS))


class Parts:
    def __init__(self, line, number, count, reference):
        self.line, self.sender, self.count, self.reference = line, sender(number), count, reference
        words = ("Selokan di Jalan Kusuma Bangsa tersumbat sampah dan meluap ke jalan. " * 9)[:153 * count]
        self.pieces = [words[i * 153:(i + 1) * 153] for i in range(count)]

    def send(self, *indexes):
        for index in indexes:
            udh = bytes([5, 0, 3, self.reference, self.count, index])
            before = len(self.line.smsc.find("deliver_resp", status=0))
            self.line.smsc.deliver(self.sender, gsm7(self.pieces[index - 1]), udh=udh, ident=f"{self.reference}.{index}")
            wait_for(lambda seen=before: len(self.line.smsc.find("deliver_resp", status=0)) > seen, "the part's response")

    def tickets(self):
        return self.line.tickets("--sender", self.sender)


def test_parts_reordered_doubled_and_a_classifier_killed_between(tmp_path):
    with FaultLine(tmp_path, PARTS.replace("wait_s: 3", "wait_s: 60")) as line:
        line.start()
        parts = Parts(line, 1, 4, 7)
        parts.send(4, 2, 2)
        wait_for(lambda: line.json("stats")["parts_waiting"] == 2, "two parts to be stored")
        line.signal("classifier.1", signal.SIGKILL)
        parts.send(1, 4, 3, 1)
        tickets = wait_for(parts.tickets, "the ticket")
        wait_for(lambda: line.json("stats")["messages"] == 8, "every SMS and the whole to be stored")  # 7 + the whole
        assert [t["text"] for t in tickets] == ["".join(parts.pieces).strip()]
        assert len(parts.tickets()) == 1 and not tickets[0]["incomplete"]
        line.proves(1)


def test_parts_lost_and_late(tmp_path):
    """What there is becomes a ticket after parts.wait_s, marked; a part that comes later opens no second one."""
    with FaultLine(tmp_path, PARTS) as line:
        line.start()
        parts = Parts(line, 2, 3, 9)
        parts.send(1, 3)
        tickets = wait_for(parts.tickets, "the ticket of what there is")
        assert tickets[0]["incomplete"]
        assert parts.pieces[0].strip() in tickets[0]["text"] and parts.pieces[2].strip() in tickets[0]["text"]
        wait_for(lambda: line.smsc.find("submit", to=parts.sender), "its answer")
        before = line.json("stats")["messages"]
        parts.send(2)
        wait_for(lambda: line.json("stats")["messages"] > before, "the late part to be stored")
        line.settled(len(parts.tickets()))
        assert len(parts.tickets()) == 1
        line.proves(1)
