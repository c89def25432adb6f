# SPDX-License-Identifier: BSD-2-Clause
"""Where a client is put to the test: a feed in memory behind a line that can be cut, the client's own process, and the
judgement of what it delivered.

An event that should have been delivered and was not is put down to the rule that would have brought it, `by`; whatever
is delivered twice, or behind a later one, to R2, wherever it happens. So one broken rule is named once, and the scenes
of the others stay theirs."""

import collections
import os
import secrets
import signal
import subprocess
import tempfile
import threading
import time

import zmq

from fakefeed import FakeFeed
from relay import Relay
from schema import topic_of


class Broken(Exception):
    """Rules were broken: [(which, why)]; None for the rule of the scene."""

    def __init__(self, *findings):
        super().__init__(*findings)
        self.findings = [each if isinstance(each, tuple) else (None, each) for each in findings]


class Client:
    """The integrator's program, and what it has delivered."""

    def __init__(self, command, env, log):
        self.delivered, self.seen, self.changed = [], set(), threading.Condition()
        self.log = open(log, "wb")
        self.process = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=self.log,
                                        start_new_session=True)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.delivered.append(line.split()[0].decode(errors="replace") if line.split() else "")
                self.seen.add(self.delivered[-1])
                self.changed.notify_all()

    def wait(self, expected, seconds):
        """True when everything expected was delivered; None when time is up or the client ended. False as soon as it
        delivered something behind one that is missing: that one cannot come any more."""
        deadline, at = time.monotonic() + seconds, 0
        with self.changed:
            while True:
                while at < len(expected) and expected[at] in self.seen:
                    at += 1
                if at == len(expected):
                    return True
                left = deadline - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    return None
                if not self.seen.isdisjoint(expected[at + 1:]):
                    return False
                self.changed.wait(min(left, 0.2))

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.thread.join(5)
        self.log.close()


def environment(options, publish, replay, server_key):
    env = {"ADUAN_PUBLISH": publish, "ADUAN_REPLAY": replay, "ADUAN_VIEW": options.view, "ADUAN_TOPIC": options.topic}
    if options.secret:
        key = server_key.decode() if isinstance(server_key, bytes) else server_key
        env.update(ADUAN_SERVER_KEY=key, ADUAN_SECRET_KEY=options.secret)
    return env


class Stage:
    """One rule's feed, line and client."""

    def __init__(self, options, name):
        self.options, self.name = options, name
        self.dir = tempfile.mkdtemp(prefix=f"{name}.", dir=options.scratch)
        server_public, server_secret = zmq.curve_keypair() if options.secret else (None, None)
        inside = [f"ipc://{self.dir}/{end}.in" for end in ("pub", "replay")]
        outside = ["tcp://127.0.0.1:0" if options.secret else f"ipc://{self.dir}/{end}" for end in ("pub", "replay")]
        self.feed = FakeFeed(*inside, view=options.view, secret_key=server_secret)
        self.relays = [Relay(o, i) for o, i in zip(outside, inside)]
        self.env = environment(options, *(r.endpoint for r in self.relays), server_public)
        self.expected, self.by = [], {}
        self.client, self.at, self.complete = None, 0, False

    # --- the client

    def launch(self):
        self.client = Client(self.options.command, self.env, f"{self.dir}/stderr")

    def start(self):
        """Returns when it has subscribed, and has asked what it asks first, if it does."""
        self.launch()
        if not self.feed.wait_subscribed(self.options.patience):
            raise Broken("it never subscribed to any v1. topic")
        deadline, asked = time.monotonic() + 1.5, -1
        while time.monotonic() < deadline and not 0 < asked == len(self.feed.requests):
            asked = len(self.feed.requests)
            time.sleep(0.3)

    def subscribed_again(self):
        """Waits until a line newer than the stalled ones has subscribed."""
        return self.feed.wait_subscribed(self.options.patience, count=2)

    # --- the feed

    def take(self, count):
        """The next events of the recording; or made-up ones."""
        events = self.options.events(self.at, count)
        self.at += count
        return events

    def mine(self, events):
        """Those that the client sees."""
        return [e for e in events if topic_of(self.options.view, e).startswith(self.options.topic)]

    def commit(self, events, by=None):
        self.feed.commit(events)
        for event in self.mine(events):
            if event.WhichOneof("what"):
                self.expected.append(f"{self.feed.epoch.hex()}:{event.sequence}")
                self.by[self.expected[-1]] = by or self.name

    def live(self, events, pause=0.005, by=None):
        for event in events:
            self.commit([event], by)
            self.feed.publish([event])
            time.sleep(pause)

    def renew(self):
        """A new store, whose sequences begin where the first one's began."""
        self.feed.renew(secrets.token_bytes(16))
        self.at = 0

    def asked(self, kind, since=0.0):
        return [r for when, r in list(self.feed.requests) if r.WhichOneof("what") == kind and when >= since]

    def provoke(self):
        """Gets the client to ask for a Replay of what was committed: beacons should do; if they do not (R5 is not what
        is tried here), an event behind the gap."""
        asked, deadline = len(self.asked("replay")), time.monotonic() + 5
        while len(self.asked("replay")) == asked:
            if time.monotonic() > deadline:
                self.live(self.take(5))
                return
            time.sleep(0.05)

    # --- the judgement

    def delivered(self, what, seconds=None):
        came = self.client.wait(self.expected, seconds or self.options.patience)
        if not came:
            self.judge(in_time=came is False)
            raise Broken(f"{what} never came")

    def finish(self, what="the rest"):
        self.complete = True
        self.delivered(what)
        time.sleep(1.5)  # whatever it would deliver too much
        self.judge()

    def judge(self, in_time=False):
        """In order, each once, nothing missing (in time: what is behind all that came may yet come), nothing else."""
        got = list(self.client.delivered)
        place = {each: at for at, each in enumerate(self.expected)}
        counted = collections.Counter(got)
        missing = collections.defaultdict(list)
        due = max((place[each] for each in got if each in place), default=0) if in_time else len(place)
        for each in self.expected[:due]:
            if each not in counted:
                missing[self.by[each]].append(each)
        wrong = [b for a, b in zip(got, got[1:]) if a in place and b in place and place[a] > place[b]]
        strange = [each for each in got if each not in place]
        if self.client.process.poll() is not None:
            raise Broken(f"the client ended, code {self.client.process.returncode}: {self.last_words()}")
        if strange:  # and whatever that led to
            raise Broken(f"{len(strange)} delivered, and should not be: {self.short(strange)}")
        found = [("R2", [each for each in got if counted[each] > 1], "delivered more than once"),
                 ("R2", wrong, "delivered behind a later one"),
                 *((by, some, "not delivered") for by, some in missing.items())]
        findings = [(by, f"{len(set(some))} of {len(self.expected)} {words}: {self.short(some)}")
                    for by, some, words in found if some]
        if findings:
            raise Broken(*findings)

    @staticmethod
    def short(found):
        return f"{found[0][:6]}…:{found[0].split(':')[-1]}"

    def last_words(self):
        with open(f"{self.dir}/stderr", encoding="utf-8", errors="replace") as file:
            return (file.read().strip().splitlines() or ["it said nothing"])[-1]

    def close(self):
        if self.client:
            self.client.stop()
        for relay in self.relays:
            relay.close()
        self.feed.close()
