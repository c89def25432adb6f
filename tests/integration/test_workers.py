# SPDX-License-Identifier: BSD-2-Clause
"""The real aduan-classifier and aduan-responder on a real store; the test plays aduanbox and aduand over ZeroMQ, so it
can kill, withhold and redeliver at will. Each test ends with `aduan verify`."""

import collections
import contextlib
import importlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid

import pytest
import zmq

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("ADUAN_BIN", ROOT / "build/debug/bin"))
PATIENCE = float(os.environ.get("ADUAN_PATIENCE", "60"))

HELLO, WELCOME, PING, BATCH, ACK, SUBMIT, RESULTS, REPORTS, BYE, REFUSED, STATUS = range(1, 12)
ACCEPTED, BUFFERED, REJECTED, RETRY, NOT_SENT, AMBIGUOUS = range(1, 7)
LEASE_S = 2

CONFIG = """
desk: {{name: Kota Uji, shortcodes: ["1708"], categories: {etc}/categories.yaml, agencies: {etc}/agencies.yaml,
       replies: replies, resend_window_s: 0, peak_age_s: 0}}
store: {{dir: store, map_bytes: 64 MiB, key: store.key}}
run: {{dir: run}}
boxes: [{{name: box1, bearerboxes: [{{name: main, host: 127.0.0.1, port: 13001}}]}}]
parts: {{wait_s: 2}}
replies: {{lease_s: {lease}, ambiguous_s: 1, retry_s: 1}}
supervision: {{drain_s: 20}}
"""


def as_sent(mt):
    """What bearerbox is given: everything but what the box is told of the reply's claims."""
    copy = type(mt)()
    copy.CopyFrom(mt)
    for name in ("claim", "write_until_us", "maybe_written"):
        copy.ClearField(name)
    return copy.SerializeToString(deterministic=True)


@pytest.fixture(scope="session")
def wire(tmp_path_factory):
    out = tmp_path_factory.mktemp("wire")
    subprocess.run(["protoc", f"--python_out={out}", f"--proto_path={ROOT}/proto", "wire.proto"], check=True)
    sys.path.insert(0, str(out))
    return importlib.import_module("wire_pb2")


class Scene:
    """A configuration, a store, the workers on it, and the box they speak to."""

    def __init__(self, directory, wire):
        self.dir, self.wire = directory, wire
        self.config = directory / "aduan.yaml"
        self.config.write_text(CONFIG.format(etc=ROOT / "etc", lease=LEASE_S))
        shutil.copytree(ROOT / "etc/replies", directory / "replies")
        (directory / "run").mkdir(mode=0o700)
        subprocess.run([BIN / "aduan", "--config", self.config, "keygen"], check=True, capture_output=True)
        self.processes = {}
        self.context = zmq.Context()
        self.status = collections.defaultdict(list)
        self.submits, self.acked = [], []
        self.answer = ACCEPTED  # the outcome of each SUBMIT; None: keep silent
        self.say_bye = True
        self.open_box()

    # --- the box

    def bind(self, name):
        router = self.context.socket(zmq.ROUTER)
        router.linger = 0
        router.router_mandatory = True
        router.bind(f"ipc://{self.dir}/run/{name}")
        return router

    def open_box(self):
        self.life = os.urandom(16)
        self.sockets = {role: self.bind(name) for role, name in
                        [("classifier", "box1.in"), ("responder", "box1.out"), ("aduand", "status")]}
        self.peers = {}  # worker's name → (role, routing id, life)
        self.met = set()  # those that have read their WELCOME: they ping
        self.pinged = 0.0

    def close_box(self):
        for router in self.sockets.values():
            router.close()
        self.sockets = {}

    def say(self, name, kind, body):
        role, routing, _ = self.peers[name]
        with contextlib.suppress(zmq.ZMQError):
            self.sockets[role].send_multipart([routing, bytes([0xAD, 2, kind, 0]), body.SerializeToString()])

    def say_raw(self, name, *parts):
        role, routing, _ = self.peers[name]
        self.sockets[role].send_multipart([routing, *parts])

    def pump(self, ms=20):
        """Reads and answers what there is, as a box would."""
        if time.monotonic() - self.pinged > 0.5:
            self.pinged = time.monotonic()
            for name in self.peers:
                self.say(name, PING, self.wire.Ping(links_up=True))
        poller = zmq.Poller()
        for router in self.sockets.values():
            poller.register(router, zmq.POLLIN)
        readable = dict(poller.poll(ms))
        for role, router in self.sockets.items():
            if router in readable:
                with contextlib.suppress(zmq.Again):
                    while True:
                        self.hear(role, router.recv_multipart(zmq.NOBLOCK))

    def hear(self, role, parts):
        routing, header, body = parts
        assert header[:2] == b"\xad\x02", header
        kind = header[2]
        if kind == STATUS:
            status = self.wire.Status.FromString(body)
            self.status[status.name].append(status)
        elif kind == HELLO:
            hello = self.wire.Hello.FromString(body)
            assert hello.role == role
            self.peers[hello.name] = (role, routing, hello.life)
            self.say(hello.name, WELCOME, self.wire.Welcome(box="box1", life=self.life, links_up=True))
        elif kind == PING:
            self.met |= {n for n, (_, r, _) in self.peers.items() if r == routing}
        elif kind == ACK:
            self.acked += self.wire.Ack.FromString(body).uuid
        elif kind == SUBMIT:
            name = next(n for n, (_, r, _) in self.peers.items() if r == routing)
            mts = list(self.wire.Submit.FromString(body).mt)
            self.submits += mts
            if self.answer is not None:
                self.say_results(name, mts, self.answer)
        elif kind == BYE and self.say_bye:
            name = next(n for n, (_, r, _) in self.peers.items() if r == routing)
            self.say(name, BYE, self.wire.Bye())
            del self.peers[name]

    def say_results(self, name, mts, outcome):
        results = self.wire.Results()
        for mt in mts:
            results.result.add(reply_id=mt.reply_id, slot=mt.slot, outcome=outcome)
        self.say(name, RESULTS, results)

    def wait(self, question, what, patience=None):
        deadline = time.monotonic() + (patience or PATIENCE)
        while not (answer := question()):
            if time.monotonic() > deadline:
                raise AssertionError(f"waited for {what}; log:\n{self.logs()}")
            self.pump()
        return answer

    def pass_time(self, seconds):
        """Only to see that something does not happen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.pump()

    def sms(self, text, **fields):
        made = dict(uuid=uuid.uuid4().bytes, time=int(time.time()), sender=b"+6281200000001", receiver=b"1708",
                    body=text.encode() if isinstance(text, str) else text, coding=0, smsc_id=b"smsc1",
                    bearerbox="main", priority=0)
        made.update(fields)
        return self.wire.Sms(**made)

    def dispatch(self, name, *sms):
        self.say(name, BATCH, self.wire.Batch(sms=sms))

    def wait_acked(self, *sms):
        self.wait(lambda: all(s.uuid in self.acked for s in sms), "the acks")

    # --- the workers

    def start(self, name, fault=None):
        role = name.split(".")[0]
        env = dict(os.environ)
        env.pop("ADUAN_FAULT", None)
        if fault:
            env["ADUAN_FAULT"] = fault
        log = open(self.dir / f"{name}.log", "ab")
        process = subprocess.Popen([BIN / f"aduan-{role}", "--config", self.config, "--name", name], env=env,
                                   stderr=log)
        log.close()
        self.processes[name] = process
        self.peers.pop(name, None)
        self.met.discard(name)
        self.wait(lambda: name in self.met, f"{name} to say hello")
        return process

    def ended(self, name):
        process = self.processes[name]
        self.wait(lambda: process.poll() is not None, f"{name} to end")
        self.peers.pop(name, None)
        return process.returncode

    def kill(self, name):
        self.processes[name].kill()
        assert self.ended(name) == -signal.SIGKILL

    def drain(self, name):
        self.processes[name].terminate()
        return self.ended(name)

    def last_status(self, name):
        return self.status[name][-1] if self.status[name] else self.wire.Status()

    def logs(self):
        return "".join(f"--- {p.name}\n{p.read_text(errors='replace')[-3000:]}" for p in self.dir.glob("*.log"))

    def aduan(self, *verb):
        done = subprocess.run([BIN / "aduan", "--config", self.config, *verb], capture_output=True, text=True)
        assert done.returncode == 0, (verb, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def replies(self, ticket):
        return self.aduan("ticket", "show", str(ticket), "--json")["replies"]

    def close(self, verify):
        for process in self.processes.values():
            if process.poll() is None:
                process.terminate()
        for name in self.processes:
            code = self.ended(name)
            if verify:
                assert code in (0, -signal.SIGKILL), self.logs()
        if verify:
            self.aduan("verify", "--json")
        self.close_box()
        self.context.term()
        assert "ERROR: AddressSanitizer" not in self.logs() and "runtime error:" not in self.logs(), self.logs()


@pytest.fixture
def scene(tmp_path, wire, request):
    made = Scene(tmp_path, wire)
    failed_before = request.session.testsfailed
    try:
        yield made
    finally:
        made.close(verify=request.session.testsfailed == failed_before)


def ticket_in(mt):
    return re.search(r"\b\d{7}\b", mt.body.decode()).group()


HOLE = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"


def test_an_sms_becomes_a_ticket_and_its_reply_is_followed_to_delivery(scene):
    scene.start("classifier.1")
    scene.start("responder.1")
    sms = scene.sms(HOLE, service=b"svc", account=b"acc")
    scene.dispatch("classifier.1", sms)
    scene.wait_acked(sms)
    scene.wait(lambda: scene.submits, "the reply")
    mt = scene.submits[0]
    assert (mt.sender, mt.receiver, mt.bearerbox, mt.smsc_id) == (b"1708", sms.sender, "main", b"smsc1")
    assert mt.dlr_mask == 24 and len(mt.reply_id) == 16 and mt.reply_id != sms.uuid
    ticket = ticket_in(mt)
    scene.wait(lambda: scene.last_status("responder.1").done == 1, "the result")
    reports = [scene.wire.Report(uuid=uuid.uuid4().bytes, time=sms.time, reply_id=mt.reply_id, slot=mt.slot,
                                 status=s)
               for s in (8, 1)]
    unknown = scene.wire.Report(uuid=uuid.uuid4().bytes, time=1, reply_id=os.urandom(16), slot=mt.slot, status=1)
    strange = scene.wire.Report(uuid=uuid.uuid4().bytes, time=1, reply_id=mt.reply_id, slot=mt.slot, status=77)
    scene.say("responder.1", REPORTS, scene.wire.Reports(report=[*reports, unknown, strange]))
    scene.wait_acked(*reports, unknown, strange)
    assert [r["state"] for r in scene.replies(ticket)] == ["delivered"]
    scene.pass_time(LEASE_S + 1)
    assert len(scene.submits) == 1


@pytest.mark.parametrize("point", ["before_commit", "after_commit"])
def test_nothing_is_acked_before_its_commit_and_nothing_is_taken_twice(scene, point):
    scene.start("classifier.1", fault=f"classifier:{point}:1")
    sms = scene.sms(HOLE)
    scene.dispatch("classifier.1", sms)
    assert scene.ended("classifier.1") == -signal.SIGKILL
    assert not scene.acked
    scene.start("classifier.2")
    scene.dispatch("classifier.2", sms)
    scene.wait_acked(sms)
    scene.dispatch("classifier.2", sms)
    scene.wait(lambda: scene.acked.count(sms.uuid) == 2, "the second ack")
    scene.start("responder.1")
    scene.wait(lambda: scene.last_status("responder.1").done == 1, "the reply's result")
    scene.pass_time(LEASE_S + 1)
    assert len(scene.submits) == 1
    assert len(scene.aduan("tickets", "--json")["tickets"]) == 1


@pytest.mark.parametrize("point", ["claimed", "submitted", "result_received", "result_committed"])
def test_a_reply_goes_out_again_under_its_id_when_its_responder_dies(scene, point):
    scene.start("classifier.1")
    sms = scene.sms(HOLE)
    scene.dispatch("classifier.1", sms)
    scene.wait_acked(sms)
    scene.start("responder.1", fault=f"responder:{point}:1")
    assert scene.ended("responder.1") == -signal.SIGKILL
    before = len(scene.submits)
    scene.start("responder.2")
    if point == "result_committed":
        scene.pass_time(LEASE_S + 1)
        assert len(scene.submits) == before == 1
    else:
        scene.wait(lambda: len(scene.submits) > before, "the reply again")
        scene.wait(lambda: scene.last_status("responder.2").done == 1, "its result")
    assert len({as_sent(mt) for mt in scene.submits}) == 1
    assert [mt.maybe_written for mt in scene.submits] == [False, True][1 - before:][:len(scene.submits)]
    ticket = ticket_in(scene.submits[0])
    scene.wait(lambda: [r["state"] for r in scene.replies(ticket)] == ["accepted"], "accepted")


def test_a_late_result_reaches_another_responder(scene):
    scene.start("classifier.1")
    scene.answer = None
    scene.start("responder.1")
    sms = scene.sms(HOLE)
    scene.dispatch("classifier.1", sms)
    scene.wait(lambda: scene.submits, "the reply")
    scene.kill("responder.1")
    scene.start("responder.2")
    scene.say_results("responder.2", scene.submits[:1], BUFFERED)
    scene.wait(lambda: scene.last_status("responder.2").done == 1, "the result")
    scene.pass_time(LEASE_S + 1)
    assert len(scene.submits) == 1


def test_a_slow_box_keeps_its_lease_and_its_attempts(scene):
    scene.start("classifier.1")
    scene.start("responder.1")
    scene.answer = None
    sms = scene.sms(HOLE)
    scene.dispatch("classifier.1", sms)
    scene.wait(lambda: scene.submits, "the reply")
    scene.pass_time(2 * LEASE_S + 1)
    assert len(scene.submits) == 1
    assert scene.last_status("responder.1").backlog == 1
    scene.say_results("responder.1", scene.submits, ACCEPTED)
    scene.wait(lambda: scene.last_status("responder.1").done == 1, "the result")
    assert [r["attempts"] for r in scene.replies(ticket_in(scene.submits[0]))] == [1]


@pytest.mark.parametrize("outcome", [RETRY, NOT_SENT, AMBIGUOUS])
def test_what_was_not_taken_is_sent_again(scene, outcome):
    scene.answer = outcome
    scene.start("classifier.1")
    scene.start("responder.1")
    sms = scene.sms(HOLE)
    scene.dispatch("classifier.1", sms)
    scene.wait(lambda: len(scene.submits) == 2, "the second attempt")
    scene.answer = ACCEPTED
    scene.wait(lambda: scene.last_status("responder.1").done == 1, "acceptance")
    assert len({mt.reply_id for mt in scene.submits}) == 1


def test_a_reply_that_is_always_rejected_has_failed(scene):
    scene.config.write_text(scene.config.read_text().replace("replies: {lease_s", "replies: {attempts: 3, lease_s"))
    scene.answer = REJECTED
    scene.start("classifier.1")
    scene.start("responder.1")
    scene.dispatch("classifier.1", scene.sms(HOLE))
    scene.wait(lambda: scene.submits, "the first attempt")
    ticket = ticket_in(scene.submits[0])
    scene.wait(lambda: scene.replies(ticket)[0]["state"] == "failed", "the last attempt")
    assert len(scene.submits) == 3 and len({mt.reply_id for mt in scene.submits}) == 1
    assert scene.replies(ticket)[0]["cause"] == "attempts: rejected: no route or blacklisted"


def test_a_box_that_dies_with_replies_out_gets_them_again(scene):
    scene.start("classifier.1")
    scene.start("responder.1")
    scene.answer = None
    sms = scene.sms(HOLE)
    scene.dispatch("classifier.1", sms)
    scene.wait_acked(sms)
    scene.wait(lambda: scene.submits, "the reply")
    scene.close_box()
    scene.open_box()
    scene.answer = ACCEPTED
    scene.wait(lambda: len(scene.submits) == 2, "the reply again")
    assert as_sent(scene.submits[0]) == as_sent(scene.submits[1])
    scene.wait(lambda: scene.last_status("responder.1").done == 1, "its result")


def test_uncommitted_messages_of_a_lost_box_come_again(scene):
    scene.start("classifier.1")
    name_life = scene.peers["classifier.1"][2]
    sms = [scene.sms(f"Lampu jalan padam nomor {i}", sender=b"+62812%07d" % i) for i in range(50)]
    scene.dispatch("classifier.1", *sms[:25])
    scene.close_box()
    scene.open_box()
    scene.wait(lambda: "classifier.1" in scene.met, "hello to the new box")
    assert scene.peers["classifier.1"][2] != name_life
    scene.dispatch("classifier.1", *sms)
    scene.wait_acked(*sms)
    assert len(scene.aduan("tickets", "--limit", "100", "--json")["tickets"]) == 50


def test_a_poison_message_is_parked_and_the_line_goes_on(scene):
    poison = scene.sms(b"\x00\xff poison", coding=1)
    for _ in range(3):
        scene.start("classifier.1", fault="classifier:understand:1")
        scene.dispatch("classifier.1", poison)
        assert scene.ended("classifier.1") == -signal.SIGKILL
    scene.start("classifier.1", fault="classifier:understand:1")
    poison.quarantine, poison.deaths = True, 3
    scene.dispatch("classifier.1", poison)
    scene.wait_acked(poison)
    scene.drain("classifier.1")
    scene.start("classifier.1")
    sms = scene.sms(HOLE)
    scene.dispatch("classifier.1", sms)
    scene.wait_acked(sms)
    assert len(scene.aduan("tickets", "--json")["tickets"]) == 1


def test_parts_become_one_ticket_over_the_death_of_a_classifier(scene):
    def part(i, text):
        return scene.sms(text, udh=bytes([5, 0, 3, 42, 3, i]))
    scene.start("classifier.1")
    parts = [part(3, "diperbaiki"), part(1, "Jalan berlubang di pasar, "), part(2, "mohon segera ")]
    scene.dispatch("classifier.1", parts[0])
    scene.wait_acked(parts[0])
    scene.kill("classifier.1")
    scene.start("classifier.2")
    scene.dispatch("classifier.2", parts[1])
    scene.dispatch("classifier.2", parts[2])
    scene.wait_acked(*parts)
    tickets = scene.aduan("tickets", "--json")["tickets"]
    assert len(tickets) == 1
    # A set that stays incomplete is taken as what there is.
    lonely = scene.sms("Sampah menumpuk di", sender=b"+6281200000002", udh=bytes([5, 0, 3, 43, 2, 1]))
    scene.dispatch("classifier.2", lonely)
    scene.wait_acked(lonely)
    scene.wait(lambda: len(scene.aduan("tickets", "--json")["tickets"]) == 2, "the incomplete one")


def test_odd_messages_are_acked_and_never_block(scene):
    scene.start("classifier.1")
    odd = [scene.sms(b""), scene.sms(b"\x00" * 140, coding=1), scene.sms(b"\xd8\x00", coding=2),
           scene.sms(b"\xff\xfe\x80", coding=0), scene.sms(HOLE, sender=b""), scene.sms(HOLE, sender=b"TELKOMSEL"),
           scene.sms(HOLE, sender=b"1" * 21), scene.sms(HOLE, receiver=b"9999"), scene.sms(HOLE, coding=77),
           scene.sms(HOLE, udh=b"\xff\x00"), scene.sms(HOLE, udh=bytes([5, 0, 3, 1, 255, 255])),
           scene.sms(HOLE, charset=b"nonsense"), scene.sms(os.urandom(9000), coding=1)]
    scene.dispatch("classifier.1", *odd)
    scene.wait_acked(*odd)


def test_many_messages_through_many_workers_get_one_reply_each(scene):
    for name in ("classifier.1", "classifier.2", "responder.1", "responder.2"):
        scene.start(name)
    sms = [scene.sms(f"Jalan rusak di RT {i}", sender=b"+62813%07d" % i) for i in range(600)]
    for i in range(0, len(sms), 50):
        scene.dispatch(f"classifier.{i // 50 % 2 + 1}", *sms[i:i + 50])
    scene.wait_acked(*sms)
    scene.wait(lambda: len(scene.submits) >= 600, "the replies")
    scene.pass_time(LEASE_S + 1)
    assert len(scene.submits) == 600 and len({mt.receiver for mt in scene.submits}) == 600
    assert len(scene.acked) == 600


def test_a_stopped_responder_does_not_send_what_it_no_longer_holds(scene):
    scene.start("classifier.1")
    scene.start("responder.1")
    scene.answer = None
    first = scene.sms(HOLE)
    scene.dispatch("classifier.1", first)
    scene.wait(lambda: len(scene.submits) == 1, "the first reply")
    scene.processes["responder.1"].send_signal(signal.SIGSTOP)
    scene.start("responder.2")
    scene.answer = ACCEPTED
    scene.wait(lambda: len(scene.submits) == 2, "the reply from the second responder")
    scene.wait(lambda: scene.last_status("responder.2").done == 1, "its result")
    scene.processes["responder.1"].send_signal(signal.SIGCONT)
    scene.pass_time(LEASE_S + 2)
    assert len(scene.submits) == 2
    assert [r["state"] for r in scene.replies(ticket_in(scene.submits[0]))] == ["accepted"]


def test_garbage_from_a_box_is_refused_and_counted(scene):
    scene.start("classifier.1")
    scene.start("responder.1")
    for name in ("classifier.1", "responder.1"):
        for parts in ([b"garbage"], [b"", b""], [b"\xad\x02\x04\x00"], [b"\xad\x02\x04\x00", b"\xff" * 50],
                      [b"\xad\x01\x04\x00", b""], [b"\xad\x02\x63\x00", b""], [b"x"] * 9):
            scene.say_raw(name, *parts)
    scene.say("classifier.1", RESULTS, scene.wire.Results())
    scene.say("responder.1", BATCH, scene.wire.Batch())
    for name in ("classifier.1", "responder.1"):
        scene.wait(lambda: scene.last_status(name).refused == 8, f"{name} to count it")
    sms = scene.sms(HOLE)
    scene.dispatch("classifier.1", sms)
    scene.wait_acked(sms)
    scene.wait(lambda: scene.submits, "the reply")


def test_a_reload_takes_templates_up_and_a_bad_one_is_refused(scene):
    scene.start("classifier.1")
    scene.start("responder.1")
    template = scene.dir / "replies/id.yaml"
    good = template.read_text()
    template.write_text(good + "\nnonsense: '{no_such_field}'\n")
    scene.processes["responder.1"].send_signal(signal.SIGHUP)
    scene.wait(lambda: "worker.reload_refused" in scene.logs(), "the refusal")
    assert "id.yaml:" in scene.logs()
    scene.dispatch("classifier.1", scene.sms(HOLE))
    scene.wait(lambda: len(scene.submits) == 1, "a reply from the old template")
    template.write_text(good)
    scene.config.write_text(scene.config.read_text().replace("dlr_mask", "").replace(
        "replies: {lease_s", "replies: {dlr_mask: 3, unset_coding: yes, lease_s"))
    scene.processes["responder.1"].send_signal(signal.SIGHUP)
    scene.wait(lambda: scene.last_status("responder.1").config_generation == 2, "the reload")
    scene.dispatch("classifier.1", scene.sms(HOLE, sender=b"+6281200000009"))
    scene.wait(lambda: len(scene.submits) == 2, "a reply with the new configuration")
    assert [(mt.dlr_mask, mt.coding_unset) for mt in scene.submits] == [(24, False), (3, True)]


def test_a_drain_finishes_what_is_held_and_exits_0(scene):
    scene.start("classifier.1")
    scene.start("responder.1")
    sms = [scene.sms(HOLE, sender=b"+62814%07d" % i) for i in range(100)]
    scene.answer = None
    scene.dispatch("classifier.1", *sms)
    scene.processes["classifier.1"].terminate()
    scene.wait_acked(*sms)
    assert scene.ended("classifier.1") == 0
    scene.wait(lambda: len(scene.submits) == 100, "the replies")
    scene.say_bye = False
    responder = scene.processes["responder.1"]
    responder.terminate()
    scene.wait(lambda: scene.last_status("responder.1").state == scene.wire.Status.DRAINING, "draining")
    assert responder.poll() is None
    scene.say_results("responder.1", scene.submits, ACCEPTED)
    scene.say("responder.1", BYE, scene.wire.Bye())
    assert scene.ended("responder.1") == 0
    scene.wait(lambda: scene.last_status("responder.1").state == scene.wire.Status.DRAINED, "the last word")
    assert scene.last_status("responder.1").done == 100


def test_one_living_process_a_name(scene):
    scene.start("classifier.1")
    second = subprocess.run([BIN / "aduan-classifier", "--config", scene.config, "--name", "classifier.1"],
                            capture_output=True, text=True)
    assert second.returncode == 75 and "already runs" in second.stderr


def test_a_full_store_acks_nothing_and_recovers(scene):
    """The map is full: what came stays with the classifier, status says why, and nothing is lost."""
    scene.config.write_text(scene.config.read_text().replace("64 MiB", "1 MiB"))
    scene.start("classifier.1")
    big = [scene.sms(os.urandom(8000), coding=1, sender=b"+62815%07d" % i) for i in range(200)]
    for i in range(0, len(big), 10):
        scene.dispatch("classifier.1", *big[i:i + 10])
    scene.wait(lambda: scene.last_status("classifier.1").state == scene.wire.Status.DEGRADED, "the complaint")
    assert "store" in scene.last_status("classifier.1").note
    assert len(scene.acked) < len(big)
    scene.kill("classifier.1")
    scene.config.write_text(scene.config.read_text().replace("1 MiB", "64 MiB"))
    scene.start("classifier.1")
    again = [s for s in big if s.uuid not in scene.acked]
    for i in range(0, len(again), 10):
        scene.dispatch("classifier.1", *again[i:i + 10])
    scene.wait_acked(*big)
