# SPDX-License-Identifier: BSD-2-Clause
"""A subscriber of Aduan's public feed that misses nothing: every event of a topic, in order, once.

    for event in Feed("ipc:///run/aduan/feed.pub", "ipc:///run/aduan/feed.replay", "v1.full.", state="position"):
        print(event.sequence, event.WhichOneof("what"))

An event is done when the next one is asked for; only then does the position move. What survives the program's own
kill -9 is what was written down:

  state=FILE        the library writes the position after each event: nothing is missed, and the one event that was
                    in hand may come a second time.
  cursor=NAME       the same, kept by the desk; up to a second of events may come a second time.
  position=(e, s)   exactly once: keep epoch and sequence in the same write as what you made of the event (one
                    line, one transaction), and say at the start where your own output ends. examples/archiver.py.

The letters R1 … R8 are the rules of PROTOCOL.md, "Never miss".
"""
import itertools
import os
import time

import zmq
from google.protobuf.message import DecodeError

from . import feed_pb2

Event = feed_pb2.Event
SILENCE_S = 5  # a beacon comes each second (R6)
ANSWER_S = 10  # a question unanswered so long is asked again, on a new connection
AGAIN_S = 1  # after TOO_MANY, BUSY, or a broken line
CREDIT = 4  # chunks of a replay under way
CONFIRM_S = 1  # how often the desk is told what is done; and whenever there is a pause
PAUSE_S = 0.1  # but a key has only 50 requests a second
HWM = 20000  # events waiting here; more are dropped by ZeroMQ and come by replay


class Refused(Exception):
    """The desk says no, and will tomorrow: a topic outside the view, a revoked key, another version."""


class Broken(Exception):
    """The line is: connect anew."""


class Feed:
    def __init__(self, publish, replay, topic, *, server_key=None, secret_key=None, state=None, cursor=None,
                 position=None, start="first", news=lambda text: None):
        """topic: "v1.<view>." or more levels of it, cut behind a dot. server_key, secret_key: CURVE, Z85, for tcp.
        position: (epoch, sequence) up to which all is done. start: where one without a position begins, "first" or
        "now". news(text): told what the operator ought to know, such as history that is gone."""
        levels = topic.split(".")
        if levels[0] != "v1" or levels[-1] or not 3 <= len(levels) <= 6:
            raise ValueError(f"{topic!r} is not v1.<view>. or more levels of it, cut behind a dot")
        if start not in ("first", "now"):
            raise ValueError('start is "first" or "now"')
        self.publish, self.replay, self.topic = publish, replay, topic
        self.keys = (server_key.encode(), secret_key.encode()) if server_key else None
        self.state, self.cursor, self.start, self.news = state, cursor, start, news
        self.depth = len(levels) - 3
        self.beacon = f"b1.{levels[1]}".encode()
        self.epoch, self.last = position or self._read_state() or (None, 0)
        self.confirmed, self.confirmed_at = (self.epoch, self.last), 0.0
        self.ids = itertools.count(int.from_bytes(os.urandom(6), "big"))
        self.context = self.sub = self.ask = None

    def __iter__(self):
        self.context = zmq.Context()
        try:
            while True:
                try:
                    self._connect()
                    yield from self._catch_up()
                    yield from self._follow()
                except Broken as why:
                    self.news(f"{why}; connecting anew")
                    time.sleep(AGAIN_S)
        finally:
            self.context.destroy(linger=0)

    # --- connections

    def _connect(self):
        for old in (self.sub, self.ask):
            if old:
                old.close(linger=0)
        self.sub, self.ask = self.context.socket(zmq.SUB), self.context.socket(zmq.DEALER)
        for socket, endpoint in ((self.sub, self.publish), (self.ask, self.replay)):
            socket.linger = 0
            socket.rcvhwm = HWM
            if self.keys:
                socket.curve_serverkey, socket.curve_secretkey = self.keys
                socket.curve_publickey = zmq.curve_public(self.keys[1])
            socket.connect(endpoint)
        self.sub.subscribe(self.topic)
        self.sub.subscribe(self.beacon)

    def _hear(self):
        """The next message of the subscription: (is it a beacon, Beacon or Event), or None for what is neither."""
        waited = SILENCE_S - (time.monotonic() - self.heard)
        # What waits here is read before the silence is judged: it may hold the beacons of a busy while.
        if not self.sub.poll(max(0, waited * 1000)):
            raise Broken(f"no beacon for {SILENCE_S} s")  # R6
        parts = self.sub.recv_multipart()
        if len(parts) != 2:
            return None
        is_beacon = parts[0] == self.beacon  # the whole topic: b1.acme is a prefix of b1.acme2
        if not is_beacon and not parts[0].startswith(b"v1."):
            return None
        try:
            body = (feed_pb2.Beacon if is_beacon else Event).FromString(parts[1])
        except DecodeError:
            return None
        if len(body.epoch) != 16:
            return None
        if is_beacon:
            self.heard = time.monotonic()
        return is_beacon, body

    # --- the rules

    def _follow(self):
        self.heard, quiet = time.monotonic(), 0
        while True:
            heard = self._hear()
            if not heard:
                continue
            is_beacon, body = heard
            if body.epoch != self.epoch:  # R1
                yield from self._catch_up()
                if body.epoch != self.epoch:  # a straggler of a store that is no more
                    continue
            quiet = quiet + 1 if is_beacon else 0
            if is_beacon:
                if quiet >= 2 and body.last > self.last:  # R5
                    yield from self._replay(body.last)
                    quiet = 0
                self._confirm()
                continue
            if body.sequence <= self.last:  # R2
                continue
            if len(body.before) > self.depth and body.before[self.depth] <= self.last:  # R3
                yield from self._deliver(body)
                self._confirm()
            else:  # R4
                yield from self._replay(body.sequence)

    def _catch_up(self):
        """From the position to the end of the log as it is now; begins anew in a new store (R1)."""
        if self.epoch is None and self.cursor:
            yield from self._replay(0)
            return
        head = self._one_answer(head=feed_pb2.Head()).head
        if self.epoch is None:
            self._move(head.epoch, head.last if self.start == "now" else head.first - 1)
        elif head.epoch != self.epoch:
            self.news(f"a new store: from its first event, {head.first}, on")
            self._move(head.epoch, head.first - 1)
        if head.last > self.last:
            yield from self._replay(head.last)

    def _replay(self, until):
        """Everything behind the position, up to `until`; 0: up to the end of the log, from the cursor."""
        wanted = feed_pb2.Replay(epoch=self.epoch or b"", until=until, topic=[self.topic], credit=CREDIT)
        if self.epoch is None:
            wanted.cursor = self.cursor
        else:
            wanted.after = self.last
        ident = self._request(replay=wanted)
        while True:
            answer = self._answer(ident)
            kind = answer.WhichOneof("what")
            if kind == "refused":
                self._refused(answer.refused)
                ident = self._request(replay=wanted)
            elif kind == "truncated":  # R7
                gone = answer.truncated
                self.news(f"history before {gone.first} is gone; I had up to {self.last}")
                self._move(gone.epoch, gone.first - 1)
                wanted.epoch, wanted.after, wanted.until = self.epoch, self.last, 0
                ident = self._request(replay=wanted)
            elif kind == "chunk":
                chunk = answer.chunk
                if self.epoch is None:
                    self.epoch = chunk.epoch
                if chunk.epoch != self.epoch:
                    raise Broken("another store answers")
                if not chunk.last:
                    self._send(ident, credit=feed_pb2.Credit(chunks=1))
                for event in chunk.event:
                    if event.sequence > self.last:
                        yield from self._deliver(event)
                if chunk.through > self.last:
                    self._move(self.epoch, chunk.through)
                if chunk.last:
                    self._confirm()
                    return

    def _deliver(self, event):
        if event.WhichOneof("what"):
            yield event  # comes back when the caller is done with it
        self._move(event.epoch, event.sequence)  # R8: a kind that we do not know counts

    # --- questions

    def _send(self, ident, **what):
        self.ask.send(feed_pb2.Request(version=1, id=ident, **what).SerializeToString())

    def _request(self, **what):
        ident = next(self.ids).to_bytes(8, "big")
        self._send(ident, **what)
        return ident

    def _answer(self, ident):
        """The next Response with this id; what is late, damaged or of a kind unknown is passed over."""
        deadline = time.monotonic() + ANSWER_S
        while self.ask.poll(max(0, (deadline - time.monotonic()) * 1000)):
            try:
                answer = feed_pb2.Response.FromString(self.ask.recv_multipart()[-1])
            except DecodeError:
                continue
            if answer.id == ident and answer.WhichOneof("what"):
                return answer
        raise Broken(f"no answer for {ANSWER_S} s")

    def _one_answer(self, **what):
        while True:
            answer = self._answer(self._request(**what))
            if answer.WhichOneof("what") != "refused":
                return answer
            self._refused(answer.refused)

    def _refused(self, refused):
        if refused.code not in (feed_pb2.Refused.TOO_MANY, feed_pb2.Refused.BUSY):
            known = feed_pb2.Refused.Code.values()  # a newer desk may have more
            raise Refused(f"{feed_pb2.Refused.Code.Name(refused.code) if refused.code in known else refused.code}: "
                          f"{refused.reason}")
        self.news(f"not now: {refused.reason}")
        time.sleep(AGAIN_S)

    # --- where we are

    def _move(self, epoch, last):
        moved = (epoch, last) != (self.epoch, self.last)
        self.epoch, self.last = epoch, last
        if self.state and moved:
            with open(self.state + ".new", "w", encoding="ascii") as file:
                file.write(f"{epoch.hex()}:{last}\n")
            os.replace(self.state + ".new", self.state)

    def _read_state(self):
        if not self.state or not os.path.exists(self.state):
            return None
        with open(self.state, encoding="ascii") as file:
            epoch, last = file.read().split(":")
        return bytes.fromhex(epoch), int(last)

    def _confirm(self):
        """Tells the desk what is done; not while a replay is under way, whose chunks would be passed over."""
        if self.cursor and (self.epoch, self.last) != self.confirmed:
            since = time.monotonic() - self.confirmed_at
            if since > CONFIRM_S or (since > PAUSE_S and not self.sub.poll(0)):
                self._one_answer(confirm=feed_pb2.Confirm(cursor=self.cursor, epoch=self.epoch, sequence=self.last))
                self.confirmed, self.confirmed_at = (self.epoch, self.last), time.monotonic()
