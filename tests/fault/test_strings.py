# SPDX-License-Identifier: BSD-2-Clause
"""Nothing that a citizen or the staff wrote, and no number, can be read from what the line leaves on the disk: the
store, a backup of it, the run directory, the log. With the key all of it is there."""

import json
import os
import subprocess

import needles
from faultline import QUICK, FaultLine
from line import BIN, Phone, gsm7, wait_for

# One word each, that neither the rules nor the templates know, for every way that words come in or are made.
WORDS = {
    "gsm7": "Kwazimbrel", "ucs2": "Qyrtonafe", "ucs2_only": "ꦗꦮꦱꦏꦲꦤ", "part_one": "Vuxlopedim", "part_two": "Zhembrakul",
    "waiting": "Drofnixale", "poison": "Racunwexil", "undelivered": "Jupwolfane", "note": "Catqelmors",
    "answer": "Bimzetorka", "unsent": "Gralfopwen", "refused": "Hexumbrale", "no_ticket": "Wiltorbaqu",
}
NUMBERS = {name: f"62814{at:02d}70553{at:02d}" for at, name in enumerate(WORDS)}
NAME = "KLINIKQUZRA"  # a sender that is no number
MATCHED = "berlubang"  # in most reports, and a word that the rules know
REPORT = "Jalan berlubang di %s dekat pasar"
TO_THE_PHONE = QUICK.replace("replies:\n", "replies:\n  dlr_mask: 27\n")


def send(line, name, text=None, coding=0, encode=gsm7, udh=b""):
    line.smsc.deliver(NUMBERS[name], encode(text or REPORT % WORDS[name]), coding, udh=udh, ident=name)


def ticket_of(line, name):
    return wait_for(lambda: line.tickets("--sender", NUMBERS[name]), f"the ticket of {name}")[0]["id"]


def reply_state(line, ident, at=-1):
    replies = line.ticket(ident)["replies"]
    return replies[at]["state"] if replies else None


def speak(line):
    """Everything that anybody writes. The tickets by name."""
    utf16 = {"coding": 8, "encode": lambda text: text.encode("utf-16-be")}
    send(line, "gsm7")
    send(line, "ucs2", **utf16)
    send(line, "ucs2_only", **utf16)
    send(line, "part_two", REPORT % WORDS["part_two"], udh=bytes([5, 0, 3, 0x21, 2, 2]))
    line.smsc.deliver(NUMBERS["part_two"], gsm7(f"Pohon {WORDS['part_one']} tumbang. "), udh=bytes([5, 0, 3, 0x21, 2, 1]))
    send(line, "waiting", udh=bytes([5, 0, 3, 0x22, 2, 1]))
    send(line, "poison")
    phone = Phone(line, NAME)
    phone.send(REPORT % WORDS["no_ticket"])
    found = {name: ticket_of(line, name) for name in ("gsm7", "ucs2", "ucs2_only", "part_two")}
    for ident in found.values():
        wait_for(lambda ident=ident: reply_state(line, ident) == "delivered", f"the reply of {ident} to be there")
    wait_for(lambda: line.json("quarantine", "list")["quarantine"], "the poison to be parked")
    wait_for(lambda: line.json("stats")["parts_waiting"] == 1, "the part to wait")

    line.smsc.tell(cmd="receipts", stat="UNDELIV")
    send(line, "undelivered")
    found["undelivered"] = ticket_of(line, "undelivered")
    wait_for(lambda: reply_state(line, found["undelivered"]) == "failed", "the reply that does not arrive")
    line.smsc.tell(cmd="receipts", stat="DELIVRD")
    line.aduan("ticket", "note", found["gsm7"], f"Warga {WORDS['note']} menelepon dari {NUMBERS['refused']}")
    line.aduan("ticket", "reply", found["gsm7"], f"Bapak {WORDS['answer']} sudah kami hubungi")
    wait_for(lambda: line.smsc.find("submit", to=NUMBERS["gsm7"])[1:], "the staff's answer")
    line.aduan("ticket", "hold", found["ucs2"], f"Kewenangan {WORDS['refused']}")
    line.stop_bearerbox()
    line.aduan("ticket", "reply", found["part_two"], f"Ibu {WORDS['unsent']} mohon menunggu")
    phone.close()
    return found


def said(line, found):
    """All that the key gives back, as one text."""
    out = [line.aduan("ticket", "show", ident, "--reveal").stdout + json.dumps(line.ticket(ident), ensure_ascii=False)
           for ident in found.values()]
    parked = line.json("quarantine", "list")["quarantine"][0]
    out.append(bytes.fromhex(line.json("quarantine", "show", parked["key"])["body_hex"]).decode())
    for event in line.events():
        if event.get("kind") in ("sms_received", "ticket_classified"):
            out.append(line.aduan("message", "show", event["message"]).stdout + (event.get("detail") or ""))
    return "\n".join(out)


def test_what_is_looked_for_would_be_found(tmp_path):
    """Each form of each needle, in the middle of other bytes."""
    for at, needle in enumerate([*WORDS.values(), *NUMBERS.values(), NAME, MATCHED]):
        for form, wanted, _ in needles.forms(needle):
            path = tmp_path / "file"
            path.write_bytes(os.urandom(999 + at) + wanted + os.urandom(500))
            assert (needle, form, str(path)) in needles.find([path], [needle])
    whole = needles.packed(b"xyz" + WORDS["gsm7"].encode() + b"abc")
    (tmp_path / "file").write_bytes(whole)
    assert [form for _, form, _ in needles.find([tmp_path], [WORDS["gsm7"]])] == ["gsm7-packed"]


def test_nothing_can_be_read_without_the_key(tmp_path):
    with FaultLine(tmp_path, TO_THE_PHONE, incidents=True, fault="classifier:poison:1", fault_text=WORDS["poison"]) as line:
        line.start()
        found = speak(line)
        text = said(line, found)
        line.aduan("backup", tmp_path / "backup")
        assert line.verify()["ok"]
    secrets = [*WORDS.values(), *(number[2:] for number in NUMBERS.values()), NAME, MATCHED]
    places = [tmp_path / name for name in ("store", "backup", "run", "aduand.log")]
    assert needles.find(places, secrets) == []
    assert needles.find([tmp_path / "store"], ["pengaduan"])  # what rests in clear would be found
    assert (tmp_path / "store/data.mdb").stat().st_size > 0 and (tmp_path / "backup/data.mdb").stat().st_size > 0

    missing = [word for name, word in WORDS.items() if word not in text]
    assert missing == ["Drofnixale"], missing  # the part that waits: its message is shown by its bytes
    for name in ("gsm7", "ucs2", "ucs2_only", "part_two", "undelivered"):
        assert NUMBERS[name] in text
    assert MATCHED in text


def test_another_key_opens_nothing(tmp_path):
    with FaultLine(tmp_path, TO_THE_PHONE, incidents=True) as line:
        line.start()
        send(line, "gsm7")
        ident = ticket_of(line, "gsm7")
    (tmp_path / "store.key").rename(tmp_path / "right.key")
    done = subprocess.run([BIN / "aduan", "--config", line.config, "ticket", "show", str(ident)], capture_output=True,
                          text=True)
    assert done.returncode == 5 and "aduan keygen" in done.stderr and WORDS["gsm7"] not in done.stdout
    line.aduan("keygen")
    done = line.aduan("ticket", "show", ident, check=False)
    assert done.returncode == 5 and "not the one" in done.stderr and WORDS["gsm7"] not in done.stdout
    (tmp_path / "right.key").rename(tmp_path / "store.key")
    assert WORDS["gsm7"] in line.aduan("ticket", "show", ident).stdout
