# SPDX-License-Identifier: BSD-2-Clause
"""The main job through a real SMPP peer (Debian's Net::SMPP) and a real bearerbox: each SMS is one ticket with the
exact text and one answer from 1708, and the answer's receipt ends on the ticket."""

import os
import signal

import pytest

from line import Line, gsm7, wait_for

JAVANESE = "ꦢꦭꦤ꧀ꦫꦸꦱꦏ꧀ ing Pekalongan 🕳️🚧 mohon jalan diperbaiki"
SMS = {
    "gsm7": (0, "Lampu jalan mati di gang {5} @ blok [A], biaya €2, mohon dicek", gsm7),
    "ucs2": (8, JAVANESE, lambda text: text.encode("utf-16-be")),
    "latin1": (3, "Jalan rusak di depan café Señor, ½ meter dalamnya", lambda text: text.encode("latin-1")),
    "8bit": (4, "Sampah menumpuk di pasar, bau sekali", lambda text: text.encode()),
}


def one_ticket(line, sender):
    tickets = wait_for(lambda: line.tickets("--sender", sender), f"a ticket of {sender}")
    assert len(tickets) == 1
    return tickets[0]


def gone_out(line, ident):
    """Its replies, once the SMSC took the receipts and the phone what staff wrote: so far each is followed."""
    def asked():
        replies = line.ticket(ident)["replies"]
        done = all(r["state"] == ("delivered" if r["template"] == "staff" else "sent") for r in replies)
        return replies if replies and done else None
    return wait_for(asked, f"the replies of ticket {ident} to have gone out")


def check_segments(parts, sender):
    """One MT: all parts from 1708 to the sender, one reference, every index once."""
    assert {p["from"] for p in parts} == {"1708"} and {p["to"] for p in parts} == {sender}
    if len(parts) > 1:
        headers = [bytes.fromhex(p["udh"]) for p in parts]
        assert len({h[3] for h in headers}) == 1
        assert [h[5] for h in headers] == list(range(1, len(parts) + 1))
        assert {h[4] for h in headers} == {len(parts)}


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("main"), config="replies:\n  unset_coding: yes\n") as made:
        yield made.start()


@pytest.mark.parametrize("number,kind", enumerate(SMS), ids=list(SMS))
def test_each_alphabet(line, number, kind):
    coding, text, encode = SMS[kind]
    sender = f"62812000000{number}"
    line.smsc.deliver(sender, encode(text), coding)
    answer, parts = line.smsc.answer(sender)
    ticket = one_ticket(line, sender)
    assert ticket["text"] == text
    assert str(ticket["id"]) in answer
    check_segments(parts, sender)
    replies = gone_out(line, ticket["id"])
    assert len(replies) == 1
    assert len(line.smsc.find("submit", to=sender)) == len(parts)


def test_five_parts_out_of_order_one_twice_and_a_killed_classifier(line):
    sender = "6281300000005"
    text = ("Pak Wali, selokan di Jalan Kusuma Bangsa tersumbat sampah sejak minggu lalu. " * 9)[:640].strip()
    pieces = [text[i:i + 153] for i in range(0, len(text), 153)]
    assert len(pieces) == 5

    def part(index, ident):
        line.smsc.deliver(sender, gsm7(pieces[index - 1]), 0, udh=bytes([5, 0, 3, 0x4D, 5, index]), ident=ident)

    part(3, "a")
    part(1, "b")
    wait_for(lambda: line.json("stats")["parts_waiting"] == 2, "two parts in the store")
    killed = line.pid("classifier.1")
    os.kill(killed, signal.SIGKILL)
    for index, ident in ((5, "c"), (2, "d"), (2, "e"), (4, "f")):
        part(index, ident)
    answer, parts = line.smsc.answer(sender)
    ticket = one_ticket(line, sender)
    assert ticket["text"] == text and not ticket["incomplete"]
    assert str(ticket["id"]) in answer
    check_segments(parts, sender)
    gone_out(line, ticket["id"])
    assert len(line.smsc.find("submit", to=sender)) == len(parts)
    wait_for(lambda: line.pid("classifier.1") not in (None, killed), "aduand to start the classifier again")


def test_a_long_answer_of_the_staff_is_split_by_udh(line):
    sender = "6281400000006"
    line.smsc.deliver(sender, gsm7("Pohon tumbang menutup jalan di Medono"))
    first, _ = line.smsc.answer(sender)
    ticket = one_ticket(line, sender)
    gone_out(line, ticket["id"])
    before = len(line.smsc.find("submit", to=sender))
    words = "Petugas kami sudah di lokasi dan pohon sedang dipotong. " * 7
    line.aduan("ticket", "reply", ticket["id"], words.strip())
    wait_for(lambda: len(line.smsc.find("submit", to=sender)) >= before + 3, "the staff's answer in three parts")
    replies = gone_out(line, ticket["id"])
    assert len(replies) == 2
    parts = sorted(line.smsc.find("submit", to=sender)[before:], key=lambda e: bytes.fromhex(e["udh"])[5])
    check_segments(parts, sender)
    assert words.strip() in "".join(line.smsc.text(p) for p in parts)
    assert line.ticket(ticket["id"])["state"] == "answered"
    assert first


def test_the_smsc_is_told_seven_bits_whether_bearerbox_was_or_not(line):
    """replies.unset_coding: the first answer is the same in GSM 7-bit and UTF-8, the second is not. And the SMSC is asked
    for a receipt of what staff wrote, for none of ours."""
    sender = "6281400000007"
    line.smsc.deliver(sender, gsm7("Pohon tumbang menutup jalan di Medono"))
    line.smsc.answer(sender)
    ticket = one_ticket(line, sender)
    for number, words in enumerate(("Pohon sudah dipotong.", "Tulis ke kota_uji@contoh.id {biaya €2, $1}"), start=1):
        line.aduan("ticket", "reply", ticket["id"], words)
        wait_for(lambda want=number: len(line.smsc.find("submit", to=sender)) > want, "the answer of the staff")
        assert gsm7(words).hex() in line.smsc.find("submit", to=sender)[-1]["hex"]
    submits = line.smsc.find("submit", to=sender)
    assert [s["coding"] for s in submits] == [0, 0, 0] and [s["registered"] for s in submits] == [0, 1, 1]
    gone_out(line, ticket["id"])


@pytest.mark.parametrize("sender,receiver,data,coding,reason", [
    ("6281500000001", "1708", b"", 0, "empty"),
    ("6281500000002", "1708", bytes(range(1, 32)) * 3, 4, "binary"),
    ("6281500000003", "1708", b"   ", 0, "empty"),
], ids=["empty", "binary", "blank"])
def test_bad_input_opens_no_ticket_and_has_a_reason(line, sender, receiver, data, coding, reason):
    before = line.verify()["figures"]["no_ticket"]
    line.smsc.deliver(sender, data, coding, to=receiver)
    wait_for(lambda: line.verify()["figures"]["no_ticket"] == before + 1, f"an SMS without a ticket ({reason})")
    assert line.tickets("--sender", sender) == []
    received = [e for e in line.events() if e["kind"] == "sms_received"]
    assert received[-1]["detail"] == reason


def test_strange_text_still_becomes_a_ticket(line):
    cases = {
        "6281600000001": (8, "jalan rusak ".encode("utf-16-be") + b"\xd8\x3d" + " parah".encode("utf-16-be")),
        "6281600000002": (4, b"jalan rusak \xff\xfe\x80 parah sekali"),
        "6281600000003": (8, "jalan\0rusak parah".encode("utf-16-be")),
    }
    for sender, (coding, data) in cases.items():
        line.smsc.deliver(sender, data, coding)
    for sender in cases:
        line.smsc.answer(sender)
        assert "jalan" in one_ticket(line, sender)["text"]


def test_the_store_keeps_its_promises(line):
    proof = line.verify()
    assert proof["ok"], proof["breaks"]
