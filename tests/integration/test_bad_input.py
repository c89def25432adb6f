# SPDX-License-Identifier: BSD-2-Clause
"""Every kind of SMS that a telco, a machine or a stranger can send: stored raw, byte for byte, with its fate and a
stated reason, and the line goes on. The fake link carries what no SMSC would let through."""

import json
import threading

import jsonschema
import pytest

from line import ROOT, Line, Phone, gsm7, wait_for

GOOD = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"
MESSAGE = json.loads((ROOT / "proto/schema/message.json").read_text())


class Town:
    """A line with two shortcodes of which the desk knows one, and a phone that can be anybody."""

    def __init__(self, directory):
        self.line = Line(directory, shortcodes="1708;1709", config="replies:\n  rate: 3\n").start()
        self.phone = Phone(self.line)
        self.answers, self.changed = [], threading.Condition()
        self.people = 0
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self):
        while True:
            receiver, text = self.phone.answer(patience=1e6)
            with self.changed:
                self.answers.append((receiver, text))
                self.changed.notify_all()

    def citizen(self):
        self.people += 1
        return f"62817{self.people:08d}"

    def answer(self, number, count=1):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.answers_to(number)) >= count, 60), f"no answer to {number}"
        return self.answers_to(number)[count - 1]

    def answers_to(self, number):
        return [text for receiver, text in self.answers if receiver == number]

    def stored(self, send, count=1, every=1):
        """What the store holds of the `count` SMS that send() sends (of each `every`th), in the order of their commits."""
        before = self.line.json("stats")["events"]
        send()

        def received():
            found = [e for e in self.line.events()[before:] if e["kind"] == "sms_received"]
            return found if len(found) >= count else None
        events = wait_for(received, f"{count} SMS in the event log")
        assert len(events) == count
        return [self.message(e) for e in events[::every]]

    def message(self, event):
        message = self.line.json("message", "show", event["message"])
        jsonschema.validate(message, MESSAGE)
        assert event.get("detail") == message["reason"]
        assert "62817" not in json.dumps({k: v for k, v in message.items() if k not in ("body_hex", "text")})
        return message

    def one(self, kind, payload, sender=None, to="1708"):
        found, = self.stored(lambda: self.phone.send_raw(kind, payload, to=to, number=sender))
        return found

    def goes_on(self):
        """A good SMS, sent after whatever came before, is answered."""
        number = self.citizen()
        self.phone.send(GOOD, number=number)
        assert self.answer(number)
        assert len(self.line.tickets("--sender", number)) == 1


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    made = Town(tmp_path_factory.mktemp("town"))
    with made.line:
        yield made


@pytest.fixture(autouse=True)
def goes_on(town):
    yield
    town.goes_on()


BAD = {
    "empty": ("text", b"", "empty"),
    "blank": ("text", b" \t ", "empty"),
    "nul_only": ("text", bytes(4), "empty"),
    "binary": ("data", bytes(range(1, 32)) * 4, "binary"),
    "binary_255": ("data", bytes(range(256)), "binary"),
    "auto_responder": ("text", b"Terima kasih. Pesan ini dikirim otomatis, mohon tidak membalas.", "auto_reply"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_says_nothing_opens_no_ticket(town, name):
    kind, body, reason = BAD[name]
    number, before = town.citizen(), town.line.verify()["figures"]["no_ticket"]
    found = town.one(kind, Phone.url(body) if kind == "data" else body, number)
    assert bytes.fromhex(found["body_hex"]) == body
    assert (found["fate"], found["reason"], found["ticket"]) == ("no_ticket", reason, None)
    assert town.line.verify()["figures"]["no_ticket"] == before + 1
    assert town.line.tickets("--sender", number) == []


STRANGE = {
    "invalid_utf8": ("text", b"jalan berlubang \xff\xfe\xc3( parah sekali", True),
    "overlong_utf8": ("text", b"jalan berlubang \xc0\xaf\xe0\x80\xaf parah", True),
    "surrogate_in_utf8": ("text", b"jalan berlubang \xed\xa0\x80 parah", True),
    "lone_surrogates": ("ucs2", b"\xdc\x00" + "jalan berlubang".encode("utf-16-be") + b"\xd8\x3d", True),
    "odd_ucs2": ("ucs2", "jalan berlubang".encode("utf-16-be") + b"\0", True),
    "nul_bytes": ("text", b"jalan\0berlubang\0parah", True),
    "nul_in_ucs2": ("ucs2", "jalan\0 berlubang".encode("utf-16-be"), True),
    "latin1_as_data": ("data", "jalan berlubang di café".encode("latin-1"), False),
    "long": ("text", b"jalan berlubang " * 2000, False),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_broken_but_says_something_is_a_ticket(town, name):
    kind, body, repaired = STRANGE[name]
    number = town.citizen()
    found = town.one(kind, body if kind == "text" else Phone.url(body), number)
    assert bytes.fromhex(found["body_hex"]) == body
    assert (found["fate"], found["reason"], found["repaired"]) == ("ticket", None, repaired)
    assert "jalan" in found["text"] and "\0" not in found["text"]
    assert (town.line.ticket(found["ticket"])["text"], found["ticket"]) == (found["text"], found["ticket"])
    assert str(found["ticket"]) in town.answer(number)


SENDERS = {
    "none": ("", "no_ticket", "no_sender"),
    "21_characters": ("1" * 21, "no_ticket", "bad_sender"),
    "21_letters": ("BANKBANKBANKBANKBANKS", "no_ticket", "bad_sender"),
    "bytes": ("62\x01\x7f8", "no_ticket", "bad_sender"),
    "ours": ("1708", "no_ticket", "own_shortcode"),
    "ours_international": ("+1708", "no_ticket", "own_shortcode"),
    "alphanumeric": ("BANKKITA", "ticket", "sender_alphanumeric"),
    "another_shortcode": ("3636", "ticket", "sender_shortcode"),
}


@pytest.mark.parametrize("name", SENDERS)
def test_a_sender_that_cannot_be_answered_is_not(town, name):
    sender, fate, reason = SENDERS[name]
    answered = len(town.answers)
    found = town.one("text", GOOD.encode(), sender)
    assert (found["fate"], found["no_reply_reason"], found["text"]) == (fate, reason, GOOD)
    assert found["reason"] == (reason if fate == "no_ticket" else None)
    town.goes_on()
    assert len(town.answers) == answered + 1  # that of goes_on()


def test_a_shortcode_that_is_not_ours_is_kept_and_not_answered(town):
    number = town.citizen()
    found = town.one("text", GOOD.encode(), number, to="1709")
    assert (found["fate"], found["reason"], found["receiver"]) == ("no_ticket", "unknown_shortcode", "1709")
    town.goes_on()
    assert town.answers_to(number) == []


def test_a_reply_loop_ends_at_the_rate(town):
    number = town.citizen()
    found = town.stored(lambda: [town.phone.send(f"{GOOD} {i}", number=number) for i in range(5)], count=5)
    assert [m["fate"] for m in found] == ["ticket"] * 5
    assert [m["no_reply_reason"] for m in found] == [None] * 3 + ["rate_limited"] * 2
    town.answer(number, count=3)
    town.goes_on()
    assert len(town.answers_to(number)) == 3


# --- parts


def pieces(town, number, parts, total, reference=7, alphabet="text"):
    for index, body in parts:
        header = Phone.url(bytes([5, 0, 3, reference, total, index]))
        town.phone.send_raw(f"udh-{alphabet} {header.decode()}", body, number=number)


def test_255_parts_are_one_text(town):
    number = town.citizen()
    text = "".join(f"Jalan rusak nomor {i}. " for i in range(255))
    size = -(-len(text) // 255)
    parts = [(i + 1, text[i * size:(i + 1) * size].encode()) for i in range(255)]
    found = town.stored(lambda: pieces(town, number, reversed(parts), 255), count=255, every=16)
    assert {m["fate"] for m in found} == {"part_joined"} and len({m["whole"] for m in found}) == 1
    assert [bytes.fromhex(m["body_hex"]) for m in found] == [body for _, body in reversed(parts)][::16]
    whole = town.line.json("message", "show", found[0]["whole"])
    assert (whole["text"], whole["parts"], whole["parts_have"], whole["incomplete"]) == (text, 255, 255, False)
    assert str(whole["ticket"]) in town.answer(number)


def test_one_part_of_255_is_taken_as_what_there_is(town):
    """parts.wait_s is live: the set that is begun under it ends by it."""
    config = town.line.config.read_text()
    town.line.config.write_text(config + "parts:\n  wait_s: 1\n")
    town.line.aduan("reload")
    number = town.citizen()

    def short():
        found, = town.stored(lambda: pieces(town, number, [(255, b" lubang di jalan")], 255))
        return found
    part = short()
    assert part["fate"] in ("part_waiting", "part_joined")
    answer = town.answer(number)
    ticket, = town.line.tickets("--sender", number)
    assert str(ticket["id"]) in answer and ticket["incomplete"] and "lubang di jalan" in ticket["text"]
    shown = town.line.ticket(ticket["id"])["message"]
    assert (shown["parts"], shown["parts_have"]) == (255, 1)
    town.line.config.write_text(config)
    town.line.aduan("reload")


@pytest.mark.parametrize("total,index", [(5, 0), (5, 6), (0, 0), (0, 1), (255, 0), (1, 255)])
def test_a_part_that_cannot_be_is_taken_as_a_whole(town, total, index):
    number = town.citizen()
    found, = town.stored(lambda: pieces(town, number, [(index, GOOD.encode())], total))
    assert (found["fate"], found["text"], found["repaired"]) == ("ticket", GOOD, True)
    assert found["udh_hex"] == bytes([5, 0, 3, 7, total, index]).hex()
    assert str(found["ticket"]) in town.answer(number)


def test_a_header_that_lies_about_its_length_is_taken_as_a_whole(town):
    number = town.citizen()
    for header in (b"\x09\x00\x03\x01", b"\xff", b"\x03\x00\xf0\x01"):
        found, = town.stored(lambda: town.phone.send_raw(f"udh-text {Phone.url(header).decode()}", GOOD.encode(),
                                                         number=number))
        assert (found["fate"], found["text"], found["repaired"]) == ("ticket", GOOD, True)
        assert bytes.fromhex(found["udh_hex"]) == header


# --- through SMPP, where an SMSC writes the headers


def test_the_same_over_smpp(town):
    smsc, number = town.line.smsc, town.citizen()
    cases = [(b"", 0, "no_ticket", "empty"), (bytes(range(1, 32)) * 3, 4, "no_ticket", "binary"),
             ("jalan rusak ".encode("utf-16-be") + b"\xd8\x3d", 8, "ticket", None),
             (b"jalan rusak \xff\xfe\x80", 4, "ticket", None)]
    for data, coding, fate, reason in cases:
        found, = town.stored(lambda: smsc.deliver(number, data, coding))
        assert (found["fate"], found["reason"], found["smsc"]) == (fate, reason, "smpp")
        assert bytes.fromhex(found["body_hex"]) == data
    found, = town.stored(lambda: smsc.deliver("", gsm7(GOOD)))
    assert (found["fate"], found["reason"]) == ("no_ticket", "no_sender")
    found, = town.stored(lambda: smsc.deliver(number, gsm7(GOOD), to="1709"))
    assert (found["fate"], found["reason"]) == ("no_ticket", "unknown_shortcode")


def test_all_of_it_is_in_order(town):
    proof = town.line.verify()
    assert proof["ok"], proof["breaks"]
    status = town.line.status()
    assert {p["restarts"] for p in status["processes"]} == {0}
    assert status["store"]["quarantined"] == 0
    assert all(p["state"] in ("ready", "running") for p in status["processes"])
