# SPDX-License-Identifier: BSD-2-Clause
"""etc/kannel.conf is what it says: real bearerbox and smsbox start on a copy of it in which only places are changed
(hosts and ports to loopback, directories, passwords), and 1708 goes to Aduan while the rest goes to the stock smsbox."""

import re
import signal
import subprocess

import pytest

from line import ROOT, Line, Smsc, free_ports, gsm7, wait_for

GOOD = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"
SAMPLE = (ROOT / "etc/kannel.conf").read_text()


def placed(line, second):
    """The sample with every place of it on this machine and in this directory."""
    sendsms, = free_ports(1)
    text = SAMPLE
    for old, new, count in (
            ("admin-port = 13000", f"admin-port = {line.admin_port}", 1),
            ("smsbox-port = 13001", f"smsbox-port = {line.box_port}", 1),
            ("bearerbox-port = 13001", f"bearerbox-port = {line.box_port}", 1),
            ("sendsms-port = 13013", f"sendsms-port = {sendsms}", 1),
            ("port = 10000", f"port = {line.fake_port}", 1),
            ("host = 192.0.2.10\nport = 2775", f"host = 127.0.0.1\nport = {line.smsc.port}", 1),
            ("host = 192.0.2.20\nport = 2775", f"host = 127.0.0.1\nport = {second.port}", 1),
            ("CHANGE-admin", "quickstart", 1), ("CHANGE-status", "quickstart", 1),
            ("/var/spool/kannel/store", f"{line.dir}/kannel-store", 1),
            ("/var/spool/kannel/dlr", f"{line.dir}/kannel-dlr", 1),
            ("/var/log/kannel/", f"{line.dir}/", 3)):
        pattern = re.compile("^(?P<key>[^#\n]*)" + re.escape(old), re.MULTILINE)
        text, done = pattern.subn(lambda m: m["key"] + new, text)
        assert done == count, f"{old}: {done} times"
    live = "\n".join(l for l in text.splitlines() if not l.startswith("#"))
    assert set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", live)) == {"127.0.0.1"}  # nothing leaves this machine
    assert "/var/" not in live
    return text


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    second = Smsc()
    with Line(tmp_path_factory.mktemp("sample")) as made:
        made.second = second
        (made.dir / "kannel.conf").write_text(placed(made, second))
        made.start()
        second.wait("bound")
        with open(made.dir / "smsbox.out", "wb") as out:
            smsbox = subprocess.Popen(["smsbox", "-v", "1", made.dir / "kannel.conf"], stdout=out, stderr=out)
        wait_for(lambda: made.kannel_status().count("smsbox:") == 2, "the stock smsbox beside ours")
        yield made
        smsbox.send_signal(signal.SIGKILL)
        smsbox.wait()
    second.stop()


# A machine whose own name is in no /etc/hosts (a chroot) is no fault of the sample's.
ABOUT_THE_MACHINE = re.compile(r"gw_gethostbyname|System error 1:|official hostname for this host")


def test_bearerbox_accepts_it_without_a_word(line):
    said = (line.dir / "bearerbox.out").read_text(errors="replace") + (line.dir / "bearerbox.log").read_text(
        errors="replace")
    said = "\n".join(row for row in said.splitlines() if not ABOUT_THE_MACHINE.search(row))
    assert "MAIN: Start-up done" in said
    for word in ("PANIC", "ERROR", "may not contain", "unknown", "Unknown", "deprecated", "ignored"):
        assert word not in said, said
    status = line.kannel_status()
    assert "using spool storage" in status and "telkomsel" in status and "indosat" in status and "smoke" in status


def test_each_answer_leaves_by_the_link_its_sms_came_by(line):
    for smsc, number in ((line.smsc, "6281230000001"), (line.second, "6281230000002"), (line.smsc, "6281530000003"),
                         (line.second, "6281530000004")):
        smsc.deliver(number, gsm7(GOOD))
        text, parts = smsc.answer(number)
        assert {p["from"] for p in parts} == {"1708"} and re.search(r"\b\d{7}\b", text)
        ticket, = line.tickets("--sender", number)
        wait_for(lambda: line.ticket(ticket["id"])["replies"][0]["state"] == "sent", "on the ticket that it went out")
    assert line.smsc.find("submit", to="6281230000002") == line.second.find("submit", to="6281230000001") == []


def test_the_smoke_link_is_for_smoke_only(line):
    answer = line.aduan("send", GOOD).stdout
    ticket, = line.tickets("--sender", "6281234567890")
    assert str(ticket["id"]) in answer
    assert line.smsc.find("submit", to="6281234567890") == line.second.find("submit", to="6281234567890") == []


def test_other_shortcodes_go_to_the_stock_smsbox(line):
    before = line.json("stats")["messages"]
    line.smsc.deliver("6281230000005", gsm7("halo"), to="9999")
    text, parts = line.smsc.answer("6281230000005")
    assert text == "Maaf, layanan ini tidak dikenal." and {p["from"] for p in parts} == {"9999"}
    assert line.json("stats")["messages"] == before and line.verify()["ok"]
