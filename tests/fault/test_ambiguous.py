# SPDX-License-Identifier: BSD-2-Clause
"""Replies whose fate is not known when a box dies or stands still: none goes out twice while bearerbox lives."""

import os
import signal

from faultline import QUICK, FaultLine, copies, report
from line import wait_for

SMS = 30


def all_answered(line):
    return all(copies(line.smsc, number) for number in range(SMS))


def each_is_answered_once(line):
    wait_for(lambda: all_answered(line), "an answer for everybody")
    line.settled(SMS)
    wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
    assert [copies(line.smsc, number) for number in range(SMS)] == [1] * SMS
    line.proves(SMS)


def replies_at_bearerbox(line):
    """Starts the line, and all replies are handed over by a box that is killed before it reads an MT ack."""
    line.start_with_replies_due(SMS)
    line.aduan("scale", "responder=1")
    wait_for(line.struck.exists, "the box to be killed before it read an MT ack")


def test_box_killed_while_its_replies_wait_at_a_slow_operator(tmp_path):
    """bearerbox has the replies, its MT acks are lost with the box, and the SMSC takes them more slowly than
    replies.ambiguous_s: they must not be handed over again while bearerbox still holds them."""
    with FaultLine(tmp_path, throughput=2, fault="box:mt_ack_received:1") as line:
        replies_at_bearerbox(line)
        each_is_answered_once(line)


def test_box_stopped_past_the_lease_and_continued(tmp_path):
    """A box that stands still with replies it was given: another box sends them; it must not do so too when it goes
    on."""
    with FaultLine(tmp_path, boxes=2, fault="box:submit_received:1:stop") as line:
        line.start()
        # What a box that stands still has not handed out yet waits with it: all are tickets before replies begin.
        line.aduan("scale", "responder=0")
        wait_for(lambda: line.lock_pid("responder.1") is None, "no responder")
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(lambda: line.json("stats")["tickets"] == SMS, "a ticket for everybody")
        line.aduan("scale", "responder=1")
        wait_for(line.struck.exists, "a box to stand still with its replies unwritten")
        stopped = wait_for(lambda: next((b for b in ("box1", "box2") if line.stopped(b)), None), "which box it is")
        wait_for(lambda: all_answered(line), "an answer for everybody through the other box")
        line.signal(stopped, signal.SIGCONT)
        line.aduan("drain", "box1" if stopped == "box2" else "box2")
        report(line.smsc, SMS)  # goes through the box that stood still, behind what it was given
        wait_for(lambda: copies(line.smsc, SMS), "an answer through the box that goes on")
        line.settled(SMS + 1)
        wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
        assert [copies(line.smsc, number) for number in range(SMS + 1)] == [1] * (SMS + 1)
        line.proves(SMS + 1)


def test_responders_die_while_they_ask_a_bearerbox_that_does_not_answer(tmp_path):
    """bearerbox stands still with replies at it; each responder that asks about them dies. Asking is no attempt and no
    answer is no permission: nothing goes out twice, and nothing is given up."""
    with FaultLine(tmp_path, fault="box:mt_ack_received:1", throughput=20) as line:
        replies_at_bearerbox(line)
        line.bearerbox.send_signal(signal.SIGSTOP)
        for _ in range(3):
            pid = wait_for(lambda: line.lock_pid("responder.1"), "a responder")
            wait_for(lambda: "store_status" in line.log() or line.json("stats")["replies_due"], "replies to be asked about")
            line.signal("responder.1", signal.SIGKILL)
            wait_for(lambda before=pid: line.lock_pid("responder.1") not in (None, before), "the next responder")
        wait_for(lambda: "store_status" in line.log(), "a responder to be told nothing")
        line.bearerbox.send_signal(signal.SIGCONT)
        each_is_answered_once(line)


def test_bearerbox_is_silent_once_after_it_had_replies_for_long(tmp_path):
    """It told again and again that it holds them, for longer than its silence is borne, then stands still: patience
    begins with the silence, and nothing goes out twice."""
    config = QUICK.replace("lease_s: 4", "lease_s: 2").replace("ambiguous_s: 6", "ambiguous_s: 2\n  silence_s: 20")
    with FaultLine(tmp_path, config, fault="box:mt_ack_received:1", throughput=1) as line:
        replies_at_bearerbox(line)
        wait_for(lambda: sum(copies(line.smsc, number) for number in range(SMS)) > 24, "so many seconds to have gone by")
        line.bearerbox.send_signal(signal.SIGSTOP)
        wait_for(lambda: any("cannot tell what it holds" in (process["note"] or "")
                             for process in line.status()["processes"]), "status to say what replies wait for")
        line.bearerbox.send_signal(signal.SIGCONT)
        each_is_answered_once(line)


def test_bearerbox_killed_while_it_wrote_replies_into_its_spool(tmp_path):
    """That leaves files without a message. bearerbox can neither read them nor store anything under their names, and
    acks what it could not store: the replies that come again must be in its store nevertheless when it dies again."""
    with FaultLine(tmp_path, throughput=1, fault="box:mt_ack_received:1") as line:
        replies_at_bearerbox(line)
        wait_for(lambda: len(line.spool()) > SMS / 2, "bearerbox to have stored what it was given")
        line.bearerbox.kill()
        line.bearerbox.wait()
        written = line.spool()
        for path in (line.dir / "kannel-store").rglob("*-*"):
            os.truncate(path, 0)  # what a death between the making and the writing of a file leaves
        line.start_bearerbox()
        wait_for(lambda: len(line.spool() & written) > SMS / 2, "the replies to be stored after all")
        line.bearerbox.kill()
        line.bearerbox.wait()
        line.start_bearerbox()
        wait_for(lambda: all_answered(line), "an answer for everybody")
        line.settled(SMS)
        wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
        deaths = 2  # each may find one copy on its way to this operator
        assert sum(copies(line.smsc, number) for number in range(SMS)) <= SMS + deaths
        line.proves(SMS)
