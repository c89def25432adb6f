# SPDX-License-Identifier: BSD-2-Clause
"""A line whose feed is open on tcp too, and bare sockets to it: what an integrator's program is made of, without any of
its rules, so that a test sees what the server sends and nothing else."""

import contextlib
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import zmq

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/integration"))
from line import PATIENCE, Line, free_ports, gsm7, wait_for  # noqa: E402,F401


def load_schema():
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["protoc", f"--proto_path={ROOT}/proto", f"--python_out={out}", "feed.proto"], check=True)
        sys.path.insert(0, out)
        try:
            import feed_pb2
        finally:
            sys.path.remove(out)
    return feed_pb2


feed = load_schema()
UNKNOWN = 2**64 - 1
EVENTS_OF_ONE = ["sms_received", "ticket_opened", "ticket_classified", "reply_queued", "reply_accepted", "reply_sent",
                 "reply_delivered"]


class FeedLine(Line):
    """publish and replay: tcp endpoints on free ports. Every reply is followed to the phone."""

    def __init__(self, directory, config="", **options):
        ports = free_ports(2)
        self.publish, self.replay = (f"tcp://127.0.0.1:{port}" for port in ports)
        config = config if "replies:\n" in config else config + "replies:\n"
        config = config.replace("replies:\n", "replies:\n  dlr_mask: 27\n")
        super().__init__(directory, f"feed:\n  publish: {self.publish}\n  replay: {self.replay}\n" + config, **options)
        self.zmq = zmq.Context()
        self.senders = itertools.count(6281200000001)

    def start(self, ready=True):
        self.server_key = self.json("feed", "key", "--create")["public"]
        return super().start(ready)

    def stop(self):
        self.zmq.destroy(linger=0)
        super().stop()

    def integrator(self, name, tier="public", *more):
        """A registered one's secret key."""
        return self.json("integrator", "add", name, "--tier", tier, "--generate", *more)["secret"]

    def citizen(self, text="Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"):
        """One SMS, answered and delivered; its sender."""
        sender = str(next(self.senders))
        self.smsc.deliver(sender, gsm7(text))
        self.smsc.answer(sender)
        return sender

    def settled(self, count):
        """Waits until the log has so many events."""
        wait_for(lambda: self.json("stats")["events"] >= count, f"{count} events", pause=0.1)

    def socket(self, kind, ipc, tcp, secret=None, server_key=None):
        socket = self.zmq.socket(kind)
        socket.linger = 0
        if secret:
            socket.curve_serverkey = (server_key or self.server_key).encode()
            socket.curve_secretkey = secret.encode()
            socket.curve_publickey = zmq.curve_public(secret.encode())
        socket.connect(tcp if secret or server_key == "" else f"ipc://{self.dir}/run/{ipc}")
        return socket

    def subscriber(self, *topics, secret=None, **options):
        return Subscriber(self.socket(zmq.SUB, "feed.pub", self.publish, secret, **options), topics)

    def asker(self, secret=None, **options):
        return Asker(self.socket(zmq.DEALER, "feed.replay", self.replay, secret, **options))

    def kill_feed_and_leave(self):
        old = self.pid("feed.1")
        os.kill(old, signal.SIGKILL)
        return old

    def kill_feed(self):
        old = self.kill_feed_and_leave()
        wait_for(lambda: (self.pid("feed.1") or old) != old, "the next feed")
        return old


class Subscriber:
    def __init__(self, socket, topics):
        self.socket = socket
        for topic in topics:
            socket.subscribe(topic)

    def hear(self, patience=PATIENCE):
        """(topic, Event or Beacon), or None when nothing comes in time."""
        if not self.socket.poll(patience * 1000):
            return None
        topic, body = self.socket.recv_multipart()
        topic = topic.decode()
        return topic, (feed.Beacon if topic.startswith("b1.") else feed.Event).FromString(body)

    def beacon(self, patience=PATIENCE):
        """The next beacon; it also proves that the subscription is in force."""
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            heard = self.hear(left)
            if heard and heard[0].startswith("b1."):
                return heard[1]
        return None

    def events(self, count, patience=PATIENCE):
        """The next so many events: [(topic, Event)]."""
        found, deadline = [], time.monotonic() + patience
        while len(found) < count:
            left = deadline - time.monotonic()
            heard = self.hear(left) if left > 0 else None
            assert heard, f"{len(found)} of {count} events came: {[e.sequence for _, e in found][-5:]}"
            if not heard[0].startswith("b1."):
                found.append(heard)
        return found

    def silent(self, seconds):
        """True when no event comes for so long (beacons are none)."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            heard = self.hear(left)
            if heard and not heard[0].startswith("b1."):
                return False
        return True

    def close(self):
        self.socket.close(linger=0)


class Asker:
    def __init__(self, socket):
        self.socket = socket
        self.ids = itertools.count(1)

    def send(self, ident=None, version=1, **what):
        ident = ident or str(next(self.ids)).encode()
        self.socket.send(feed.Request(version=version, id=ident, **what).SerializeToString())
        return ident

    def answer(self, patience=PATIENCE):
        """The next Response; None when none comes in time."""
        if not self.socket.poll(patience * 1000):
            return None
        return feed.Response.FromString(self.socket.recv())

    def ask(self, **what):
        ident = self.send(**what)
        answer = self.answer()
        assert answer, f"no answer to {what}"
        assert answer.id == ident and answer.version == 1
        return answer

    def head(self):
        return self.ask(head=feed.Head()).head

    def replay(self, **what):
        """Every event of a replay, credit given as chunks come; or the Truncated or Refused that ended it."""
        what.setdefault("credit", 2)
        ident = self.send(replay=feed.Replay(**what))
        events, self.chunks = [], 0
        while True:
            answer = self.answer()
            assert answer, f"the replay stopped after {len(events)} events"
            if answer.id != ident:
                continue
            if answer.WhichOneof("what") != "chunk":
                return getattr(answer, answer.WhichOneof("what"))
            self.chunks += 1
            self.through = answer.chunk.through
            events += answer.chunk.event
            if answer.chunk.last:
                return events
            self.send(ident, credit=feed.Credit(chunks=1))

    def refused(self, code, **what):
        answer = self.ask(**what)
        assert answer.WhichOneof("what") == "refused", answer
        assert answer.refused.code == feed.Refused.Code.Value(code), answer.refused
        return answer.refused.reason

    def close(self):
        self.socket.close(linger=0)


def kind(event):
    return event.WhichOneof("what")


@contextlib.contextmanager
def feed_line(directory, config="", **options):
    with FeedLine(directory, config, **options) as line:
        yield line.start()
