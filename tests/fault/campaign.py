# SPDX-License-Identifier: BSD-2-Clause
"""Runs the line under load and breaks its processes by a schedule; afterwards everything is made whole and drained."""

import contextlib
import json
import os
import signal
import subprocess
import time

from faultline import FaultLine
from traffic import FakeTraffic, SmppTraffic

COUNTS = {"box": 2, "classifier": 2, "responder": 2}
FAKE_SHARE = 0.1  # of the SMS come over the fake link
SHUTDOWN_S = 20  # bearerbox may take so long to end on SIGTERM
STUCK_S = 90  # a drain in which nothing moves for so long is over


def make_line(directory, config, throughput=0):
    return FaultLine(directory, config, boxes=COUNTS["box"], classifiers=COUNTS["classifier"],
                     responders=COUNTS["responder"], throughput=throughput, incidents=True,
                     core_extra=f'access-log = "{directory}/access.log"', smsc=SmppTraffic())


class Campaign:
    def __init__(self, line, faults, messages, seconds):
        self.line, self.faults, self.seconds = line, list(faults), seconds
        self.smpp = line.smsc
        self.smpp_total = messages - int(messages * FAKE_SHARE)
        self.fake = FakeTraffic(line, messages - self.smpp_total, (messages - self.smpp_total) / seconds)
        self.done = []
        self.later = []  # (when, what to do)
        self.stopped = set()
        self.bearerbox_deaths = []  # {"at": Unix time, "spool": ids}
        self.bearerbox_ending = None  # monotonic time when SIGTERM becomes SIGKILL

    # --- harm

    def name_of(self, fault):
        return {"box": f"box{fault.number}", "aduand": "aduand", "bearerbox": "bearerbox"}.get(
            fault.victim, f"{fault.victim}.{fault.number}")

    def pid_of(self, name):
        if name == "bearerbox":
            return self.line.bearerbox.pid if self.line.bearerbox.poll() is None else None
        if name == "aduand":
            return self.line.aduand.pid if self.line.aduand.poll() is None else None
        return self.line.lock_pid(name)

    def strike(self, fault, now):
        """False: it is not there, or stands still already; another time."""
        name = self.name_of(fault)
        pid = self.pid_of(name)
        if pid is None or pid in self.stopped:
            return False
        self.done.append(str(fault))
        if fault.harm in ("kill", "term"):
            self.send(pid, signal.SIGKILL if fault.harm == "kill" else signal.SIGTERM)
            if name == "bearerbox" and fault.harm == "term":
                self.bearerbox_ending = now + SHUTDOWN_S
            return True
        self.send(pid, signal.SIGSTOP)
        self.stopped.add(pid)
        self.later.append((now + fault.seconds, pid, signal.SIGCONT if fault.harm == "stop" else signal.SIGKILL))
        return True

    @staticmethod
    def send(pid, sig):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sig)

    def end_stops(self, now):
        for entry in [e for e in self.later if e[0] <= now]:
            self.later.remove(entry)
            self.stopped.discard(entry[1])
            self.send(entry[1], entry[2])

    # --- what an operating system's service manager does

    def revive(self, now):
        if self.line.aduand.poll() is not None:
            self.line.start_aduand()
        if self.bearerbox_ending and now > self.bearerbox_ending and self.line.bearerbox.poll() is None:
            self.line.bearerbox.kill()
            self.line.bearerbox.wait()
        if self.line.bearerbox.poll() is not None:
            self.bearerbox_ending = None
            self.bearerbox_deaths.append({"at": time.time(), "spool": self.line.spool()})
            for fake in self.fake.runs:  # it has seen the end of its connection
                with contextlib.suppress(subprocess.TimeoutExpired):
                    fake["process"].wait(5)
            self.line.start_bearerbox()

    # --- the run

    def turn(self, began):
        now = time.monotonic()
        self.end_stops(now)
        for fault in [f for f in self.faults if f.at <= now - began]:
            if self.strike(fault, now):
                self.faults.remove(fault)
                self.revive(now)
        self.revive(now)
        self.fake.poll()

    def load(self):
        began = time.monotonic()
        rate = self.smpp_total / self.seconds
        while self.smpp.told < self.smpp_total or not self.fake.all_sent() or self.faults or self.later:
            self.turn(began)
            due = min(self.smpp_total, int((time.monotonic() - began) * rate) + 1)
            self.smpp.send(due - self.smpp.told)
            time.sleep(0.02)
            if time.monotonic() - began > 4 * self.seconds + 300:
                break
        return time.monotonic() - began

    def drain(self, quiet_s):
        """Until all is answered and nothing has moved for quiet_s. False: it got stuck."""
        seen, moved = None, time.monotonic()
        while time.monotonic() - moved < STUCK_S:
            now = time.monotonic()
            self.revive(now)
            self.fake.poll()
            stats = self.stats()
            state = (len(self.smpp.accepted), len(self.smpp.submits), stats.get("messages"), stats.get("replies_due"),
                     stats.get("events"))
            if state != seen:
                seen, moved = state, now
            finished = len(self.smpp.accepted) >= self.smpp_total and stats and stats["replies_due"] == 0
            if finished and now - moved > quiet_s and self.line.kannel_idle():
                return True
            time.sleep(0.3)
        return False

    def stats(self):
        done = self.line.aduan("stats", "--json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {}
