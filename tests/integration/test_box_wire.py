# SPDX-License-Identifier: BSD-2-Clause
"""aduanbox against the real bearerbox: what reaches the workers, what is acked and when, what survives whose death."""

import queue
import signal
import socket
import struct
import subprocess
import threading
import uuid

import pytest

from boxline import BIN, Bearerbox, Box, PATIENCE, wait_for, wire


@pytest.fixture
def bearerbox(tmp_path):
    made = Bearerbox(tmp_path / "kannel").start()
    yield made
    if made.process.poll() is None:
        made.kill()


@pytest.fixture
def box(tmp_path, bearerbox):
    made = Box(tmp_path, bearerbox).start()
    yield made
    died = made.process.poll()
    made.close()
    assert died in (None, 0), made.text()[-3000:]


def new_id():
    return uuid.uuid4().bytes


def test_round_trip(box, bearerbox):
    """An SMS with its fields in, acked; a reply out, accepted; its reports back."""
    classifier, responder, phone = box.classifier(), box.responder(), bearerbox.phone()
    phone.send("Jalan berlubang")
    sms = classifier.wait_sms()[0]
    assert (sms.sender, sms.receiver, sms.body, sms.smsc_id) == (b"628123", b"1708", b"Jalan berlubang", b"FAKE")
    assert (sms.coding, sms.bearerbox, sms.deaths, sms.quarantine) == (0, "main", 0, False)
    assert sms.time > 1_600_000_000 and len(sms.uuid) == 16
    classifier.ack(sms)
    wait_for(lambda: not bearerbox.stored(), "bearerbox's store to be empty")

    reply = new_id()
    responder.submit(reply, "Laporan diterima", dlr_mask=1 | 2 | 8 | 16, slot=2**63 + 17)
    assert phone.wait(b"Laporan") == b"1708 628123 text Laporan diterima"
    assert responder.wait_result(reply) == "SUBMIT_ACCEPTED"
    assert [r.slot for r in responder.results(responder.got) if r.reply_id == reply] == [2**63 + 17]
    statuses = set()
    while statuses != {1, 8}:
        for report in responder.wait(lambda got: len(responder.reports(got)) > len(statuses) and responder.reports(got),
                                     "delivery reports"):
            assert (report.reply_id, report.slot, report.smsc_id) == (reply, 2**63 + 17, b"FAKE")
            responder.ack(report)
            statuses.add(report.status)
    wait_for(lambda: not bearerbox.stored(), "the reports to be acked")
    box.sink.wait_counter("dlr_acked", 2)


def test_udh_ucs2_and_binary_travel(box, bearerbox):
    classifier, phone = box.classifier(), bearerbox.phone()
    phone.send("%05%00%03%2A%02%01 bagian satu", kind="udh-text")
    phone.send("%D8%3D%DE%00%A9%C5", kind="ucs2")
    phone.send("%00%01%FF%7F", kind="data")
    by_coding = {s.coding: s for s in classifier.wait_sms(3)}
    assert (by_coding[0].udh, by_coding[0].body) == (bytes.fromhex("0500032A0201"), b"bagian satu")
    assert by_coding[2].body == bytes.fromhex("D83DDE00A9C5")
    assert by_coding[1].body == bytes.fromhex("0001FF7F")


def test_ucs2_reply_is_utf16(box, bearerbox):
    responder, phone = box.responder(), bearerbox.phone()
    phone.send("x")  # the fake SMSC sends to a client it has heard
    reply = new_id()
    responder.submit(reply, "ꦗ😀", ucs2=True)
    assert phone.wait(b"ucs-2").endswith(b"%A9%97%D8%3D%DE%00")
    assert responder.wait_result(reply) == "SUBMIT_ACCEPTED"


def test_no_ack_no_loss(tmp_path, box, bearerbox):
    """What no classifier acked comes again to the box's next life, as the same message."""
    classifier, phone = box.classifier(), bearerbox.phone()
    phone.send("satu")
    first = classifier.wait_sms()[0]
    assert bearerbox.stored()
    box.process.kill()
    box.process.wait()
    box.start()
    # the next life does not know this worker, and says so at its first word
    classifier.wait(lambda got: any(r.code == 8 for r in classifier.of("refused", got)), "REFUSED")
    classifier.close()
    again = box.classifier()
    second = again.wait_sms()[0]
    assert (second.uuid, second.time, second.body, second.deaths) == (first.uuid, first.time, b"satu", 0)
    again.ack(second)
    wait_for(lambda: not bearerbox.stored(), "bearerbox's store to be empty")


def test_no_worker_no_ack(box, bearerbox):
    phone = bearerbox.phone()
    phone.send("tunggu")
    box.sink.wait(lambda got: got and box.sink.last(got).backlog == 1, "the message to wait here")
    assert bearerbox.stored()
    assert box.sink.last().state == wire.Status.DEGRADED and "classifier" in box.sink.last().note
    classifier = box.classifier()
    classifier.ack(*classifier.wait_sms())
    wait_for(lambda: not bearerbox.stored(), "bearerbox's store to be empty")


def test_credit_is_never_exceeded(box, bearerbox):
    classifier, phone = box.classifier(credit=3), bearerbox.phone()
    for i in range(10):
        phone.send(f"pesan {i}")
    box.sink.wait(lambda got: got and box.sink.last(got).backlog == 10, "ten messages")
    done = []
    while len(done) < 10:
        got = classifier.wait_sms(len(done) + 1)
        assert len(got) - len(done) <= 3
        done.append(got[len(done)])
        classifier.ack(done[-1])
    assert len({s.uuid for s in done}) == 10
    box.sink.wait_counter("mo_acked", 10)


def test_a_worker_that_dies_leaves_suspects(box, bearerbox):
    """They go, one at a time and alone, to whoever lives."""
    doomed, phone = box.classifier("classifier.1"), bearerbox.phone()
    for i in range(3):
        phone.send(f"pesan {i}")
    doomed.wait_sms(3)
    other = box.classifier("classifier.2")
    doomed.die()
    again = box.classifier("classifier.1")  # a new life under the name: the old one is lost at once
    workers, seen = (again, other), []
    while len(seen) < 3:
        wait_for(lambda: sum(len(w.sms()) for w in workers) > len(seen), "a suspect")
        fresh = [(w, s) for w in workers for s in w.sms() if s.uuid not in seen]
        assert len(fresh) == 1 and fresh[0][1].deaths == 1
        worker, sms = fresh[0]
        seen.append(sms.uuid)
        worker.ack(sms)
    box.sink.wait_counter("redispatched", 3)
    wait_for(lambda: not bearerbox.stored(), "bearerbox's store to be empty")


def test_a_silent_worker_is_lost(box, bearerbox):
    silent, phone = box.classifier("classifier.1"), bearerbox.phone()
    phone.send("halo")
    silent.wait_sms()
    silent.pinging = False
    other = box.classifier("classifier.2")
    assert other.wait_sms()[0].deaths == 1
    box.sink.wait_counter("workers_lost")


def test_a_message_that_kills_is_quarantined(box, bearerbox):
    phone = bearerbox.phone()
    phone.send("racun")
    for deaths in range(4):
        worker = box.classifier()
        sms = worker.wait_sms()[0]
        assert (sms.deaths, sms.quarantine) == (deaths, deaths == 3)
        if deaths < 3:
            worker.die()
    phone.send("biasa")
    worker.ack(sms)
    assert worker.wait_sms(2)[1].body == b"biasa"
    box.sink.wait_counter("quarantined")


def test_bye_drains_a_worker(box, bearerbox):
    leaving, phone = box.classifier("classifier.1"), bearerbox.phone()
    phone.send("satu")
    sms = leaving.wait_sms()[0]
    leaving.send("bye", wire.Bye())
    other = box.classifier("classifier.2")
    phone.send("dua")
    assert other.wait_sms()[0].body == b"dua"
    assert not leaving.of("bye")
    leaving.ack(sms)
    leaving.wait(lambda got: leaving.of("bye", got), "BYE")
    assert len(leaving.sms()) == 1


def test_garbage_is_refused_and_counted(box, bearerbox):
    """On a worker's socket: from a stranger nothing comes back, from a worker a reason does; the line goes on."""
    stranger = box.classifier(quiet=True)
    known = box.classifier("classifier.2")
    junk = [[b""], [b"x" * 100], [b"\xad\x02\x04\x00", b"\xff" * 50], [b"\xad\x09\x01\x00", b""],
            [b"\xad\x02\x63\x00", b""], [b"\xad\x02\x01\x00", b"", b"", b""], [b"\xad\x02\x05\x00", b"\x0a\x02zz"]]
    for parts in junk:
        stranger.out.put(parts)
        known.out.put(parts)
    box.sink.wait_counter("refused_frames", 2 * len(junk))
    known.wait(lambda got: known.of("refused", got), "REFUSED")
    assert stranger.got == []
    impostor = box.classifier("responder.1", quiet=True)
    impostor.role = "responder"
    impostor.hello()
    known.send("submit", wire.Submit())  # well made, but not for this socket
    box.sink.wait_counter("refused_frames", 2 * len(junk) + 2)
    phone = bearerbox.phone()
    phone.send("masih jalan")
    known.ack(*known.wait_sms())
    box.sink.wait_counter("mo_acked")


def test_submit_is_written_once(box, bearerbox):
    responder, phone = box.responder(), bearerbox.phone()
    reply, other = new_id(), new_id()
    responder.submit(reply, "sekali")
    responder.submit(reply, "sekali")
    assert responder.wait_result(reply) == "SUBMIT_ACCEPTED"
    responder.submit(reply, "sekali")
    assert responder.wait_result(reply, 2) == "SUBMIT_ACCEPTED"
    responder.submit(other, "penutup")
    phone.wait(b"penutup")
    assert sum(b"sekali" in line for line in phone.lines) == 1
    box.sink.wait_counter("mt_repeated", 2)


def test_result_finds_a_living_responder(box, bearerbox):
    """bearerbox is stopped while the responder that submitted dies: its successor hears the outcome."""
    first, phone = box.responder("responder.1"), bearerbox.phone()
    reply = new_id()
    bearerbox.process.send_signal(signal.SIGSTOP)
    first.submit(reply, "warisan")
    box.sink.wait_counter("mt_in_flight")
    first.die()
    second = box.responder("responder.2")
    bearerbox.process.send_signal(signal.SIGCONT)
    assert second.wait_result(reply) == "SUBMIT_ACCEPTED"
    phone.wait(b"warisan")


def test_bearerbox_dies(box, bearerbox):
    """In flight is ambiguous, later is not sent; the box connects again, and what was unacked comes again."""
    classifier, responder, phone = box.classifier(), box.responder(), bearerbox.phone()
    phone.send("selamat")
    before = classifier.wait_sms()[0]
    stuck, late, after = new_id(), new_id(), new_id()
    bearerbox.process.send_signal(signal.SIGSTOP)
    responder.submit(stuck)
    box.sink.wait_counter("mt_in_flight")
    bearerbox.kill()
    assert responder.wait_result(stuck) == "SUBMIT_AMBIGUOUS"
    box.wait_up(up=False)
    responder.submit(late)
    assert responder.wait_result(late) == "SUBMIT_NOT_SENT"
    responder.wait(lambda got: responder.of("ping", got) and not responder.of("ping", got)[-1].links_up, "links down")

    bearerbox.start()
    phone = bearerbox.phone()  # its SMSC is up again
    phone.send("x", to="9999")
    box.wait_up()
    box.sink.wait_counter("mo_redelivered")
    classifier.ack(before)  # it holds it still: not given out a second time, acked to the new connection
    wait_for(lambda: not any(before.uuid.hex() in f.replace("-", "") for f in bearerbox.stored()), "the MO's end")
    assert len(classifier.sms()) == 1
    responder.submit(late)
    assert responder.wait_result(late, 2) == "SUBMIT_ACCEPTED"
    responder.submit(after)
    assert responder.wait_result(after) == "SUBMIT_ACCEPTED"


def test_bearerbox_shuts_down_in_order(box, bearerbox):
    classifier, phone = box.classifier(), bearerbox.phone()
    phone.send("sebelum tidur")
    sms = classifier.wait_sms()[0]
    bearerbox.process.send_signal(signal.SIGTERM)
    wait_for(lambda: "link.leaving" in box.text(), "bearerbox to say that it goes")
    classifier.ack(sms)
    bearerbox.process.wait(PATIENCE)
    assert not bearerbox.stored()
    bearerbox.start()
    box.wait_up()
    assert len(classifier.sms()) == 1


def test_suspend_and_resume(box, bearerbox):
    """A suspended bearerbox takes one message more from its box, then none: the rest waits for the resume."""
    responder, phone = box.responder(), bearerbox.phone()
    bearerbox.admin("suspend")
    replies = [new_id() for _ in range(3)]
    for reply in replies:
        responder.submit(reply, "nanti")
    box.sink.wait(lambda got: got and box.sink.counter("mt", got) == 3 and box.sink.counter("mt_in_flight", got) >= 2,
                  "two that wait")
    bearerbox.admin("resume")
    assert {responder.wait_result(r) for r in replies} <= {"SUBMIT_ACCEPTED", "SUBMIT_BUFFERED"}
    phone.wait(b"nanti", 3)


def test_drain(box, bearerbox):
    """SIGTERM: what classifiers hold may still be acked; what they do not hold stays with bearerbox."""
    classifier, phone = box.classifier(credit=1), bearerbox.phone()
    phone.send("dipegang")
    held = classifier.wait_sms()[0]
    phone.send("menunggu")
    box.sink.wait(lambda got: got and box.sink.last(got).backlog == 2, "two messages")
    box.terminate()
    box.sink.wait(lambda got: got and box.sink.last(got).state == wire.Status.DRAINING, "DRAINING")
    assert box.process.poll() is None
    classifier.ack(held)
    assert box.exit_code() == 0
    box.sink.wait(lambda got: got and box.sink.last(got).state == wire.Status.DRAINED, "DRAINED")
    assert len(bearerbox.stored()) == 1 and len(classifier.sms()) == 1
    box.start()
    classifier.close()
    next_life = box.classifier()
    assert next_life.wait_sms()[0].body == b"menunggu"


def test_drain_is_bounded(tmp_path, bearerbox):
    box = Box(tmp_path, bearerbox, name="brief", drain=1).start()
    classifier, phone = box.classifier(), bearerbox.phone()
    phone.send("tak selesai")
    classifier.wait_sms()
    box.terminate()
    assert box.exit_code() == 0
    assert bearerbox.stored()
    box.close()


def test_two_bearerboxes(tmp_path, bearerbox):
    """One box, two links: an ack goes back where the message came from, a reply where it asks, or where it can."""
    second = Bearerbox(tmp_path / "second").start()
    box = Box(tmp_path, bearerbox, second).start()
    box.wait_up("second")
    classifier, responder = box.classifier(), box.responder()
    phones = {"main": bearerbox.phone(), "second": second.phone()}
    for name, phone in phones.items():
        phone.send(f"lewat {name}")
    for sms in classifier.wait_sms(2):
        assert sms.body == f"lewat {sms.bearerbox}".encode()
        classifier.ack(sms)
    wait_for(lambda: not bearerbox.stored() and not second.stored(), "both stores to be empty")
    asked = new_id()
    responder.submit(asked, "lewat dua", bearerbox="second")
    phones["second"].wait(b"lewat dua")
    second.kill()
    box.wait_up("second", up=False)
    elsewhere = new_id()
    responder.submit(elsewhere, "lewat lain", bearerbox="second")
    phones["main"].wait(b"lewat lain")
    assert responder.wait_result(elsewhere) == "SUBMIT_ACCEPTED"
    box.close()


def test_two_boxes_on_one_bearerbox(tmp_path, box, bearerbox):
    other = Box(tmp_path, bearerbox, name="box2").start()
    workers, phone = (box.classifier(), other.classifier()), bearerbox.phone()
    for i in range(20):
        phone.send(f"pesan {i}")
    wait_for(lambda: sum(len(w.sms()) for w in workers) == 20, "twenty messages at both boxes together")
    for worker in workers:
        if worker.sms():
            worker.ack(*worker.sms())
    wait_for(lambda: not bearerbox.stored(), "bearerbox's store to be empty")
    other.close()


HELD_MAX = 16384  # wiring.c
SMS, ACK = 2, 3    # types of the box protocol


def packed(kind, *fields):
    """A packet of the box protocol: numbers, strings, None for a string that is not there."""
    body = b"".join(struct.pack(">i", f) if isinstance(f, int) else struct.pack(">i", -1) if f is None
                    else struct.pack(">i", len(f)) + f for f in (kind, *fields))
    return struct.pack(">I", len(body)) + body


def packed_mo(number):
    """The fields of gw/msg-decl.h in their order; its uuid is the number."""
    return packed(SMS, b"62811%07d" % number, b"1708", None, b"Jalan rusak", -1, b"FAKE", None, None, None, None,
                  str(uuid.UUID(int=number)).encode(), 0, *[-1] * 7, None, -1, -1, -1, None, None, None, *[-1] * 4, None)


class Flood:
    """A bearerbox without limits: it sends all it is given, in that order, and keeps what it is told."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.smsbox_port = self.listener.getsockname()[1]
        self.acked, self.mt, self.out = [], [], queue.Queue()

    def accept(self):
        self.line, _ = self.listener.accept()
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._write, daemon=True).start()

    def _write(self):
        while data := self.out.get():
            self.line.sendall(data)

    def _read(self):
        lines = self.line.makefile("rb")
        while head := lines.read(4):
            packet = lines.read(int.from_bytes(head, "big"))
            if packet[3] == ACK:
                self.acked.append(uuid.UUID(packet[-36:].decode()).int)
            elif packet[3] == SMS:
                self.mt.append(packet)

    def close(self):
        self.out.put(b"")
        self.listener.close()
        self.line.shutdown(socket.SHUT_RDWR)


def test_more_than_the_box_holds(tmp_path):
    """It reads no further, an MT ack waits behind the SMS, and all is answered in the end, each SMS once."""
    flood, count, reply = Flood(), HELD_MAX * 2, new_id()
    box = Box(tmp_path, flood).start(wait_up=False)
    flood.accept()
    box.wait_up()
    classifier, responder = box.classifier(credit=HELD_MAX * 2), box.responder()
    for number in range(count):
        flood.out.put(packed_mo(number))
    classifier.wait_sms(HELD_MAX)
    responder.submit(reply)
    wait_for(lambda: flood.mt, "the MT")
    flood.out.put(packed(ACK, 0, 0, str(uuid.UUID(bytes=reply)).encode()))
    assert len(classifier.sms()) == HELD_MAX and not flood.acked and not responder.results()

    done = 0
    while done < count:
        held = classifier.wait_sms(done + 1)
        classifier.ack(*held[done:])
        done = len(held)
    assert responder.wait_result(reply) == "SUBMIT_ACCEPTED"
    wait_for(lambda: len(flood.acked) >= count, "all acks")
    assert sorted(flood.acked) == list(range(count))
    assert sorted(uuid.UUID(bytes=s.uuid).int for s in classifier.sms()) == list(range(count))
    box.terminate()
    assert box.exit_code() == 0
    box.close()
    flood.close()


@pytest.mark.parametrize("sent", [
    struct.pack(">I", 12) + b"\xff" * 12,                    # no such type
    struct.pack(">I", 0xFFFFFFFF),                           # a length that none has
    struct.pack(">I", 4 * 2 + 4) + struct.pack(">IIi", 2, 0xFFFFFF00, -7),  # an sms with a negative length
    struct.pack(">III", 4, 3, 0) [:-4] + b"\0\0\0",          # an ack that is too short, and then the end
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
])
def test_garbage_from_bearerbox(tmp_path, sent):
    """Something else listens on the port: the box logs it, connects again, and lives."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(PATIENCE)
    box = Box(tmp_path, listener.getsockname()[1]).start(wait_up=False)
    for _ in range(3):
        peer, _ = listener.accept()
        peer.settimeout(PATIENCE)
        hello = peer.recv(1000)
        assert hello[:12] == struct.pack(">III", len(hello) - 4, 1, 3) and hello.endswith(b"aduan")  # identify, first
        peer.sendall(sent)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(1000):
            pass
        peer.close()
    box.terminate()
    assert box.exit_code() == 0
    box.close()
    listener.close()


def test_tls(tmp_path):
    """Verified against the CA; another CA is refused, and a peer that never answers stalls nobody."""
    directory = tmp_path / "kannel"
    directory.mkdir()
    cert, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days",
                    "2", "-subj", "/CN=bearerbox", "-addext", "subjectAltName=IP:127.0.0.1"], check=True,
                   stderr=subprocess.DEVNULL)
    bearerbox = Bearerbox(directory, extra=f'smsbox-port-ssl = true\nssl-server-cert-file = "{cert}"\n'
                                           f'ssl-server-key-file = "{key}"').start()
    mute = socket.create_server(("127.0.0.1", 0))
    box = Box(tmp_path, bearerbox, mute.getsockname()[1], link_extra=f",tls=yes,ca={cert}").start()
    classifier, responder, phone = box.classifier(), box.responder(), bearerbox.phone()
    for i in range(50):
        phone.send(f"rahasia {i} " + "x" * 100)
    classifier.ack(*classifier.wait_sms(50))
    wait_for(lambda: not bearerbox.stored(), "bearerbox's store to be empty")
    replies = [new_id() for _ in range(20)]
    for reply in replies:
        responder.submit(reply, "lewat TLS")
    assert {responder.wait_result(r) for r in replies} == {"SUBMIT_ACCEPTED"}
    box.terminate()
    assert box.exit_code() == 0
    box.close()

    stranger = Box(tmp_path, bearerbox, name="stranger",
                   link_extra=",tls=yes,ca=/etc/ssl/certs/ca-certificates.crt").start(wait_up=False)
    wait_for(lambda: "certificate is refused" in stranger.text(), "the certificate to be refused")
    wrong = Box(tmp_path, bearerbox, name="wrong", link_extra=f",tls=yes,ca={cert},tls-name=else.example")
    wrong.start(wait_up=False)
    wait_for(lambda: "certificate is refused" in wrong.text(), "the name to be refused")
    for each in (stranger, wrong):
        each.close()
    bearerbox.kill()
    mute.close()


def test_a_second_start_is_refused(tmp_path, box):
    """The same name, and another name on the same socket."""
    for name in ("box1", "other"):
        arguments = list(box.arguments)
        arguments[arguments.index("--lock") + 1] = str(tmp_path / f"{name}.lock")
        run = subprocess.run([BIN / "aduanbox", *arguments], capture_output=True, timeout=PATIENCE)
        assert run.returncode == 75 and b"already holds" in run.stderr
    classifier = box.classifier()
    assert classifier.of("welcome")[0].box == "box1"


@pytest.mark.parametrize("arguments, word", [
    ([], "--name"),
    (["--name"], "needs a value"),
    (["--nmae", "x"], "--help"),
    (["--name", "a/b", "--inbound", "x", "--outbound", "y"], "letters"),
    (["--bearerbox", "name=a,host=b,port=70000,id=c"], "65535"),
    (["--bearerbox", "name=a,hsot=b"], "hsot"),
    (["--bearerbox", "name=a,host=b,port=1,id=c,tls=maybe"], "tls=yes or tls=no"),
    (["--drain-seconds", "-1"], "3600"),
])
def test_usage(arguments, word):
    run = subprocess.run([BIN / "aduanbox", *arguments], capture_output=True, timeout=PATIENCE)
    assert run.returncode == 2 and word in run.stderr.decode()


def test_unusable_tls_file_is_a_sentence(tmp_path):
    box = Box(tmp_path, 1, link_extra=f",tls=yes,ca={tmp_path}/none.pem").start(wait_up=False)
    assert box.exit_code() == 1
    assert "CA file" in box.text()
    box.close()
