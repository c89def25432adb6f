# SPDX-License-Identifier: BSD-2-Clause
"""The whole line and its bearerboxes, as aduan.yaml draws them: TLS, several boxes on one bearerbox, one box on two, and
a bearerbox that restarts, is suspended or shuts down while SMS flow."""

import itertools
import os
import signal
import subprocess
import urllib.request

import pytest

from line import Line, Phone, free_ports, gsm7, wait_for

GOOD = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"
people = itertools.count(1)


def citizen():
    return f"62821{next(people):08d}"


def answered(phone, numbers):
    """Each of them at least once; bearerbox may send twice what it was killed over."""
    left = set(numbers)
    while left:
        left.discard(phone.answer()[0])


def exchange(phone, count=1):
    numbers = [citizen() for _ in range(count)]
    for number in numbers:
        phone.send(GOOD, number=number)
    answered(phone, numbers)
    return numbers


def links(line):
    return {(l["box"], l["name"]): l for l in (line.status() or {"links": []})["links"]}


def in_order(line):
    proof = line.verify()
    assert proof["ok"], proof["breaks"]
    return proof["figures"]


# --- TLS


def certificate(directory, name, subject="/CN=bearerbox"):
    cert, key = directory / f"{name}.pem", directory / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days",
                    "2", "-subj", subject, "-addext", f"subjectAltName=DNS:{name}.example"], check=True,
                   stderr=subprocess.DEVNULL)
    return cert, key


def with_tls(directory, link, line=None):
    """A line whose bearerbox listens with TLS only, as core.example."""
    cert, key = certificate(directory, "core")
    made = Line(directory, core_extra=f'smsbox-port-ssl = true\nssl-server-cert-file = "{cert}"\n'
                                      f'ssl-server-key-file = "{key}"')
    made.config.write_text(made.config.read_text().replace("smsbox_id: aduan", f"smsbox_id: aduan\n        {link}"))
    return made


def test_the_line_over_tls(tmp_path):
    ours, key = certificate(tmp_path, "ours")
    (tmp_path / "both.pem").write_text(ours.read_text() + key.read_text())
    link = "tls: yes\n        tls_ca: core.pem\n        tls_cert: both.pem\n        tls_name: core.example"
    with with_tls(tmp_path, link) as line:
        phone = Phone(line.start())
        exchange(phone, 10)
        assert "using SSL" in line.kannel_status()
        line.stop_bearerbox(signal.SIGKILL)
        wait_for(lambda: not links(line)["box1", "main"]["up"], "the link to be down")
        line.start_bearerbox()
        wait_for(lambda: links(line)["box1", "main"]["up"], "the link to be up again")
        exchange(Phone(line), 5)
        in_order(line)


@pytest.mark.parametrize("link,cause", [
    ("tls: yes\n        tls_ca: core.pem\n        tls_name: else.example", "hostname mismatch"),
    ("tls: yes\n        tls_ca: core.pem", "IP address mismatch"),
    ("tls: yes\n        tls_ca: stranger.pem\n        tls_name: core.example", "self-signed certificate"),
    ("tls: no", ""),
], ids=["wrong_name", "no_name", "wrong_ca", "no_tls"])
def test_a_bearerbox_that_cannot_be_trusted_gets_nothing(tmp_path, link, cause):
    certificate(tmp_path, "stranger")
    with with_tls(tmp_path, link) as line:
        line.start(ready=False)
        line.smsc.wait("bound")
        number = citizen()
        line.smsc.deliver(number, gsm7(GOOD), ident="kept")
        line.smsc.wait("deliver_resp", id="kept")
        shown = wait_for(lambda: (l := links(line).get(("box1", "main"))) and not l["up"] and l["note"] and l,
                         "the link to say why it is down")
        assert cause in shown["note"]
        assert wait_for(lambda: next(p["note"] for p in line.status()["processes"] if p["name"] == "box1"),
                        "the box to say what it lacks") == "no bearerbox can be reached: see its links"
        assert line.json("stats")["messages"] == 0
        wait_for(lambda: line.counter("box1", "bearerbox_connects") >= (3 if link == "tls: no" else 0), "further tries")
        assert line.aduan("status", "--wait", 0, check=False).returncode == 1
        assert (line.dir / "aduand.log").read_text().count("link.up") <= 1, "a link that is closed on us is not up"


# --- several of each


def test_several_boxes_on_one_bearerbox(tmp_path):
    with Line(tmp_path, classifiers=2, responders=2) as line:
        text = line.config.read_text()
        first = text[text.index("  - name: box1"):text.index("smoke:")]
        line.config.write_text(text.replace(first, first + "".join(
            first.replace("box1", f"box{n}").replace("name: main", f"name: main{n}") for n in (2, 3))))
        phone = Phone(line.start())
        assert set(links(line)) == {("box1", "main"), ("box2", "main2"), ("box3", "main3")}
        sent = 0

        def everyone():
            """bearerbox throws its dice for each SMS; it may be a while until all three have had one."""
            nonlocal sent
            sent += len(exchange(phone, 10))
            return min(p["done"] for p in line.status()["processes"] if p["role"] == "box") > 0
        wait_for(everyone, "an SMS over each box")
        for name in ("box1", "box3"):  # one after the other is killed under traffic, and the others go on
            numbers = [citizen() for _ in range(40)]
            for number in numbers[:20]:
                phone.send(GOOD, number=number)
            os.kill(line.pid(name), signal.SIGKILL)
            for number in numbers[20:]:
                phone.send(GOOD, number=number)
            answered(phone, numbers)
        line.wait_ready()
        assert in_order(line)["tickets"] == sent + 80


class SecondBearerbox:
    """Beside the line's own: another fake link, another box port, its own store."""

    def __init__(self, line):
        self.dir = line.dir / "second"
        for name in ("kannel-store", "kannel-dlr"):
            (self.dir / name).mkdir(parents=True)
        self.admin_port, self.box_port, self.fake_port, smpp_port = free_ports(4)
        text = (line.dir / "kannel.conf").read_text().replace(str(line.dir), str(self.dir))
        for old, new in ((line.admin_port, self.admin_port), (line.box_port, self.box_port),
                         (line.fake_port, self.fake_port), (line.smsc.port, smpp_port)):
            text = text.replace(str(old), str(new))
        (self.dir / "kannel.conf").write_text(text)

    def __enter__(self):
        with open(self.dir / "bearerbox.out", "ab") as out:
            self.process = subprocess.Popen(["bearerbox", "-v", "4", self.dir / "kannel.conf"], stdout=out, stderr=out)
        wait_for(self.answers, "the second bearerbox to answer its admin port")
        return self

    def answers(self):
        url = f"http://127.0.0.1:{self.admin_port}/status.txt?password=quickstart"
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read()
        except OSError:
            return None

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()


def test_one_box_on_two_bearerboxes(tmp_path):
    """Each answer goes back the way its SMS came; with one of them down the other goes on."""
    with Line(tmp_path) as line, SecondBearerbox(line) as second:
        line.config.write_text(line.config.read_text().replace(
            "        smsbox_id: aduan\n", f"        smsbox_id: aduan\n      - name: second\n"
            f"        host: 127.0.0.1\n        port: {second.box_port}\n        smsbox_id: aduan\n"))
        here = Phone(line.start())
        there = Phone(second)
        assert {name: l["up"] for name, l in links(line).items()} == {("box1", "main"): True, ("box1", "second"): True}
        for phone, link in ((here, "main"), (there, "second"), (here, "main")):
            for number in exchange(phone, 5):
                ticket, = line.tickets("--sender", number)
                assert line.ticket(ticket["id"])["message"]["bearerbox"] == link
        assert here.silent() and there.silent()
        line.stop_bearerbox(signal.SIGKILL)
        wait_for(lambda: not links(line)["box1", "main"]["up"], "the first link to be down")
        exchange(there, 5)
        line.start_bearerbox()
        wait_for(lambda: links(line)["box1", "main"]["up"], "the first link to be up again")
        exchange(Phone(line), 5)
        assert in_order(line)["tickets"] == 25


# --- what bearerbox does while SMS flow


@pytest.fixture
def line(tmp_path):
    with Line(tmp_path) as made:
        made.start()
        made.smsc.wait("bound")
        yield made
        in_order(made)


def flow(line, count):
    """SMS that an SMSC repeats until bearerbox has answered for them. Their senders."""
    numbers = [citizen() for _ in range(count)]
    for number in numbers:
        line.smsc.deliver(number, gsm7(GOOD), ident=number)
    return numbers


def all_answered(line, numbers):
    for number in numbers:
        line.smsc.answer(number)
        assert len(line.tickets("--sender", f"+{number}")) >= 1


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGTERM], ids=["kill", "shutdown"])
def test_bearerbox_restarts(line, sig):
    first = flow(line, 30)
    line.smsc.wait("deliver_resp", count=10)
    line.stop_bearerbox(sig)
    second = flow(line, 30)
    wait_for(lambda: not links(line)["box1", "main"]["up"], "the link to be down")
    assert links(line)["box1", "main"]["note"]
    line.start_bearerbox()
    all_answered(line, first + second)
    wait_for(lambda: links(line)["box1", "main"]["up"], "the link to be up")
    # Nothing that was answered for is lost, and only what the SMSC had to send twice is there twice.
    assert 60 <= in_order(line)["tickets"] <= 60 + len(line.smsc.find("unanswered"))


def test_bearerbox_is_suspended_and_resumed(line):
    first = flow(line, 10)
    all_answered(line, first)
    line.kannel_admin("suspend")
    second = flow(line, 20)
    assert "suspended" in wait_for(line.kannel_status, "bearerbox to answer")
    line.smsc.wait("deliver_resp", id=second[-1], status=100)  # "not now"
    line.kannel_admin("resume")
    all_answered(line, second)
    assert in_order(line)["tickets"] == 30
    assert {p["restarts"] for p in line.status()["processes"]} == {0}


def test_bearerbox_shuts_down_by_its_admin_port(line):
    first = flow(line, 30)
    line.smsc.wait("deliver_resp", count=5)
    line.kannel_admin("shutdown")
    line.bearerbox.wait(60)
    wait_for(lambda: not links(line)["box1", "main"]["up"], "the link to be down")
    line.start_bearerbox()
    all_answered(line, first)


def test_an_smsc_link_restarts_under_the_line(line):
    """SIGHUP, as logrotate sends it each day: bearerbox opens its logs and its SMSC links anew."""
    first = flow(line, 20)
    line.bearerbox.send_signal(signal.SIGHUP)
    second = flow(line, 20)
    all_answered(line, first + second)
    assert 40 <= in_order(line)["tickets"] <= 40 + len(line.smsc.find("unanswered"))
