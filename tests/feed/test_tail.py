# SPDX-License-Identifier: BSD-2-Clause
"""`aduan tail` on a line that works, while aduan-feed is killed under it: no event twice, none missing; and what it
shows: filters, --since, colours."""

import contextlib
import json
import os
import pathlib
import pty
import re
import signal
import subprocess
import threading
import time

import pytest

from feedline import PATIENCE, ROOT, feed_line, wait_for

BIN = pathlib.Path(os.environ.get("ADUAN_BIN", ROOT / "build/debug/bin"))
TEXTS = ("Lampu jalan mati di Jl. Merdeka", "Jalan berlubang di depan pasar", "Sampah menumpuk di pasar",
         "Jalan berlubang di dekat sekolah")


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with feed_line(tmp_path_factory.mktemp("tail")) as made:
        yield made


class Tail:
    """`aduan tail` at work, and the lines it has printed."""

    def __init__(self, line, *args, **options):
        self.lines = []
        self.process = subprocess.Popen([BIN / "aduan", "--config", line.config, "tail", *map(str, args)],
                                        stdout=subprocess.PIPE, text=True, **options)
        self.thread = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.thread.start()

    def events(self):
        return [json.loads(each) for each in list(self.lines)]

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self.thread.join(PATIENCE)
        self.process.stdout.close()
        return code


def sent(line, texts=TEXTS):
    """One SMS each, every reply delivered."""
    before = line.json("stats")["tickets"]
    for text in texts:
        line.citizen(text)
    wait_for(lambda: line.json("stats")["tickets"] == before + len(texts) and
             all(line.ticket(t["id"])["replies"][0]["state"] == "delivered" for t in line.tickets()), "their deliveries")


def test_it_follows_while_the_feed_is_killed(line):
    last = line.json("stats")["events"]
    tails = [Tail(line, "--json"), Tail(line, "--json", "--from", 1)]
    wait_for(lambda: len(tails[1].lines) >= last, "the history")
    for _ in range(4):
        line.kill_feed()
        sent(line, TEXTS[:2])
    line.kill_feed_and_leave()
    sent(line)
    log = line.events()
    wait_for(lambda: len(tails[1].lines) >= len(log), "the events")
    time.sleep(0.5)  # for what comes too much
    assert [tail.stop() for tail in tails] == [0, 0]
    assert tails[1].events() == log
    assert [e["sequence"] for e in log] == list(range(1, len(log) + 1))
    live = tails[0].events()  # begins when it began
    assert live == log[-len(live):] and len(live) > len(log) - last - 5


def test_filters_and_since_follow_too(line):
    sent(line)
    began, ticket = line.events()[-1], line.tickets()[0]["id"]
    agency = next(t["agency"] for t in line.tickets() if t.get("agency"))
    wanted = {
        ("--kind", "ticket_opened"): lambda e, t: e["kind"] == "ticket_opened",
        ("--category", "penerangan"): lambda e, t: (e.get("category") or t.get("category")) == "penerangan",
        ("--agency", agency): lambda e, t: (e.get("agency") or t.get("agency")) == agency,
        ("--shortcode", "1708"): lambda e, t: e.get("shortcode") == "1708",
        ("--shortcode", "1709"): lambda e, t: False,
        ("--ticket", ticket): lambda e, t: e.get("ticket") == ticket,
        ("--category", "penerangan", "--kind", "reply_sent"):
            lambda e, t: e["kind"] == "reply_sent" and t.get("category") == "penerangan",
    }
    tails = {args: Tail(line, "--json", "--from", 1, *args) for args in wanted}
    since = {when: Tail(line, "--json", "--since", when) for when in ("1h", began["at"])}
    sent(line)
    log = line.events()
    of = {t["id"]: line.ticket(t["id"]) for t in line.tickets()}
    for args, keep in wanted.items():
        expected = [e for e in log if keep(e, of.get(e.get("ticket"), {}))]
        wait_for(lambda: tails[args].events() == expected, f"{args}: {len(expected)} events")
        assert bool(expected) == (args != ("--shortcode", "1709")), args
    wait_for(lambda: since["1h"].events() == log, "all of the last hour")
    wait_for(lambda: since[began["at"]].events() == [e for e in log if e["at"] >= began["at"]], "all since then")
    assert len(since[began["at"]].events()) < len(log)
    assert all(tail.stop() == 0 for tail in [*tails.values(), *since.values()])


def on_terminal(line, *args, env=None):
    """What it prints to a terminal."""
    ours, its = pty.openpty()
    command = [BIN / "aduan", "--config", line.config, *map(str, args)]
    with subprocess.Popen(command, stdout=its, env={**os.environ, "TERM": "xterm", **(env or {})}):
        os.close(its)
        text = b""
        with contextlib.suppress(OSError):  # EIO: it ended
            while some := os.read(ours, 65536):
                text += some
    os.close(ours)
    return text.decode()


def test_colours_on_a_terminal_only(line):
    sent(line, TEXTS[:1])
    count = line.json("stats")["events"]
    args = ("tail", "--from", 1, "--count", count)
    coloured = on_terminal(line, *args)
    assert re.search("\033\\[1m *ticket_opened", coloured) and re.search("\033\\[32m *reply_delivered", coloured)
    plain = line.aduan(*args).stdout
    for text in (plain, on_terminal(line, "--no-color", *args), on_terminal(line, *args, env={"NO_COLOR": "1"})):
        assert "\033" not in text and text.split() == re.sub("\033\\[[0-9;]*m", "", coloured).split()


def test_it_ends_when_nobody_reads_any_more(line):
    sent(line, TEXTS[:1])
    with subprocess.Popen([BIN / "aduan", "--config", line.config, "tail", "--from", "1"],
                          stdout=subprocess.PIPE) as tail:
        assert tail.stdout.readline().split()[0] == b"1"
        tail.stdout.close()
        line.citizen()
        assert tail.wait(PATIENCE) != 0


def test_it_says_when_history_went_before_it_was_read(line):
    tail = Tail(line, "--json", "--from", 1, stderr=subprocess.PIPE)
    wait_for(lambda: len(tail.lines) == line.json("stats")["events"], "the history")
    tail.process.send_signal(signal.SIGSTOP)
    sent(line, TEXTS[:2])
    wait_for(lambda: line.json("feed", "trim", "--before", "1s")["trimmed"] > 0 and
             line.json("stats")["events"] < 5, "the end of history")
    tail.process.send_signal(signal.SIGCONT)
    sent(line, TEXTS[:1])
    wait_for(lambda: tail.events()[-1] == line.events()[-1], "what came after it")
    assert tail.stop() == 0
    assert "history begins at" in tail.process.stderr.read()
    tail.process.stderr.close()
