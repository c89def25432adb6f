# SPDX-License-Identifier: BSD-2-Clause
"""Citizens report one problem in their own words, over real bearerbox: one incident, and one answer that reaches each of
them once. Another street is another incident; people split and join; a new key and a purge leave it sound."""

import json
import re

import jsonschema
import pytest

from line import ROOT, Line, Phone

USAGE, NOT_FOUND, NOT_ALLOWED = 2, 6, 7
HOLE = ["jalan berlubang di jl. Hayam Wuruk depan pasar", "lubang besar depan pasar hayam wuruk, mohon diperbaiki",
        "Jln hayam wuruk berlubang parah dpn pasar pak, kemarin ada motor jatuh",
        "Yth pemkot, jl. Hayam Wuruk rusak, lubang dalam dan berbahaya kalau malam, mohon segera diperbaiki",
        "ANONIM lubang di jalan Hayam Wuruk makin besar, tolong ditambal"]
ELSEWHERE = ["jalan berlubang di jl. Gajah Mada depan kantor pos", "lubang besar jl gajah mada mohon diperbaiki"]
SECRET = "RAHASIA lubang di jl. Hayam Wuruk depan pasar karena proyek dikorupsi"
ANSWER = "Lubang sudah ditambal tadi pagi."


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("line"), "retention:\n  days: 1\n", incidents=True) as made:
        made.start()
        made.phone, made.numbers = Phone(made), {}
        yield made


def valid(line, schema, *args, code=0):
    done = line.aduan(*args, "--json", check=False)
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads((ROOT / f"proto/schema/{schema}.json").read_text()))
    return document


def report(line, person, text):
    """The number of the ticket that a citizen's SMS opens."""
    line.phone.send(text, number=f"62819{person:08d}")
    receiver, answer = line.phone.answer()
    assert receiver == f"62819{person:08d}"
    ticket = int(re.search(r"nomor (\d+)", answer).group(1))
    line.numbers[ticket] = receiver
    return ticket


def sound(line):
    proof = valid(line, "verify", "verify")
    assert proof["ok"], proof
    return proof


def test_reports_of_one_problem_join_one_incident(line):
    line.holes = [report(line, person, text) for person, text in enumerate(HOLE)]
    line.elsewhere = [report(line, 10 + person, text) for person, text in enumerate(ELSEWHERE)]
    shown = [valid(line, "ticket", "ticket", "show", ticket) for ticket in line.holes + line.elsewhere]
    assert {ticket["category"] for ticket in shown} == {"jalan"}
    assert [ticket["incident"] for ticket in shown] == [1] * len(HOLE) + [2] * len(ELSEWHERE)
    assert {ticket["state"] for ticket in shown} == {"received"}
    assert "incident  1; its other tickets" in line.aduan("ticket", "show", line.holes[0]).stdout
    listed = valid(line, "incidents", "incidents", "--sort", "count")["incidents"]
    assert [(each["id"], each["count"], each["open"]) for each in listed] == [(1, 5, 5), (2, 2, 2)]
    assert listed[0]["category"] == "jalan" and listed[0]["text"] == HOLE[0] and listed[0]["first"] == line.holes[0]
    assert [each["id"] for each in valid(line, "tickets", "tickets", "--incident", 2)["tickets"]] == line.elsewhere[::-1]
    told = [(event["kind"], event["ticket"], event["incident"], event["tickets"])
            for event in line.events() if "incident" in event]
    assert told[:3] == [("incident_joined", line.holes[0], 1, 1), ("incident_joined", line.holes[1], 1, 2),
                        ("incident_joined", line.holes[2], 1, 3)]
    tail = line.aduan("tail", "--from", 1, "--kind", "incident_joined", "--count", 1).stdout
    assert "incident 1, 1 tickets" in tail
    assert sound(line)["figures"]["incident_tickets"] == 7


def test_who_asks_for_silence_and_who_says_little_joins_nothing(line):
    alone = [report(line, 20, SECRET), report(line, 21, "jalan rusak"), report(line, 22, "jalan rusak")]
    assert [line.ticket(ticket)["incident"] for ticket in alone] == [None] * 3


def test_nothing_of_it_rests_in_clear(line):
    at_rest = b"".join(path.read_bytes() for path in (line.dir / "store").iterdir() if path.is_file())
    assert b"incident_near" in at_rest
    for word in (b"wuruk", b"Wuruk", b"lubang", b"gajah"):
        assert word not in at_rest


def test_lists_are_filtered_sorted_and_paged(line):
    def ids(*args):
        page = valid(line, "incidents", "incidents", *args)
        return [each["id"] for each in page["incidents"]], page["skip"]

    assert ids() == ([2, 1], None)
    assert ids("--sort", "count", "--limit", 1) == ([1], 1)
    assert ids("--sort", "count", "--limit", 1, "--skip", 1) == ([2], None)
    assert ids("--category", "jalan", "--open") == ([2, 1], None)
    assert ids("--category", "sampah") == ([], None)
    agency = line.ticket(line.holes[0])["agency"]
    assert ids("--agency", agency)[0] == [2, 1] and ids("--agency", "nobody")[0] == []
    card = line.aduan("incident", "show", 1).stdout
    assert "incident 1" in card and "5 tickets, 5 open" in card and str(line.holes[4]) in card
    assert re.search(r"^ +1 +5 +5 +jalan", line.aduan("incidents").stdout, re.MULTILINE)
    for args, code in ((["incidents", "--sort", "size"], USAGE), (["incident", "show", "x"], USAGE),
                       (["incident", "show", 99], NOT_FOUND), (["incident", "reply", 99, "Ya"], NOT_FOUND),
                       (["incident", "reply", 1, " "], USAGE), (["incident", "split", 2, line.holes[0]], NOT_ALLOWED),
                       (["incident", "join", 99, line.holes[0]], NOT_FOUND),
                       (["incident", "join", 1, "1000014"], USAGE)):
        done = line.aduan(*args, check=False)
        assert done.returncode == code and done.stderr, args


def test_people_split_and_join(line):
    off = line.elsewhere[1]
    left = valid(line, "incident", "incident", "split", 2, off)
    assert left["count"] == 1 and [each["id"] for each in left["tickets"]] == line.elsewhere[:1]
    assert line.ticket(off)["incident"] is None
    again = report(line, 30, ELSEWHERE[1])  # finds the one that stayed, not the one that was split off
    assert line.ticket(again)["incident"] == 2 and line.ticket(off)["incident"] is None
    made = valid(line, "incident", "incident", "join", "new", off, again)
    assert (made["id"], made["count"]) == (3, 2)
    gone = valid(line, "incident", "incident", "split", 2, line.elsewhere[0])
    assert gone["count"] == 0 and gone["tickets"] == []
    assert valid(line, "incident", "incident", "join", 3, line.elsewhere[0])["count"] == 3
    kinds = [event["kind"] for event in line.events() if event.get("incident") == 2]
    assert kinds.count("incident_joined") == kinds.count("incident_left") == 3
    assert sound(line)["figures"]["incidents"] == 2


def test_one_answer_reaches_each_once(line):
    again = report(line, 0, "lubang jl hayam wuruk depan pasar belum juga ditambal")  # who reported it first
    assert line.ticket(again)["incident"] == 1
    told = valid(line, "incident_reply", "incident", "reply", 1, ANSWER)
    assert (told["answered"], told["sms"], told["same_person"]) == (6, 5, 1)
    answers = dict(line.phone.answer() for _ in range(5))
    assert sorted(answers) == sorted(line.numbers[ticket] for ticket in line.holes)
    for ticket in line.holes:
        assert ANSWER in answers[line.numbers[ticket]] and str(ticket) in answers[line.numbers[ticket]]
        assert not [other for other in line.numbers if other != ticket and str(other) in answers[line.numbers[ticket]]]
    assert {line.ticket(ticket)["state"] for ticket in [*line.holes, again]} == {"answered"}
    late = report(line, 40, "jalan hayam wuruk berlubang lagi, lubang dalam")
    told = line.aduan("incident", "reply", 1, ANSWER, "--unanswered", "--close").stdout
    assert "1 tickets answered, 1 SMS" in told
    receiver, answer = line.phone.answer()
    assert receiver == line.numbers[late] and str(late) in answer
    assert line.ticket(late)["state"] == "closed"
    assert line.phone.silent()
    incident = valid(line, "incident", "incident", "show", 1)
    assert (incident["count"], incident["open"], incident["answers"]) == (7, 6, 2)
    sound(line)


def test_a_new_key_a_purge_and_a_copy_leave_it_sound(line):
    line.aduan("keygen", "--add")
    line.aduan("rekey")
    more = report(line, 50, "lubang di jl. Hayam Wuruk depan pasar tambah dalam")
    assert line.ticket(more)["incident"] == 1  # what was kept before the new key is found still
    line.aduan("purge")
    sound(line)
    copy = line.dir / "copy"
    line.aduan("backup", copy)
    elsewhere = line.dir / "elsewhere.yaml"
    elsewhere.write_text(re.sub(r"(?m)^store:\n  dir: .*$", f"store:\n  dir: {copy}", line.config.read_text()))
    done = line.aduan("--config", elsewhere, "incident", "show", 1, "--json")
    assert json.loads(done.stdout)["count"] == 8
    assert json.loads(line.aduan("--config", elsewhere, "verify", "--json").stdout)["ok"]
