# SPDX-License-Identifier: BSD-2-Clause
"""aduand on a real line: it starts, watches, scales, drains and stops everything, and its own death stops nobody."""

import contextlib
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import time

import pytest

from line import PATIENCE, ROOT, Line, Phone, wait_for

GOOD = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"
CONFIG = "supervision: {restart_first_ms: 50, restart_max_ms: 1500, drain_s: 20}\n"
people = itertools.count(1)


@pytest.fixture
def line(tmp_path):
    with Line(tmp_path, config=CONFIG) as made:
        made.start()
        made.phone = Phone(made)
        yield made
        if made.aduand.poll() is None:
            assert made.verify()["ok"]


def send(line):
    number = f"62820{next(people):08d}"
    line.phone.send(GOOD, number=number)
    return number


def answered(line, *numbers):
    """Every one of them gets exactly one answer, in whatever order."""
    left = set(numbers)
    while left:
        receiver, text = line.phone.answer()
        assert receiver in left and re.search(r"\b\d{7}\b", text)
        left.remove(receiver)


def exchange(line):
    answered(line, send(line))


def process(line, name):
    status = line.status() or {"processes": []}
    return next((p for p in status["processes"] if p["name"] == name), None)


def pids(line):
    return {p["name"]: p["pid"] for p in line.status()["processes"]}


def workers(line):
    """The numbered ones that scale."""
    return {n for n in pids(line) if n.startswith(("classifier.", "responder."))}


def alive(pid):
    return pathlib.Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in pathlib.Path(f"/proc/{pid}/status").read_text()


def test_its_death_stops_nobody_and_the_next_one_takes_over(line):
    exchange(line)
    before = pids(line)
    for _ in range(2):
        line.aduand.kill()
        line.aduand.wait()
        assert line.aduan("status", check=False).returncode == 4
        exchange(line)
        assert all(alive(pid) for pid in before.values())
        logged = len(line.log())
        line.start_aduand()
        line.wait_ready()
        assert pids(line) == before
        assert line.log()[logged:].count("fleet.adopted") == len(before)
        assert "process.started" not in line.log()[logged:]
        exchange(line)
    assert {p["restarts"] for p in line.status()["processes"]} == {0}
    for name, pid in before.items():  # whom it took over it watches
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: (process(line, name) or {}).get("pid") not in (0, pid, None), f"{name} to live again")
    line.wait_ready()
    exchange(line)


def test_what_dies_while_aduand_is_dead_is_started_by_the_next(line):
    before = pids(line)
    line.aduand.kill()
    line.aduand.wait()
    os.kill(before["classifier.1"], signal.SIGKILL)
    waiting = send(line)
    line.start_aduand()
    answered(line, waiting)
    line.wait_ready()
    after = pids(line)
    assert after["classifier.1"] != before["classifier.1"]
    assert {n: p for n, p in after.items() if n != "classifier.1"} == {
        n: p for n, p in before.items() if n != "classifier.1"}


def test_a_killed_process_is_started_again(line):
    exchange(line)
    for name in ("classifier.1", "responder.1", "box1"):
        killed = process(line, name)["pid"]
        os.kill(killed, signal.SIGKILL)
        waiting = send(line)
        answered(line, waiting)
        found = wait_for(lambda: (p := process(line, name)) and p["pid"] not in (0, killed) and p, f"{name} to live again")
        assert found["restarts"] == 1
        assert re.search(rf"process\.died process={name} pid={killed} signal 9 \(Killed\)", line.log())
    line.wait_ready()


def test_a_worker_that_dies_before_its_first_job_is_throttled(line):
    """Its rules are broken behind aduand's back: it is tried ever less often, and status says so and why."""
    categories = line.dir / "categories.yaml"
    shutil.copy(ROOT / "etc/categories.yaml", categories)
    good = categories.read_text()
    line.config.write_text(line.config.read_text().replace(f"{ROOT}/etc/categories.yaml", str(categories)))
    line.aduan("reload")
    wait_for(lambda: "worker.reloaded" in line.log(), "the workers to have read it")
    exchange(line)
    categories.write_text("categories: [")
    os.kill(line.pid("classifier.1"), signal.SIGKILL)
    waiting = send(line)
    wait_for(lambda: process(line, "classifier.1")["restarts"] >= 3, "three deaths")
    shown = wait_for(lambda: (p := process(line, "classifier.1"))["state"] == "restarting" and p, "the wait")
    assert re.fullmatch(r"died: exit code 1; starts again in \d+ ms", shown["note"]) and shown["pid"] == 0
    assert line.status()["workers"]["classifier"] == {"wanted": 1, "running": 0}
    waits = [int(ms) for ms in re.findall(r"process=classifier\.1 .*starts again in (\d+) ms", line.log())]
    assert waits[:3] == [50, 1000, 1500]  # after a job: at once; before the first one: throttled
    assert re.search(rf"worker\.not_started .*{categories}:\d+:\d+: ", line.log())
    assert process(line, "responder.1")["restarts"] == 0
    categories.write_text(good)
    answered(line, waiting)
    line.wait_ready()


def test_counts_are_changed_live_and_kept(line):
    line.aduan("scale", "classifier=3", "responder=2", "--wait")
    many = [send(line) for _ in range(50)]
    answered(line, *many)
    before = pids(line)
    assert workers(line) == {"classifier.1", "classifier.2", "classifier.3", "responder.1", "responder.2"}
    line.aduand.kill()
    line.aduand.wait()
    line.start_aduand()
    line.wait_ready()
    assert pids(line) == before  # the counts outlive aduand
    many = [send(line) for _ in range(50)]
    line.aduan("scale", "classifier=1", "responder=1", "--wait")
    answered(line, *many)
    wait_for(lambda: workers(line) == {"classifier.1", "responder.1"}, "the others to be forgotten")
    assert {n: before[n] for n in pids(line)} == pids(line)  # the highest went
    line.aduan("scale", "classifier=0")
    wait_for(lambda: not process(line, "classifier.1"), "no classifier")
    waiting = send(line)
    wait_for(lambda: "no classifier is connected" in process(line, "box1")["note"], "the box to say what it lacks")
    line.aduan("scale", "classifier=2")
    answered(line, waiting)


def test_a_reload_takes_up_counts_and_names(line):
    text = line.config.read_text()
    line.config.write_text(text.replace("classifiers: 1", "classifiers: 2").replace("name: Kota Uji", "name: Kota Baru"))
    before = line.status()["aduand"]["config_generation"]
    result = line.json("reload")
    assert (result["config_generation"], result["workers"]["classifier"]) == (before + 1, 2)
    wait_for(lambda: (process(line, "classifier.2") or {}).get("state") in ("ready", "running"), "a second classifier")
    waiting = send(line)
    receiver, answer = line.phone.answer()
    assert receiver == waiting and "Kota Baru" in answer
    os.kill(line.aduand.pid, signal.SIGHUP)
    wait_for(lambda: line.status()["aduand"]["config_generation"] == before + 2, "a reload by signal")


@pytest.mark.parametrize("target", ["all", "classifier", "box1"])
def test_what_is_drained_stays_stopped_until_resumed(line, target):
    exchange(line)
    line.aduan("drain", *([] if target == "all" else [target]), "--wait")
    held = {"all": set(pids(line)), "classifier": {"classifier.1"}, "box1": {"box1"}}[target]
    shown = line.status()
    assert shown["aduand"]["held"] == [target]
    assert {p["name"] for p in shown["processes"] if p["state"] == "stopped"} == held
    waiting = [send(line) for _ in range(5)]
    wait_for(lambda: any((line.dir / "kannel-store").rglob("*-*")), "bearerbox to keep them")
    assert line.phone.silent() and line.status()["processes"]
    line.aduan("resume", *([] if target == "all" else [target]))
    answered(line, *waiting)
    line.wait_ready()
    assert {p["restarts"] for p in line.status()["processes"]} == {0}


@pytest.mark.parametrize("how", ["stop", "SIGTERM", "SIGINT"])
def test_a_stop_leaves_nothing_running(line, how):
    many = [send(line) for _ in range(20)]
    started = pids(line)
    if how == "stop":
        line.aduan("stop", "--wait")
    else:
        line.aduand.send_signal(getattr(signal, how))
    assert line.aduand.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in started.values())
    for path in (line.dir / "run").iterdir():
        with socket.socket(socket.AF_UNIX) as client:
            assert not path.is_socket() or client.connect_ex(str(path)) != 0, path
    assert line.pids() == [] and line.verify()["ok"]
    assert "process.killed" not in line.log()
    line.start_aduand()
    answered(line, *many)


def test_a_second_signal_does_not_wait(line):
    """A stopped worker cannot drain: the first signal waits for it, the second one does not."""
    started = pids(line)
    os.kill(started["classifier.1"], signal.SIGSTOP)
    line.aduand.terminate()
    wait_for(lambda: "process.draining process=classifier.1" in line.log(), "the drain")
    line.aduand.terminate()
    assert line.aduand.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in started.values())


# --- systemd


class Manager:
    """The far end of NOTIFY_SOCKET."""

    def __init__(self, directory):
        self.path = str(directory / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(PATIENCE)
        self.heard = []

    def hear(self, word):
        """Everything up to the first message that has this line."""
        while True:
            lines = self.socket.recv(4096).decode().splitlines()
            self.heard.append((time.monotonic(), lines))
            if any(each == word or each.startswith(word) for each in lines):
                return lines

    def rest(self):
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.heard.append((time.monotonic(), self.socket.recv(4096).decode().splitlines()))

    def said(self):
        return [line for _, lines in self.heard for line in lines]


def test_systemd_is_told(tmp_path):
    manager = Manager(tmp_path)
    with Line(tmp_path, config=CONFIG) as line:
        line.aduan("keygen")
        line.start_bearerbox()
        line.start_aduand({"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "30000000"})
        manager.hear("READY=1")
        status = line.status()
        assert status["aduand"]["state"] == "ready"
        assert {p["state"] for p in status["processes"]} <= {"ready", "running", "degraded"}
        manager.hear("STATUS=1 classifiers, 1 responders, ")
        assert "1 of 1 bearerbox links up" in manager.said()[-1]
        for _ in range(3):
            manager.hear("WATCHDOG=1")
        times = [at for at, lines in manager.heard if "WATCHDOG=1" in lines]
        assert max(b - a for a, b in zip(times, times[1:])) < 15  # half of WatchdogSec=
        line.aduan("reload")
        reloading = manager.hear("RELOADING=1")
        usec = next(int(l.partition("=")[2]) for l in reloading if l.startswith("MONOTONIC_USEC="))
        assert 0 <= time.monotonic() * 1e6 - usec < PATIENCE * 1e6
        manager.hear("READY=1")
        line.config.write_text(line.config.read_text().replace("smsbox_id: aduan", "smsbox_id: other"))
        assert line.aduan("reload", check=False).returncode == 3
        manager.hear("RELOADING=1")
        manager.hear("READY=1")  # refused, and no longer reloading
        line.aduan("stop", "--wait")
        line.aduand.wait(PATIENCE)
        manager.hear("STOPPING=1")
        at = len(manager.said())
        manager.rest()
        assert "READY=1" not in manager.said()[at:]


def test_systemd_is_not_told_ready_before_it_is(tmp_path):
    """A stop in the middle of the start never says READY."""
    manager = Manager(tmp_path)
    with Line(tmp_path, config=CONFIG) as line:
        line.aduan("keygen")
        line.start_aduand({"NOTIFY_SOCKET": manager.path})
        manager.hear("WATCHDOG=1")
        line.aduand.terminate()
        assert line.aduand.wait(PATIENCE) == 0
        manager.rest()
        said = manager.said()
        assert "STOPPING=1" in said
        assert "READY=1" not in said
