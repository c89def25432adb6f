# SPDX-License-Identifier: BSD-2-Clause
"""Citizens who send the same again, and peaks that are answered first: with classifiers side by side, killed at each of
their points, and with what the SMSC itself sends twice. One ticket and one answer for each report, one class for each
ticket."""

import pytest
from faultline import QUICK, FaultLine, copies, report, sender
from line import wait_for

SMS = 24
TIMES = 3
RESENDS = {"resend_window_s": 86400}
PEAK = {"resend_window_s": 86400, "peak_age_s": 2}
AHEAD_S = 3600  # the line's clock before bearerbox's: every SMS has waited an hour
CLOTHES = ["Jalan berlubang di depan pasar", "JALAN BERLUBANG di depan pasar!!!", "jalan  berlubaaang, di depan pasar"]


def all_answered_once(line, reports, messages):
    wait_for(lambda: line.verify()["figures"]["messages"] == messages, f"{messages} SMS to be stored")
    wait_for(lambda: all(copies(line.smsc, n) for n in range(reports)), "an answer for everybody")
    wait_for(lambda: line.json("stats")["unclassified"] == 0, "everything to be classified")
    line.settled(reports)
    wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
    assert [copies(line.smsc, n) for n in range(reports)] == [1] * reports
    figures = line.proves(reports)
    assert figures["resent"] == messages - reports
    return figures


def kinds(line):
    """How many events of each kind each ticket has."""
    found = {}
    for event in line.events():
        if "ticket" in event:
            key = event["ticket"], event["kind"]
            found[key] = found.get(key, 0) + 1
    return found


@pytest.mark.parametrize("point", ["classifier:before_commit:1", "store:ingest_uncommitted:1", "classifier:after_commit:1"])
def test_resends_over_the_death_of_a_classifier(tmp_path, point):
    with FaultLine(tmp_path, classifiers=2, fault=point, desk=RESENDS) as line:
        line.start()
        for text in CLOTHES:
            for number in range(SMS):
                report(line.smsc, number, text)
        wait_for(line.struck.exists, f"a classifier to be killed at {point}")
        all_answered_once(line, SMS, SMS * TIMES)
        tickets = {t["id"] for t in line.tickets()}
        counted = kinds(line)
        for ticket in tickets:
            assert counted[ticket, "ticket_opened"] == counted[ticket, "ticket_classified"] == 1
            assert counted[ticket, "ticket_joined"] == TIMES - 1
            shown = line.ticket(ticket)
            assert shown["messages"] == TIMES and len(shown["resent"]) == TIMES - 1


def test_what_the_smsc_sends_twice_joins_too(tmp_path):
    """The bind breaks before the responses are read: the second transmission has an id of its own, and the same text."""
    with FaultLine(tmp_path, desk=RESENDS) as line:
        line.start()
        line.smsc.tell(cmd="cut", after=SMS)
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(lambda: len({e["id"] for e in line.smsc.find("deliver_resp", status=0)}) == SMS, "all to be accepted")
        again = len(line.smsc.find("unanswered"))
        assert again > 0
        wait_for(lambda: line.verify()["figures"]["messages"] == SMS + again, "both transmissions to be stored")
        line.settled(SMS)
        figures = line.proves(SMS)
        assert figures["resent"] == again and figures["replies"] == SMS


def test_a_reminder_names_the_ticket(tmp_path):
    """After replies.reminder_s, once; what comes sooner brings nothing."""
    with FaultLine(tmp_path, QUICK.replace("replies:\n", "replies:\n  reminder_s: 3\n"), desk=RESENDS) as line:
        line.start()
        report(line.smsc, 1)
        ticket = wait_for(line.tickets, "the ticket")[0]["id"]
        wait_for(lambda: copies(line.smsc, 1) == 1, "its answer")

        def impatient():
            report(line.smsc, 1, CLOTHES[1])
            return copies(line.smsc, 1) > 1
        wait_for(impatient, "a reminder", pause=0.5)
        shown = wait_for(lambda: (t := line.ticket(ticket)) and len(t["replies"]) > 1 and t, "it to be on the ticket")
        assert shown["replies"][1]["template"] == "reminder" and str(ticket) in shown["replies"][1]["text"]
        assert shown["messages"] > 2
        reasons = [again["no_reply_reason"] for again in shown["resent"]]
        assert reasons[0] == "answered_already" and reasons.count(None) == len(shown["replies"]) - 1
        card = line.aduan("ticket", "show", ticket).stdout
        assert "said it again" in card and "the same SMS again" in card
        line.settled(1)
        proof = line.verify()
        assert proof["ok"], proof["breaks"]


@pytest.mark.parametrize("point", ["classifier:after_commit:1", "classifier:catch_up:3", "store:classified_uncommitted:1",
                                   "classifier:caught_up:1"])
def test_a_peak_is_answered_first_and_classified_once(tmp_path, point):
    with FaultLine(tmp_path, classifiers=2, fault=point, desk=PEAK, incidents=True) as line:
        line.order(clock_ahead_s=AHEAD_S)
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(line.struck.exists, f"a classifier to be killed at {point}")
        all_answered_once(line, SMS, SMS)
        counted = kinds(line)
        for ticket in line.tickets():
            assert ticket["category"] == "jalan"
            assert counted[ticket["id"], "ticket_opened"] == counted[ticket["id"], "ticket_classified"] == 1
            replies = line.ticket(ticket["id"])["replies"]
            assert [r["template"] for r in replies] == ["received_unread"] and str(ticket["id"]) in replies[0]["text"]


def test_in_a_peak_nobody_waits_for_what_kills_its_reader(tmp_path):
    """It is answered like the others, ends three classifiers when it is read, and is given up."""
    poison = 7
    with FaultLine(tmp_path, QUICK, classifiers=2, desk=PEAK, fault="classifier:class:1", fault_text="RACUN") as line:
        line.order(clock_ahead_s=AHEAD_S)
        line.start()
        for number in range(SMS):
            report(line.smsc, number, "Jalan berlubang RACUN di pasar" if number == poison else CLOTHES[0])
        wait_for(lambda: all(copies(line.smsc, n) for n in range(SMS)), "an answer for everybody")
        wait_for(lambda: line.json("stats")["unclassified"] == 0, "all others to be classified, and it to be given up",
                 patience=120)
        line.settled(SMS)
        line.proves(SMS)
        by_sender = {n: line.tickets("--sender", sender(n))[0] for n in range(SMS)}
        assert by_sender.pop(poison)["category"] == ""
        assert {t["category"] for t in by_sender.values()} == {"jalan"}
        assert "classifier.given_up" in line.log()


def test_status_tells_of_a_peak(tmp_path):
    """The classifier stands still while it reads what it received: status says how many wait, and how long."""
    with FaultLine(tmp_path, desk=PEAK, fault="classifier:catch_up:1:stop") as line:
        line.order(clock_ahead_s=AHEAD_S)
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
        wait_for(line.struck.exists, "the classifier to stand still")
        store = wait_for(lambda: (s := line.status()["store"]) and s["unclassified"] and s, "status to tell")
        assert 0 < store["unclassified"] <= SMS
        assert "to be classified" in line.aduan("status").stdout
        shown = line.ticket(line.tickets()[-1]["id"])
        assert shown["unclassified"] and shown["category"] == ""
        proof = line.verify()
        assert proof["ok"] and proof["figures"]["tickets_unclassified"] > 0
