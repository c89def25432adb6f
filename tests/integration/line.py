# SPDX-License-Identifier: BSD-2-Clause
"""The whole line on free ports in one directory: real bearerbox, the SMSC simulator (Net::SMPP), aduand and all it
starts. Every wait is for an event, with a deadline that only a failure reaches."""

import contextlib
import fcntl
import json
import os
import pathlib
import queue
import random
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("ADUAN_BIN", ROOT / "build/debug/bin"))
FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
PATIENCE = float(os.environ.get("ADUAN_PATIENCE", "60"))  # seconds until a wait is a failure
_ports = []  # the locks of those that free_port() gave

# GSM 03.38 by code point, as the far end of SMPP sees it (data_coding 0, one septet a byte).
GSM7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = {"\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40,
                  "€": 0x65}


def gsm7(text):
    out = bytearray()
    for c in text:
        out += bytes([0x1B, GSM7_EXTENSION[c]]) if c in GSM7_EXTENSION else bytes([GSM7.index(c)])
    return bytes(out)


def from_gsm7(data):
    back = {v: k for k, v in GSM7_EXTENSION.items()}
    out, escaped = "", False
    for b in data:
        if escaped:
            out, escaped = out + back.get(b, "?"), False
        elif b == 0x1B:
            escaped = True
        else:
            out += GSM7[b]
    return out


def free_port():
    """A port that this process has until it ends, and that no connection is given by itself meanwhile: a program that
    lets go of it for a moment finds it free again."""
    folder = pathlib.Path(tempfile.gettempdir(), f"aduan-ports-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    first_given = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = random.randrange(10000, first_given)
        lock = open(folder / str(port), "w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            lock.close()
            continue
        _ports.append(lock)
        return port


def free_ports(count):
    return [free_port() for _ in range(count)]


def filled(template, **places):
    """A template of etc/sim with its @NAMES@ filled in; one that is not known is a failure here and not later."""
    text = (ROOT / "etc/sim" / template).read_text()
    for name, value in {"ETC": ROOT / "etc", "DESK": "Kota Uji", **places}.items():
        text = text.replace(f"@{name}@", str(value))
    left = [m for line in text.splitlines() if not line.startswith("#") for m in re.findall(r"@[A-Z_]+@", line)]
    assert not left, f"{template}: nobody fills in {left}"
    return text


def wait_for(question, what, patience=None, pause=0.05):
    """The first truthy answer of question(); asks again until then."""
    deadline = time.monotonic() + (patience or PATIENCE)
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {patience or PATIENCE:.0f} s for {what}")
        select.select([], [], [], pause)


class Smsc:
    """etc/sim/smsc, driven by JSON lines."""

    def __init__(self):
        self.process = subprocess.Popen([ROOT / "etc/sim/smsc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.events = []
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self.port = self.wait("listening")["port"]

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.events.append(json.loads(line))
                self.changed.notify_all()

    def tell(self, **command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def find(self, event, **fields):
        return [e for e in list(self.events)
                if e["event"] == event and all(e.get(k) == v for k, v in fields.items())]

    def wait(self, event, count=1, patience=None, **fields):
        """The count-th event of that kind with those fields."""
        deadline = time.monotonic() + (patience or PATIENCE)
        with self.changed:
            while len(found := self.find(event, **fields)) < count:
                left = deadline - time.monotonic()
                assert left > 0, f"the SMSC saw {len(found)} of {count} {event} {fields}: {self.events[-5:]}"
                self.changed.wait(left)
        return found[count - 1]

    def deliver(self, sender, data, coding=0, to="1708", udh=b"", ident=None):
        self.tell(cmd="deliver", id=ident or "", **{"from": sender}, to=to, coding=coding, hex=data.hex(),
                  udh=udh.hex())

    def answer(self, to, patience=None):
        """All segments of one MT to that number, put together: (text, [submit events])."""
        first = self.wait("submit", to=to, patience=patience)
        total = 1
        if first["udh"]:
            total = bytes.fromhex(first["udh"])[4]
        self.wait("submit", count=total, to=to, patience=patience)
        parts = self.find("submit", to=to)
        if total > 1:
            parts.sort(key=lambda e: bytes.fromhex(e["udh"])[5])
        return "".join(self.text(e) for e in parts), parts

    @staticmethod
    def text(event):
        data = bytes.fromhex(event["hex"])
        return data.decode("utf-16-be") if event["coding"] == 8 else from_gsm7(data)

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the SMSC did not end with its stdin: who connected to it, and said half a PDU?") from None


class CountingSmsc(Smsc):
    """With figures of each citizen instead of a list of all events: for many SMS."""

    def __init__(self):
        self.first_sent, self.first_answer = {}, {}  # number → Unix time
        self.answers = {}  # number → how many
        self.taken = 0  # SMS that bearerbox accepted
        super().__init__()

    def deliver(self, sender, *args, **more):
        self.first_sent.setdefault(sender, time.time())
        super().deliver(sender, *args, **more)

    def _read(self):
        for raw in self.process.stdout:
            event = json.loads(raw)
            with self.changed:
                if event["event"] == "submit":
                    self._count(event)
                elif event["event"] == "deliver_resp":
                    self.taken += event["status"] == 0
                else:
                    self.events.append(event)
                self.changed.notify_all()

    def _count(self, event):
        if event["udh"] and bytes.fromhex(event["udh"])[5] != 1:
            return  # the rest of a long answer
        self.answers[event["to"]] = self.answers.get(event["to"], 0) + 1
        self.first_answer.setdefault(event["to"], event["at"])


class Line:
    """bearerbox + SMSC simulator + aduand in `directory`."""

    # Tests send one text many times, and a loaded machine keeps SMS waiting: neither is to matter unless a test says so.
    # (So do incidents: one text is one problem, whoever sends it.)
    QUIET = {"resend_window_s": 0, "peak_age_s": 0}

    def __init__(self, directory, config="", classifiers=1, responders=1, core_extra="#", shortcodes="1708",
                 log_level="info", smsc=None, desk=None, incidents=False):
        """desk: more keys of the mapping `desk`."""
        self.dir = pathlib.Path(directory)
        for name in ("kannel-store", "kannel-dlr", "run"):
            (self.dir / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.smsc = smsc or Smsc()
        self.admin_port, self.box_port, self.fake_port = free_ports(3)
        self.config = self.dir / "aduan.yaml"
        self._fill("kannel.conf.in", self.dir / "kannel.conf", core_extra, shortcodes)
        self._fill("aduan.yaml.in", self.config, core_extra, shortcodes)
        keys = "".join(f"  {key}: {value}\n" for key, value in (self.QUIET | (desk or {})).items())
        self.config.write_text(
            self.config.read_text().replace("log_level: info", f"log_level: {log_level}")
            .replace("store:\n", keys + "store:\n", 1)
            + ("" if incidents else "incidents:\n  enabled: no\n")
            + f"workers:\n  classifiers: {classifiers}\n  responders: {responders}\n" + config)
        self.bearerbox = self.aduand = None
        self.fakes = []

    def _fill(self, template, out, core_extra, shortcodes):
        out.write_text(filled(template, ADMIN_PORT=self.admin_port, BOX_PORT=self.box_port, FAKE_PORT=self.fake_port,
                              SMPP_PORT=self.smsc.port, DIR=self.dir, SHORTCODES=shortcodes, CORE_EXTRA=core_extra))

    # --- processes

    def start(self, ready=True):
        self.aduan("keygen")
        self.start_bearerbox()
        self.start_aduand()
        if ready:
            self.wait_ready()
            self.smsc.wait("bound")
        return self

    def start_bearerbox(self):
        with open(self.dir / "bearerbox.out", "ab") as out:
            self.bearerbox = subprocess.Popen(["bearerbox", "-v", "4", self.dir / "kannel.conf"], stdout=out,
                                              stderr=out)
        wait_for(lambda: self.kannel_status() is not None, "bearerbox to answer its admin port")

    def start_aduand(self, env=None):
        with open(self.dir / "aduand.log", "ab") as out:
            self.aduand = subprocess.Popen([BIN / "aduand", "--config", self.config], stdout=out, stderr=out,
                                           env={**os.environ, **(env or {})})

    def wait_ready(self):
        def ready():
            assert self.aduand.poll() is None, "aduand ended: " + self.log()[-2000:]
            status = self.status()
            return (status and all(link["up"] for link in status["links"]) and status["links"]
                    and all(w["running"] >= w["wanted"] for w in status["workers"].values())
                    and all(p["state"] in ("ready", "running") for p in status["processes"]))
        wait_for(ready, "the line to be ready")

    def stop_bearerbox(self, sig=signal.SIGTERM):
        if self.bearerbox and self.bearerbox.poll() is None:
            self.bearerbox.send_signal(sig)
            try:
                self.bearerbox.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.bearerbox.kill()
                self.bearerbox.wait()

    def stop(self):
        pids = self.pids() if self.aduand else []
        if self.aduand and self.aduand.poll() is None:
            self.aduand.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.aduand.wait(PATIENCE)
        for pid in pids:  # only those that this line started, and only when aduand could not
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.aduand and self.aduand.poll() is None:
            self.aduand.kill()
            self.aduand.wait()
        for fake in self.fakes:
            if fake.poll() is None:
                fake.send_signal(signal.SIGINT)
                fake.wait()
        self.stop_bearerbox(signal.SIGKILL)  # SIGTERM may take it 10 s, and nobody looks any more
        self.smsc.stop()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop()

    def pids(self):
        """Living processes that hold a lock of this line."""
        found = []
        for lock in (self.dir / "run").glob("*.lock"):
            with contextlib.suppress(OSError, ValueError):
                pid = int(lock.read_text().split()[0])
                command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
                if str(self.dir).encode() in command:
                    found.append(pid)
        return found

    def pid(self, name):
        """The pid of a process by its name, as `aduan status` knows it; None when it does not run."""
        status = self.status() or {"processes": []}
        for process in status["processes"]:
            if process["name"] == name and process["pid"]:
                return process["pid"]
        return None

    def log(self):
        return (self.dir / "aduand.log").read_text(errors="replace")

    # --- questions

    def aduan(self, *args, check=True, text=None, timeout=120):
        done = subprocess.run([BIN / "aduan", "--config", self.config, *map(str, args)], capture_output=True,
                              input=text, text=True, timeout=timeout)
        if check and done.returncode:
            raise AssertionError(f"aduan {' '.join(map(str, args))} → {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def json(self, *args, check=True):
        return json.loads(self.aduan(*args, "--json", check=check).stdout)

    def counter(self, name, counter):
        """What a process counts, as `aduan status` knows it; 0 while it does not run."""
        processes = (self.status() or {"processes": []})["processes"]
        return next((p["counters"].get(counter, 0) for p in processes if p["name"] == name), 0)

    def status(self):
        done = self.aduan("status", "--json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def tickets(self, *args):
        found, after = [], None
        while True:
            page = self.json("tickets", "--limit", 1000, *(["--after", after] if after else []), *args)
            found += page["tickets"]
            if not page["more"]:
                return found
            after = page["after"]

    def ticket(self, ident):
        return self.json("ticket", "show", ident)

    def events(self):
        """Every event committed so far."""
        count = self.json("stats")["events"]
        lines = self.aduan("tail", "--from", 1, "--count", count, "--json").stdout.splitlines() if count else []
        return [json.loads(each) for each in lines]

    def verify(self):
        return self.json("verify", check=False)

    def kannel_status(self):
        try:
            with urllib.request.urlopen(
                    f"http://127.0.0.1:{self.admin_port}/status.txt?password=quickstart", timeout=5) as answer:
                return answer.read().decode(errors="replace")
        except OSError:
            return None

    def kannel_admin(self, command, **more):
        url = f"http://127.0.0.1:{self.admin_port}/{command}?" + urllib.parse.urlencode({"password": "quickstart", **more})
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode(errors="replace")

    # --- traffic over the fake link

    def fakesmsc(self, count, message, randomize=1, interval=0.0):
        """Kannel's fakesmsc sending `count` MO; its log (-v 0) has each MT it was given."""
        log = self.dir / f"fakesmsc.{len(self.fakes)}.log"
        with open(log, "wb") as out:
            self.fakes.append(subprocess.Popen(
                [FAKESMSC, "-v", "0", "-H", "127.0.0.1", "-r", str(self.fake_port), "-i", str(interval),
                 "-m", str(count), "-z", str(randomize), message], stdout=out, stderr=subprocess.STDOUT))
        return log

    @staticmethod
    def received(log):
        """What fakesmsc was given: list of (receiver, raw line)."""
        got = re.findall(rb"Got message \d+: <(\S+ (\S+) .*)>", log.read_bytes())
        return [(receiver.decode(), line.decode(errors="replace")) for line, receiver in got]


class Phone:
    """A citizen's phone on the fake link, one line a message."""

    def __init__(self, line, number="6281234567890"):
        self.number = number
        self.socket = socket.create_connection(("127.0.0.1", line.fake_port), timeout=PATIENCE)
        self.socket.settimeout(None)  # it may be long until somebody writes to it; who wants an answer has patience
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with contextlib.suppress(OSError), self.socket.makefile("rb") as stream:
            for raw in stream:
                self.lines.put(raw.rstrip(b"\n"))

    def send(self, text, to="1708", number=None):
        self.send_raw("text", text.encode(), to, number)

    def send_raw(self, kind, payload, to="1708", number=None):
        sender = self.number if number is None else number
        self.socket.sendall(f"{sender} {to} {kind} ".encode() + payload + b"\n")

    @staticmethod
    def url(data):
        return urllib.parse.quote_plus(data).encode()

    def answer(self, patience=None):
        raw = self.lines.get(timeout=patience or PATIENCE)
        _, receiver, kind, body = raw.split(b" ", 3)
        return receiver.decode(), body.decode(errors="replace")

    def silent(self):
        return self.lines.empty()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # the reader holds it open
        self.socket.close()
