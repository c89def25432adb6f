# SPDX-License-Identifier: BSD-2-Clause
"""aduanbox between a real bearerbox and workers that a test plays itself, frame by frame. Every wait is for an event,
with a deadline that only a failure reaches."""

import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

import zmq

from line import BIN, PATIENCE, ROOT, free_ports, wait_for


def load_schema():
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["protoc", f"--proto_path={ROOT}/proto", f"--python_out={out}", "wire.proto"], check=True)
        sys.path.insert(0, out)
        try:
            import wire_pb2
        finally:
            sys.path.remove(out)
    return wire_pb2


wire = load_schema()
TYPES = {"hello": 1, "welcome": 2, "ping": 3, "batch": 4, "ack": 5, "submit": 6, "results": 7, "reports": 8, "bye": 9,
         "refused": 10, "status": 11}
NAMES = {number: name for name, number in TYPES.items()}


def pack(kind, body):
    return [bytes([0xAD, 2, TYPES[kind], 0]), body.SerializeToString()]


def unpack(parts):
    header, data = parts
    kind = NAMES[header[2]]
    body = getattr(wire, kind.capitalize())()
    body.ParseFromString(data)
    return kind, body


class Peer:
    """A ZeroMQ socket in a thread of its own; what comes is kept in `got` as (kind, body)."""

    def __init__(self, context, kind, setup):
        self.got, self.changed, self.out, self.over = [], threading.Condition(), queue.Queue(), threading.Event()
        self.context, self.kind, self.setup = context, kind, setup
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        s = self.context.socket(self.kind)
        s.linger = 0
        self.setup(s)
        while not self.over.is_set():
            while not self.out.empty():
                s.send_multipart(self.out.get())
            self.idle()
            if not s.poll(20):
                continue
            parts = s.recv_multipart()
            with self.changed:
                self.got.append(self.read(parts))
                self.changed.notify_all()
        s.close()

    def idle(self):
        pass

    def read(self, parts):
        return unpack(parts)

    def wait(self, question, what):
        """The first truthy question(got)."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while not (answer := question(list(self.got))):
                left = deadline - time.monotonic()
                assert left > 0, f"waited for {what}; got {self.got[-5:]}"
                self.changed.wait(left)
        return answer

    def close(self):
        self.over.set()
        self.thread.join()


class Worker(Peer):
    """A classifier or responder that does what the test says and nothing else, except for its heartbeat."""

    def __init__(self, box, role, name, credit=100, quiet=False):
        self.role, self.name, self.credit, self.life = role, name, credit, uuid.uuid4().bytes
        self.pinging, self.pinged = not quiet, time.monotonic()
        self.endpoint = box.inbound if role == "classifier" else box.outbound
        super().__init__(box.context, zmq.DEALER, self._setup)
        if not quiet:
            self.hello()
            self.wait(lambda got: self.of("welcome", got), "WELCOME")

    def _setup(self, s):
        s.setsockopt(zmq.IDENTITY, b"W" + self.life)
        s.connect(self.endpoint)

    def idle(self):
        if self.pinging and time.monotonic() - self.pinged > 1:
            self.pinged = time.monotonic()
            self.send("ping", wire.Ping())

    def send(self, kind, body):
        self.out.put(pack(kind, body))

    def hello(self):
        self.send("hello", wire.Hello(role=self.role, name=self.name, pid=os.getpid(), life=self.life,
                                      credit=self.credit))

    def of(self, kind, got=None):
        return [body for k, body in (self.got if got is None else got) if k == kind]

    def sms(self, got=None):
        return [s for b in self.of("batch", got) for s in b.sms]

    def reports(self, got=None):
        return [r for b in self.of("reports", got) for r in b.report]

    def results(self, got=None):
        return [r for b in self.of("results", got) for r in b.result]

    def wait_sms(self, count=1):
        return self.wait(lambda got: len(self.sms(got)) >= count and self.sms(got), f"{count} SMS")

    def wait_result(self, reply_id, count=1):
        """The count-th outcome of that reply, as a word."""
        def found(got):
            mine = [r.outcome for r in self.results(got) if r.reply_id == reply_id]
            return mine[count - 1:count]
        return wire.SubmitOutcome.Name(self.wait(found, f"result {count} of {reply_id.hex()}")[0])

    def ack(self, *things):
        self.send("ack", wire.Ack(uuid=[t.uuid for t in things]))

    def submit(self, reply_id, body="Terima kasih", **fields):
        mt = wire.Mt(reply_id=reply_id, sender=b"1708", receiver=b"628123", body=body.encode(),
                     **{"bearerbox": "main", **fields})
        self.send("submit", wire.Submit(mt=[mt]))

    def die(self):
        """The socket is gone at once, without a word."""
        self.close()


class StatusSink(Peer):
    """What aduand would hear."""

    def __init__(self, context, endpoint):
        super().__init__(context, zmq.ROUTER, lambda s: s.bind(endpoint))

    def read(self, parts):
        return unpack(parts[1:])

    def last(self, got=None):
        return (self.got if got is None else got)[-1][1]

    def counter(self, name, got=None):
        return next(c.value for c in self.last(got).counter if c.name == name)

    def wait_counter(self, name, least=1):
        self.wait(lambda got: got and self.counter(name, got) >= least, f"{name} ≥ {least}")


class Phone:
    """A client of bearerbox's fake SMSC, in the protocol of Kannel's fakesmsc: one message a line."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.lines, self.changed = [], threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.socket.makefile("rb"):
            with self.changed:
                self.lines.append(line.rstrip(b"\n"))
                self.changed.notify_all()

    def send(self, text, sender="628123", to="1708", kind="text"):
        self.socket.sendall(f"{sender} {to} {kind} {text}\n".encode())

    def wait(self, part, count=1):
        """The count-th line that holds these bytes."""
        deadline = time.monotonic() + PATIENCE
        with self.changed:
            while len(found := [line for line in self.lines if part in line]) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"the phone waited for {count} × {part}; got {self.lines[-5:]}"
                self.changed.wait(left)
        return found[count - 1]

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Bearerbox:
    CONF = """group = core
admin-port = {admin}
admin-password = secret
smsbox-port = {smsbox}
box-allow-ip = "127.0.0.1"
smsbox-max-pending = 200
store-type = spool
store-location = "{dir}/spool"
sms-combine-concatenated-mo = false
log-file = "{dir}/bearerbox.log"
log-level = 0
{extra}

group = smsc
smsc = fake
smsc-id = FAKE
port = {fake}
connect-allow-ip = "127.0.0.1"

group = smsbox-route
smsbox-id = aduan
shortcode = "1708"

group = smsbox
bearerbox-host = 127.0.0.1
"""

    def __init__(self, directory, extra=""):
        self.directory = directory
        directory.mkdir(exist_ok=True)
        (directory / "spool").mkdir()
        self.admin_port, self.smsbox_port, self.fake_port = free_ports(3)
        (directory / "kannel.conf").write_text(self.CONF.format(
            admin=self.admin_port, smsbox=self.smsbox_port, fake=self.fake_port, dir=directory, extra=extra))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(["bearerbox", self.directory / "kannel.conf"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        wait_for(self._listens, "bearerbox")
        return self

    def _listens(self):
        assert self.process.poll() is None, (self.directory / "bearerbox.log").read_text()[-2000:]
        try:
            socket.create_connection(("127.0.0.1", self.fake_port)).close()
            urllib.request.urlopen(f"http://127.0.0.1:{self.admin_port}/status.txt?password=secret").close()
            return True
        except OSError:
            return False

    def admin(self, verb):
        url = f"http://127.0.0.1:{self.admin_port}/{verb}?password=secret"
        with urllib.request.urlopen(url) as answer:
            return answer.read().decode()

    def stored(self):
        return [f for _, _, files in os.walk(self.directory / "spool") for f in files]

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        self.process.wait(PATIENCE)

    def phone(self):
        """One that bearerbox has answered: until then its SMSC is down, and an MT is only buffered."""
        phone = Phone(self.fake_port)
        wait_for(lambda: "online" in self.admin("status.txt"), "bearerbox to answer the phone")
        return phone


class Box:
    """aduanbox, its sockets in `directory`, one link "main" to each given bearerbox ("main", "second", …)."""

    def __init__(self, directory, *bearerboxes, name="box1", link_extra="", drain=10):
        self.directory, self.name = directory, name
        self.context = zmq.Context.instance()
        self.inbound, self.outbound = f"ipc://{directory}/{name}.in", f"ipc://{directory}/{name}.out"
        self.sink = StatusSink(self.context, f"ipc://{directory}/{name}.status")
        self.log = directory / f"{name}.log"
        self.arguments = ["--name", name, "--inbound", self.inbound, "--outbound", self.outbound, "--status",
                          f"ipc://{directory}/{name}.status", "--lock", f"{directory}/{name}.lock", "--log-level",
                          "debug", "--drain-seconds", str(drain)]
        for link, bearerbox in zip(("main", "second"), bearerboxes):
            port = getattr(bearerbox, "smsbox_port", bearerbox)
            self.arguments += ["--bearerbox", f"name={link},host=127.0.0.1,port={port},id=aduan{link_extra}"]
        self.process = None

    def start(self, wait_up=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BIN / "aduanbox", *self.arguments], stderr=log)
        if wait_up:
            self.wait_up()
        return self

    def wait_up(self, link="main", up=True):
        """The latest status frame says so of that link."""
        self.sink.wait(lambda got: got and any(k.name == link and k.up == up for k in self.sink.last(got).link),
                       f"link {link} {'up' if up else 'down'}: {self.text()[-1500:]}")

    def text(self):
        return self.log.read_text() if self.log.exists() else ""

    def classifier(self, name="classifier.1", **options):
        return Worker(self, "classifier", name, **options)

    def responder(self, name="responder.1", **options):
        return Worker(self, "responder", name, **options)

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def exit_code(self):
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.sink.close()
