#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A feed as PROTOCOL.md describes it, in memory, that misbehaves on request; it runs in a thread of its own.

    with FakeFeed("ipc:///tmp/x/pub", "ipc:///tmp/x/replay") as feed:
        feed.commit(events)      # now they can be asked for
        feed.publish(events)     # and now they are told

What is committed but not published is what a subscriber lost. Everything else is set from outside: `beacons`,
`chunk_size`, `on_request`, `renew`, `truncate`. As a program it makes up traffic: fakefeed.py PUBLISH REPLAY --rate 100
"""

import argparse
import bisect
import collections
import itertools
import os
import queue
import threading
import time

import zmq

from schema import UNKNOWN_BEFORE, levels_of, make_events, pb, topic_of


class FakeFeed:
    def __init__(self, publish, replay, view="full", secret_key=None, beacon_s=1.0):
        self.view, self.beacon_s, self.secret_key = view, beacon_s, secret_key
        self.endpoints = publish, replay
        self.beacons = True
        self.chunk_size = 1000
        self.double_chunks = False
        # May return "ignore", a list of Responses to send instead, or a tuple of those to send before the right one.
        self.on_request = lambda request: None
        self.requests = []  # (when, Request)
        self.subscriptions = collections.Counter()
        self.replays = {}
        self.cursors = {}
        self.changed = threading.Condition()
        self.lock = threading.RLock()
        self.renew(os.urandom(16))
        self.todo = queue.SimpleQueue()
        self.context = zmq.Context()
        self.wake = self.context.socket(zmq.PAIR)
        self.wake.bind("inproc://wake")
        ready = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self.thread.start()
        assert ready.wait(10), "the feed cannot bind"

    # --- the log

    def renew(self, epoch, events=()):
        """A new store, with these events in it already."""
        with self.lock:
            self.epoch, self.first, self.log, self.sequences = epoch, None, [], []
            self.by_prefix = collections.defaultdict(list)
            self.commit(events)

    def commit(self, events):
        with self.lock:
            for event in events:
                event.epoch = self.epoch
                self.log.append(event)
                self.sequences.append(event.sequence)
                for prefix in levels_of(self.view, event):
                    self.by_prefix[prefix].append(event.sequence)
                if self.first is None:
                    self.first = event.sequence

    def truncate(self, first):
        """History before `first` is gone."""
        with self.lock:
            at = bisect.bisect_left(self.sequences, first)
            del self.log[:at], self.sequences[:at]
            self.first = first

    @property
    def last(self):
        return self.sequences[-1] if self.sequences else (self.first or 1) - 1

    def _before(self, event):
        found = []
        for prefix in levels_of(self.view, event):
            known = self.by_prefix[prefix]
            at = bisect.bisect_left(known, event.sequence)
            found.append(known[at - 1] if at else 0)
        return found

    # --- telling

    def publish(self, events, unknown_before=False):
        for event in events:
            told = pb.Event()
            told.CopyFrom(event)
            with self.lock:
                told.before.extend([UNKNOWN_BEFORE] * 4 if unknown_before else self._before(event))
            self.send(topic_of(self.view, event).encode(), told.SerializeToString())

    def beacon(self):
        with self.lock:
            said = pb.Beacon(schema_version=1, epoch=self.epoch, first=self.first or 1, last=self.last,
                             at_us=int(time.time() * 1e6))
        self.send(f"b1.{self.view}".encode(), said.SerializeToString())

    def send(self, *parts):
        """Any parts, on the publishing socket."""
        self.todo.put(parts)
        with self.lock:
            self.wake.send(b"")

    def wait_subscribed(self, seconds, prefix="v1.", count=1):
        """Until so many connections have subscribed to one and the same topic."""
        with self.changed:
            return self.changed.wait_for(
                lambda: any(n >= count and t.startswith(prefix) for t, n in self.subscriptions.items()), seconds)

    # --- the thread

    def _run(self, ready):
        pub, ask, wake = (self.context.socket(kind) for kind in (zmq.XPUB, zmq.ROUTER, zmq.PAIR))
        for socket, endpoint in zip((pub, ask), self.endpoints):
            socket.linger = 0
            socket.sndhwm = 100000
            if self.secret_key:
                socket.curve_server, socket.curve_secretkey = True, self.secret_key
            socket.bind(endpoint)
        pub.setsockopt(zmq.XPUB_VERBOSER, 1)
        wake.connect("inproc://wake")
        poller = zmq.Poller()
        for socket in (pub, ask, wake):
            poller.register(socket, zmq.POLLIN)
        ready.set()
        due = time.monotonic()
        while True:
            for socket, _ in poller.poll(max(0, min(due - time.monotonic(), 1) * 1000)):
                if socket is pub:
                    self._subscription(pub.recv())
                elif socket is ask:
                    parts = ask.recv_multipart()
                    self._asked(ask, parts[0], parts[-1])
                elif wake.recv() == b"stop":
                    for each in (pub, ask, wake):
                        each.close(linger=0)
                    return
            while not self.todo.empty():
                pub.send_multipart(self.todo.get())
            if time.monotonic() >= due:
                due = time.monotonic() + self.beacon_s
                if self.beacons:
                    self.beacon()

    def _subscription(self, message):
        with self.changed:
            self.subscriptions[message[1:].decode(errors="replace")] += 1 if message[:1] == b"\1" else -1
            self.changed.notify_all()

    def _asked(self, ask, who, body):
        try:
            request = pb.Request.FromString(body)
        except Exception:  # garbage is not answered
            return
        kind = request.WhichOneof("what")
        self.requests.append((time.monotonic(), request))
        instead = self.on_request(request)
        if instead is not None:
            for response in instead if instead != "ignore" else ():
                ask.send_multipart([who, response.SerializeToString()])
            if not isinstance(instead, tuple):
                return

        def answer(**what):
            ask.send_multipart([who, pb.Response(version=1, id=request.id, **what).SerializeToString()])

        key = (who, request.id)
        if kind == "head":
            with self.lock:
                answer(head=pb.Position(epoch=self.epoch, first=self.first or 1, last=self.last))
        elif kind == "replay":
            with self.lock:
                first, last = self.first or 1, self.last
                wanted, epoch, after = request.replay, self.epoch, request.replay.after
                if wanted.WhichOneof("from") == "cursor":
                    mine, after = self.cursors.get(wanted.cursor, (epoch, first - 1))
                    wanted.epoch = mine
                if wanted.epoch not in (b"", epoch) or after + 1 < first or after > last:
                    answer(truncated=pb.Truncated(epoch=epoch, first=first, last=last))
                    return
                until = min(wanted.until or last, last)
                events = [e for e in self.log[bisect.bisect_right(self.sequences, after):
                                              bisect.bisect_right(self.sequences, until)]
                          if not wanted.topic or any(topic_of(self.view, e).startswith(t) for t in wanted.topic)]
            self.replays[key] = [self._chunks(epoch, events, until), wanted.credit]
        elif kind == "credit" and key in self.replays:
            self.replays[key][1] += request.credit.chunks
        elif kind == "cancel":
            self.replays.pop(key, None)
        elif kind == "confirm":
            self.cursors[request.confirm.cursor] = request.confirm.epoch, request.confirm.sequence
            answer(confirmed=pb.Confirmed(cursor=request.confirm.cursor, sequence=request.confirm.sequence))
        replay = self.replays.get(key)
        while replay and replay[1] > 0:
            chunk = next(replay[0], None)
            if chunk is None:
                del self.replays[key]
                return
            replay[1] -= 1
            for _ in range(2 if self.double_chunks and not chunk.last else 1):
                answer(chunk=chunk)

    def _chunks(self, epoch, events, until):
        for at in range(0, max(1, len(events)), self.chunk_size):
            some = events[at:at + self.chunk_size]
            last = at + self.chunk_size >= len(events)
            yield pb.Chunk(epoch=epoch, event=some, through=until if last else some[-1].sequence, last=last)

    def close(self):
        with self.lock:
            self.wake.send(b"stop")
        self.thread.join(10)
        self.context.destroy(linger=0)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


def main():
    parser = argparse.ArgumentParser(description="Publishes made-up events until it is ended.")
    parser.add_argument("publish")
    parser.add_argument("replay")
    parser.add_argument("--view", default="full")
    parser.add_argument("--rate", type=float, default=100)
    args = parser.parse_args()
    with FakeFeed(args.publish, args.replay, args.view) as feed:
        for first in itertools.count(1):
            events = make_events(1, first)
            feed.commit(events)
            feed.publish(events)
            time.sleep(1 / args.rate)


if __name__ == "__main__":
    main()
