# SPDX-License-Identifier: BSD-2-Clause
"""What the benchmarks share: the line behind a peer that plays bearerbox, and what the kernel knows of a process."""

import contextlib
import json
import os
import pathlib
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import line as harness  # noqa: E402
from line import BIN, ROOT, wait_for  # noqa: E402, F401

HELPERS = BIN.parent / "tests/bench"

CONFIG = """desk:
  name: Kota Uji
  shortcodes: ["1708"]
  language: id
  categories: {etc}/categories.yaml
  agencies: {etc}/agencies.yaml
  replies: {etc}/replies
  resend_window_s: 0
  peak_age_s: 0
store:
  dir: {dir}/store
  map_bytes: {map_bytes}
  key: {dir}/store.key
run:
  dir: {dir}/run
  log_level: warning
boxes:
  - name: box1
    bearerboxes:
      - name: main
        host: 127.0.0.1
        port: {port}
        smsbox_id: aduan
workers:
  classifiers: {classifiers}
  responders: {responders}
"""


def median(values):
    return statistics.median(values)


def machine():
    """What the figures were measured on, in words that mean the same elsewhere."""
    with open("/proc/cpuinfo", encoding="ascii") as f:
        model = re.search(r"model name\s*:\s*(.*)", f.read())
    with open("/proc/meminfo", encoding="ascii") as f:
        memory = int(f.readline().split()[1]) // (1 << 20)
    return {"cores": os.cpu_count(), "cpu": model.group(1) if model else "unknown", "memory_gib": memory,
            "load_before": round(os.getloadavg()[0], 1)}


# --- who runs where ------------------------------------------------------------------------------------------------

def first_cpus(count):
    return set(sorted(os.sched_getaffinity(0))[:count])


@contextlib.contextmanager
def keep_off_cpus(count):
    """Whatever is started meanwhile keeps off the first `count` cores, if there are others."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before - first_cpus(count) or before)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


# --- what a process has used ---------------------------------------------------------------------------------------

def cpu_ns(pid):
    """User and system time of all living threads."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            total += int((task / "schedstat").read_text().split()[0])
    return total


def switches(pid):
    """How often its threads have gone to sleep by themselves: each is one waking up later."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            text = (task / "status").read_text()
            total += int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", text, re.M).group(1))
    return total


def written(pid):
    """Bytes it has given to write(2) and its like: the store's pages, and hardly anything else (sockets are sent to).
    The kernel's write_bytes counts more, whole large folios where one page of them was touched."""
    text = pathlib.Path(f"/proc/{pid}/io").read_text()
    return int(re.search(r"^wchar: (\d+)", text, re.M).group(1))


def memory(pid):
    """Peak resident bytes, and what of the resident now is its own (anonymous: no file, no map)."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    def field(name):
        return int(re.search(rf"^{name}:\s*(\d+)", text, re.M).group(1)) * 1024
    return {"peak": field("VmHWM"), "anonymous": field("RssAnon")}


def commits(store):
    """Write transactions of a store so far: LMDB numbers them, and each costs one fdatasync."""
    numbers = []
    page = os.sysconf("SC_PAGESIZE")
    with open(pathlib.Path(store) / "data.mdb", "rb") as f:
        for i in range(2):
            f.seek(i * page)
            # 16 bytes of page header; magic, version, address, map size, two tables of 48 bytes, last page, txn id
            magic, *_, number = struct.unpack("=II QQ 96x QQ", f.read(page)[16:16 + 136])
            assert magic == 0xBEEFC0DE
            numbers.append(number)
    return max(numbers)


# --- the line behind the peer --------------------------------------------------------------------------------------

class Generator:
    """A program that is told bursts and tells what came of them, a line of JSON each."""

    def __init__(self, name, *args):
        self.name = name
        self.process = subprocess.Popen([HELPERS / name, *map(str, args)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def _read(self):
        line = self.process.stdout.readline()
        assert line, f"the {self.name} has ended"
        return json.loads(line)

    def start(self, messages, window=2000, rate=0):
        self.process.stdin.write(f"{messages} {window} {rate}\n")
        self.process.stdin.flush()

    def result(self):
        return self._read()

    def burst(self, messages, window=2000, rate=0):
        self.start(messages, window, rate)
        return self.result()

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Peer(Generator):
    """tests/bench/peer.c."""

    def __init__(self):
        super().__init__("peer")
        self.port = self._read()["port"]

    def wait_for_box(self, patience=30):
        ready, _, _ = select.select([self.process.stdout], [], [], patience)
        assert ready, "no box has come"
        self._read()


class Line:
    """aduand and all it starts, with the bearerbox at a port, or with a peer of its own."""

    def __init__(self, directory, config="", classifiers=1, responders=1, env=None, map_bytes="32 GiB", bins=None,
                 port=None):
        self.dir = pathlib.Path(directory)
        self.bin = pathlib.Path(bins or BIN)
        self.store = self.dir / "store"
        self.peer = None if port else Peer()
        self.config = self.dir / "aduan.yaml"
        self.config.write_text(CONFIG.format(etc=ROOT / "etc", dir=self.dir, map_bytes=map_bytes, port=port or self.peer.port,
                                             classifiers=classifiers, responders=responders) + config)
        self.env = {**os.environ, **(env or {})}
        self.aduand = None

    def __enter__(self):
        if not (self.dir / "store.key").exists():
            self.aduan("keygen")
        self.start()
        return self

    def start(self):
        self.started = time.monotonic()
        with open(self.dir / "aduand.log", "ab") as out:
            self.aduand = subprocess.Popen([self.bin / "aduand", "--config", self.config], stdout=out, stderr=out,
                                           env=self.env)
        if self.peer:
            self.peer.wait_for_box()
        wait_for(self._ready, "the line to be ready", pause=0.02)

    def _ready(self):
        assert self.aduand.poll() is None, (self.dir / "aduand.log").read_text(errors="replace")[-2000:]
        status = self.status()
        return (status and all(link["up"] for link in status["links"])
                and all(w["running"] >= w["wanted"] for w in status["workers"].values())
                and all(p["state"] in ("ready", "running") for p in status["processes"]))

    def __exit__(self, *error):
        self.stop()

    def stop(self):
        if self.aduand.poll() is None:
            self.aduand.send_signal(signal.SIGTERM)
            self.aduand.wait(60)
        if self.peer:
            self.peer.stop()

    def aduan(self, *args, check=True):
        return subprocess.run([self.bin / "aduan", "--config", self.config, *map(str, args)], capture_output=True,
                              text=True, check=check, timeout=3600)

    def status(self):
        done = self.aduan("status", "--json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def scale(self, **counts):
        self.aduan("scale", *[f"{role}={n}" for role, n in counts.items()])
        wait_for(self._ready, "the workers to be scaled", pause=0.1)

    def pids(self):
        """{"aduand": pid, "box1": pid, "classifier.1": pid, …}"""
        found = {"aduand": self.aduand.pid}
        for process in self.status()["processes"]:
            if process["pid"]:
                found[process["name"]] = process["pid"]
        return found

    def verify(self):
        return json.loads(self.aduan("verify", "--json", check=False).stdout)


class Meter:
    """What each process of a line has used between start() and stop()."""

    def __init__(self, line):
        self.line = line
        self.pids = line.pids()

    def _read(self):
        return {name: (cpu_ns(pid), switches(pid), written(pid)) for name, pid in self.pids.items()}

    def start(self):
        self.began = time.monotonic()
        self.commits_before = commits(self.line.store)
        self.before = self._read()
        return self

    def stop(self):
        after = self._read()
        self.commits = commits(self.line.store) - self.commits_before
        self.seconds = time.monotonic() - self.began
        self.cpu_us, self.switches, self.written = (
            {name: after[name][i] - self.before[name][i] for name in self.pids} for i in range(3))
        self.cpu_us = {name: ns / 1000 for name, ns in self.cpu_us.items()}
        return self
