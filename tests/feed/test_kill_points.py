# SPDX-License-Identifier: BSD-2-Clause
"""Killed at every point between being given an event and having written down that it is done: before the write, in the
midst of it, after it, before the rename, after it. Life after life of one program, until all is delivered.

Where output and position are one write each event is there once. Where they are two, the one that was in hand may come
again, and nothing else; whoever takes it knows it by epoch:sequence."""

import itertools
import os
import random
import signal
import subprocess

import pytest

import clients
from feeding import Feed, Hook, lines_of, running, sequences
from feedline import wait_for
from schema import make_events

SHIM = clients.BUILD / "tests/feed_die.so"
HOWS = ("before", "half", "after")
LIVES = 9  # three deaths of each kind
EVENTS = make_events(240, holes=0.2)
PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="session")
def commands():
    assert SHIM.exists(), f"{SHIM} is not built"  # the loader would go on without it
    return clients.prepare()


@pytest.fixture
def feed(tmp_path):
    with Feed(tmp_path) as made:
        made.chunk_size = 7
        made.commit(EVENTS[:120])  # half of them by replay, half as they come
        yield made


def lives(feed, command, watch, env=(), most=12, **options):
    """Lets it die at one point after another, and live at last; yields after each death, and once more when it lives.
    How often it touches the file before it dies (at most `most` times) is drawn."""
    rng, rest = random.Random(watch.name), iter(EVENTS[120:])
    for life in range(LIVES):
        dying = {**feed.env(), **dict(env), "LD_PRELOAD": str(SHIM), "ASAN_OPTIONS": "verify_asan_link_order=0",
                 "DIE_PATH": str(watch), "DIE_AT": str(rng.randint(1, most)), "DIE_HOW": HOWS[life % 3]}
        with running(command, dying, stderr=subprocess.DEVNULL, **options) as process:
            def dead():
                feed.live(list(itertools.islice(rest, 1)))
                return process.poll() is not None
            wait_for(dead, f"its death in life {life}, {HOWS[life % 3]}")
            assert process.returncode == -signal.SIGKILL, process.returncode
        yield life
    feed.live(list(rest))
    with running(command, {**feed.env(), **dict(env)}, stderr=subprocess.DEVNULL, **options):
        yield None


@pytest.mark.parametrize("name", ["python", "node", "c"])
def test_position_in_the_output_itself(feed, commands, tmp_path, name):
    out = tmp_path / "out"
    for life in lives(feed, [*commands[name], str(out)], out):
        whole = lines_of(out)
        assert whole == sequences(EVENTS)[:len(whole)]
        if life is None:
            wait_for(lambda: len(lines_of(out)) >= len(EVENTS), "all events")
    assert lines_of(out) == sequences(EVENTS)


def test_the_archiver(feed, commands, tmp_path):
    archive = tmp_path / "archive"
    example = [PYTHON, str(clients.ROOT / "proto/clients/python/examples/archiver.py"), *feed.endpoints, "v1.full.",
               str(archive)]
    for life in lives(feed, example, archive):
        if life is None:
            wait_for(lambda: len(lines_of(archive)) >= len(EVENTS), "all events")
    assert lines_of(archive) == sequences(EVENTS)


def test_the_counter(feed, commands, tmp_path):
    counts = tmp_path / "counts"
    example = [str(clients.BUILD / "proto/clients/c/aduan-example-counter"), *feed.endpoints, "v1.full.", str(counts)]

    def state():
        first, *rest = counts.read_text().splitlines() if counts.exists() else [f"{feed.epoch.hex()}:0"]
        return int(first.split(":")[1]), {name: int(number) for name, number in (line.split() for line in rest)}

    def expected(last):
        found = {}
        for event in EVENTS:
            if event.sequence <= last and event.WhichOneof("what") == "ticket_classified":
                found[event.category] = found.get(event.category, 0) + 1
        return found

    for life in lives(feed, example, counts, most=2, stdout=subprocess.DEVNULL):
        if life is None:
            wait_for(lambda: state()[1] == expected(EVENTS[-1].sequence), "the counts")
        last, counted = state()
        assert counted == expected(last), f"the file says {last}"


@pytest.mark.parametrize("name", ["python", "node"])
def test_a_state_file_beside_the_output(feed, commands, tmp_path, name):
    out, state = tmp_path / "out", tmp_path / "state"
    with open(out, "ab") as stdout:
        for life in lives(feed, commands[name], state, {"ADUAN_STATE": str(state)}, stdout=stdout):
            if life is None:
                wait_for(lambda: EVENTS[-1].sequence in lines_of(out), "the last event")
    got = lines_of(out)
    assert got == sorted(got) and sorted(set(got)) == sequences(EVENTS), "out of order, or not all"
    assert 0 < len(got) - len(EVENTS) <= LIVES, "one in hand at a death before the rename, and no more"


def test_the_webhook(feed, commands, tmp_path):
    hook, state = Hook(), tmp_path / "state"
    example = [commands["node"][0], str(clients.CLIENTS / "node/examples/webhook.js"), *feed.endpoints, "v1.full.",
               f"http://127.0.0.1:{hook.server_port}/", str(state)]
    for life in lives(feed, example, state, {"ADUAN_SECRET": "a shared secret"}):
        if life is None:
            wait_for(lambda: state.read_text().endswith(f":{EVENTS[-1].sequence}\n"), "the last event")
    hook.shutdown()
    got = [sequence for sequence, _ in hook.accepted()]
    assert got == sorted(got) and sorted(set(got)) == sequences(EVENTS)
    assert len(got) - len(EVENTS) <= LIVES


@pytest.mark.parametrize("name", ["python", "node"])
def test_a_cursor_between_delivery_and_confirmation(feed, commands, tmp_path, name):
    """Killed when it confirms, before the desk knows: what it delivered since the last Confirm comes again, in order."""
    out, process, struck = tmp_path / "out", None, 0

    def confirm(request):
        nonlocal struck
        if request.WhichOneof("what") != "confirm" or life % 2:
            return None
        struck += 1
        os.kill(process.pid, signal.SIGKILL)
        return "ignore"

    feed.on_request = confirm
    with open(out, "ab") as stdout:
        for life in range(6):
            feed.live(EVENTS[120 + 20 * life:140 + 20 * life])
            last, before = feed.log[-1].sequence, len(lines_of(out))
            confirmed = feed.cursors.get("mine", (feed.epoch, 0))[1]
            with running(commands[name], feed.env(ADUAN_CURSOR="mine"), stdout=stdout,
                         stderr=subprocess.DEVNULL) as process:
                wait_for(lambda: process.poll() is not None or
                         feed.cursors.get("mine", (feed.epoch, 0))[1] == last, "a Confirm, or its death")
            assert lines_of(out)[before:] == [s for s in sequences(EVENTS) if confirmed < s <= last]
    assert struck == 3 and feed.cursors["mine"] == (feed.epoch, EVENTS[-1].sequence)
