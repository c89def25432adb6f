# SPDX-License-Identifier: BSD-2-Clause
"""The audit, from three sides: what the SMSC was told, what the store holds, what the SMSC received back.

lost              an SMS that Kannel accepted and no ticket has, or a ticket whose answer never reached its SMSC
double_tickets    tickets of one SMS beyond the first, less what the SMSC transmitted again. Each transmission that
                  got no answer, or a temporary error, is followed by another SMS to everybody behind the SMSC, with
                  an id of its own from bearerbox: those are counted as `retransmitted`
duplicate_replies answers of one ticket beyond the first, each with its cause:
                  "bearerbox killed": the reply was still in bearerbox's store when bearerbox was killed, between the
                      first copy and the second: it had gone out and its removal had not happened
                  "bearerbox killed before its report": as above, but the removal had happened; the death took the
                      delivery report, and the MT ack, that would have told us
                  "ours": anything else
"""

import collections
import json
import re
import subprocess
import sys
import pathlib

from traffic import TICKET, TOKEN

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import line as harness  # noqa: E402

# bearerbox handles a submit_sm_resp within this; a death later than this after a submit has not cut it off.
RESPONSE_S = 1.0


class Store:
    """What the store says: tickets by token, reply ids by ticket, the sequence of events."""

    def __init__(self, line):
        self.by_token = collections.defaultdict(list)
        self.reply_of = collections.defaultdict(list)  # ticket → reply ids
        self.accepted_events = collections.Counter()
        self.strange = []  # tickets that no generated SMS explains
        for ticket in line.tickets():
            found = TOKEN.search(ticket["text"])
            if found:
                self.by_token[found.group(1)].append(ticket["id"])
            else:
                self.strange.append(ticket["id"])
        self.event_gaps = self.read_events(line)
        self.proof = line.verify()

    @staticmethod
    def uuid(line, ticket):
        """bearerbox's id of its SMS: another one for each transmission."""
        return line.ticket(ticket)["message"]["uuid"]

    def read_events(self, line):
        count = line.json("stats")["events"]
        gaps, expected = 0, 1
        if not count:
            return 0
        tail = subprocess.Popen([harness.BIN / "aduan", "--config", line.config, "tail", "--from", "1", "--count",
                                 str(count), "--json"], stdout=subprocess.PIPE)
        for raw in tail.stdout:
            event = json.loads(raw)
            gaps += event["sequence"] != expected
            expected = event["sequence"] + 1
            if event["kind"] == "reply_queued" and "ticket" in event:
                self.reply_of[event["ticket"]].append(event["reply"])
        tail.wait()
        return gaps + (expected != count + 1)


def access_log(line):
    """(tokens received over the fake link, tickets answered over it) as bearerbox wrote them down."""
    received, sent = collections.Counter(), collections.Counter()
    path = line.dir / "access.log"
    for raw in path.read_text(errors="replace").splitlines() if path.exists() else []:
        if "[SMSC:fake]" not in raw:
            continue
        body = re.search(r"\[msg:\d+:(.*)\] \[udh", raw)
        if "Receive SMS" in raw and body and (found := TOKEN.search(body.group(1))):
            received[found.group(1)] += 1
        elif "Sent SMS" in raw and body and (found := TICKET.search(body.group(1))):
            sent[int(found.group())] += 1
    return received, sent


def answers(smpp, fake):
    """ticket → [(when a copy of its answer came to an SMSC, when that SMSC's connection with bearerbox began)]."""
    copies = collections.defaultdict(list)
    for at, _, text, udh, bind in smpp.submits:
        if udh and bytes.fromhex(udh)[5] != 1:
            continue  # the part that names the ticket stands for the whole
        if found := TICKET.search(text):
            copies[int(found.group())].append((at, smpp.bound_at[bind]))
    for at, text, began in fake.received():
        if found := TICKET.search(text):
            copies[int(found.group())].append((at, began))
    return copies


def cause_of(first, second, replies, deaths):
    """The copies came over connections of two lives of bearerbox, or else the death has nothing to do with it. The
    SMSC may read the first copy long after the death: it was on its way when bearerbox died."""
    (first_at, first_life), (_, second_life) = first, second
    between = [d for d in deaths if first_life < d["at"] < second_life]
    if any(reply in death["spool"] for death in between for reply in replies):
        return "bearerbox killed"
    if between and between[0]["at"] <= first_at + RESPONSE_S:
        return "bearerbox killed before its report"
    return "ours"


def longest_stall_ms(smpp):
    """The longest time in which an accepted SMS waited and no answer at all came."""
    steps = sorted([(at, 1) for at in smpp.accepted.values()] + [(at, 0) for at, _, _, _, _ in smpp.submits])
    waiting, since, longest = 0, None, 0.0
    for at, accepted in steps:
        if accepted:
            if waiting == 0:
                since = at
            waiting += 1
        else:
            if waiting > 0:
                longest = max(longest, at - since)
            waiting, since = max(0, waiting - 1), at
    return round(longest * 1000)


def audit(line, campaign):
    smpp, fake, deaths = campaign.smpp, campaign.fake, campaign.bearerbox_deaths
    store = Store(line)
    fake_received, fake_sent = access_log(line)
    copies = answers(smpp, fake)

    lost, double, retransmitted = [], [], 0
    for number in range(smpp.told):
        tickets = store.by_token.get(f"s{number}", [])
        if number in smpp.accepted and not tickets:
            lost.append(f"s{number}: no ticket")
        extra = max(0, len(tickets) - 1)
        explained = extra and min(extra, smpp.transmissions[number], len({store.uuid(line, t) for t in tickets}) - 1)
        retransmitted += explained
        if extra > explained:
            double.append(f"s{number}: tickets {tickets}")
    for token in fake_received:
        if token not in store.by_token:
            lost.append(f"{token}: no ticket")
    for token, tickets in store.by_token.items():
        if token.startswith("f") and len(tickets) > 1:
            double.append(f"{token}: tickets {tickets}")

    duplicates, all_tickets = [], [t for found in store.by_token.values() for t in found]
    for ticket in all_tickets:
        times = sorted(copies.get(ticket, []))
        if not times and not fake_sent[ticket]:
            lost.append(f"ticket {ticket}: no answer")
        for first, second in zip(times, times[1:]):
            cause = cause_of(first, second, store.reply_of[ticket], deaths)
            duplicates.append({"ticket": ticket, "after_ms": round((second[0] - first[0]) * 1000), "cause": cause,
                               "copies": [first, second]})
    known = set(all_tickets)
    unknown = [t for t in copies if t not in known]

    result = {
        "sent": smpp.told + fake.sent,
        "accepted_by_kannel": len(smpp.accepted) + len(fake_received),
        "tickets": store.proof["figures"]["tickets"],
        "replies": sum(len(times) for times in copies.values()),
        "lost": len(lost),
        "double_tickets": len(double),
        "retransmitted": retransmitted,
        "duplicate_replies": collections.Counter(d["cause"] for d in duplicates),
        "event_gaps": store.event_gaps,
        "breaks": store.proof["breaks"][:10],
        "quarantined": store.proof["figures"]["quarantined"],
        "no_ticket": store.proof["figures"]["no_ticket"],
        "replies_open": store.proof["figures"]["replies_open"],
        "replies_failed": store.proof["figures"]["replies_failed"],
        "longest_stall_ms": longest_stall_ms(smpp),
        "refused_by_bearerbox": smpp.refused,
        "details": {"lost": lost[:20], "double": double[:20], "unknown_answers": unknown[:20],
                    "strange_tickets": store.strange[:20], "deaths_of_bearerbox": [death["at"] for death in deaths],
                    "duplicates": sorted(duplicates, key=lambda d: d["cause"] != "ours")[:200]},
    }
    result["ok"] = (not lost and not double and not store.event_gaps and store.proof["ok"] and not unknown
                    and not store.strange and not result["quarantined"] and not result["no_ticket"]
                    and all(d["cause"] != "ours" for d in duplicates)
                    and len(smpp.accepted) == smpp.told)
    return result
