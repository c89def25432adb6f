# SPDX-License-Identifier: BSD-2-Clause
"""Citizens: SMS with known content through both links of bearerbox, and everything that comes back.

Over SMPP each SMS has a sender and a token of its own. The SMSC (Net::SMPP) keeps one until its deliver_sm_resp says
OK: it sends it again when the bind broke before the response, and when that was an error.
Over the fake link Kannel's fakesmsc makes the content up (its run's number and a random one); it knows no answers and
dies with bearerbox, so what Kannel accepted is what bearerbox's access log says.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import line as harness  # noqa: E402

RX_T_APPN = 100  # "not now"
UNANSWERED_MAX = 400  # deliver_sm without a response: an SMSC has a window, too
TOKEN = re.compile(r"laporan ((?:s|f\d+ )\d+)")
TICKET = re.compile(r"\b1\d{6,}\b")


class SmppTraffic(harness.Smsc):
    """The SMSC with its citizens. What it sees is kept by token, not as a list of events."""

    def __init__(self):
        self.bound = 0
        self.told = 0
        self.accepted = {}  # number of the SMS → when its response said OK
        self.transmissions = collections.Counter()  # beyond the first: by number
        self.refused = collections.Counter()  # SMPP status ≠ 0
        self.submits = []  # (at, to, text, udh, bind)
        self.bound_at = {}  # bind → when
        self.last_progress = time.monotonic()
        super().__init__()

    def _read(self):
        for raw in self.process.stdout:
            event = json.loads(raw)
            with self.changed:
                self._on(event)
                self.changed.notify_all()

    def _on(self, event):
        kind = event["event"]
        if kind == "submit":
            self.submits.append((event["at"], event["to"], self.text(event), event["udh"], event["bind"]))
            self.last_progress = time.monotonic()
        elif kind == "deliver_resp" and event["id"]:
            number = int(event["id"])
            if event["status"] == 0:
                self.accepted[number] = event["at"]
                self.last_progress = time.monotonic()
            else:
                self.refused[event["status"]] += 1
                self.transmissions[number] += 1
                if event["status"] != RX_T_APPN:  # that one the SMSC tries again itself
                    self._tell(number)
        elif kind == "unanswered" and event["id"]:
            self.transmissions[int(event["id"])] += 1
        elif kind in ("bound", "unbound"):
            self.bound += 1 if kind == "bound" else -1
            if kind == "bound":
                self.bound_at[event["bind"]] = event["at"]
            self.events.append(event)
        elif kind == "listening":
            self.events.append(event)

    @staticmethod
    def sender(number):
        return f"62812{number:08d}"

    def _tell(self, number):
        text = f"Jalan berlubang di depan pasar, laporan s{number}"
        self.deliver(self.sender(number), text.encode(), ident=str(number))

    def send(self, count):
        """Up to `count` more, as far as the window allows; how many it were."""
        with self.changed:
            room = UNANSWERED_MAX - (self.told - len(self.accepted))
            count = max(0, min(count, room))
            for number in range(self.told, self.told + count):
                self._tell(number)
            self.told += count
        return count


class FakeTraffic:
    """fakesmsc, again and again until `total` SMS are sent."""

    def __init__(self, line, total, rate):
        self.line, self.total, self.rate = line, total, rate
        self.runs = []  # {"process", "log", "count"}
        self.sent = 0

    def start(self):
        if self.sent >= self.total:
            return
        run = len(self.runs)
        log = self.line.dir / f"fakesmsc.{run}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [harness.FAKESMSC, "-v", "0", "-H", "127.0.0.1", "-r", str(self.line.fake_port), "-i",
                 str(1 / self.rate), "-m", str(self.total - self.sent), "-z", "5",
                 f"0813 1708 text Lampu jalan mati laporan f{run}"], stdout=out, stderr=subprocess.STDOUT)
        self.runs.append({"process": process, "log": log, "began": time.time()})

    def poll(self):
        """Takes note of a fakesmsc that ended with its bearerbox; starts the next one when there is a bearerbox."""
        if self.runs and self.runs[-1]["process"].poll() is None:
            return
        if self.runs and "count" not in self.runs[-1]:
            self._count(self.runs[-1])
        if self.line.bearerbox.poll() is None and self.line.kannel_status() is not None:
            self.start()

    def _count(self, run):
        found = re.search(rb"fakesmsc: (\d+) messages sent and", run["log"].read_bytes())
        run["count"] = int(found.group(1)) if found else 0
        self.sent += run["count"]

    def all_sent(self):
        if self.sent >= self.total:
            return True
        if not self.runs or self.runs[-1]["process"].poll() is not None:
            return False
        return b"fakesmsc: sent message %d\n" % (self.total - self.sent) in self.runs[-1]["log"].read_bytes()

    def stop(self):
        for run in self.runs:
            if run["process"].poll() is None:
                run["process"].send_signal(harness.signal.SIGINT)
                run["process"].wait()
            if "count" not in run:
                self._count(run)

    def received(self):
        """[(Unix time in whole seconds, text, when the run began)] of all MT that any run was given."""
        got = []
        for run in self.runs:
            for when, raw in re.findall(rb"(?m)^(\S+ \S+) \[.*Got message \d+: <\S+ \S+ \S+ (.*)>",
                                        run["log"].read_bytes()):
                at = time.mktime(time.strptime(when.decode(), "%Y-%m-%d %H:%M:%S"))
                got.append((at, raw.decode(errors="replace"), run["began"]))
        return got
