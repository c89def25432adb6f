# SPDX-License-Identifier: BSD-2-Clause
"""The three clients of proto/clients, each by itself on a feed in memory, and their examples."""

import json
import signal
import time

import pytest
import zmq

import clients
from feeding import Feed, Hook, lines_of, read, running, sequences
from feedline import PATIENCE, wait_for
from schema import make_events, pb, without_kind

NAMES = ("python", "node", "c")
WITH_CURSOR = ("python", "node")


@pytest.fixture(scope="session")
def commands():
    return clients.prepare()


@pytest.fixture(params=NAMES)
def command(request, commands):
    return commands[request.param]


@pytest.fixture
def feed(tmp_path):
    with Feed(tmp_path) as made:
        yield made


# --- what each does, by itself

def test_history_then_live(feed, command):
    old, new = make_events(50), make_events(20, first=1000)
    feed.commit(old)
    with running(command, feed.env()) as process:
        assert read(process, 50) == sequences(old)
        feed.wait_subscribed(PATIENCE)
        feed.live(new)
        assert read(process, 20) == sequences(new)


@pytest.mark.parametrize("depth", range(4))
def test_a_filter_of_any_depth_asks_for_nothing_that_is_not_missing(feed, command, depth):
    topic = ["v1.full.", "v1.full.1708.", "v1.full.1708.ticket_opened.", "v1.full.1708.ticket_opened.jalan."][depth]
    wanted = [lambda e: True, lambda e: e.shortcode == "1708",
              lambda e: e.shortcode == "1708" and e.WhichOneof("what") == "ticket_opened",
              lambda e: e.shortcode == "1708" and e.WhichOneof("what") == "ticket_opened" and e.category == "jalan"]
    first, rest = make_events(40), make_events(100, first=1000)
    mine = [e for e in first + rest if wanted[depth](e)]
    feed.commit(first)
    with running(command, feed.env(topic)) as process:
        before = len([e for e in first if wanted[depth](e)])
        assert read(process, before) == sequences(mine[:before])
        feed.wait_subscribed(PATIENCE)
        asked = len(feed.requests)
        feed.live(rest[:60])
        feed.commit(rest[60:80])  # and these are lost
        feed.live(rest[80:])
        assert read(process, len(mine) - before) == sequences(mine[before:])
        replays = [r for _, r in feed.requests[asked:] if r.WhichOneof("what") == "replay"]
        assert len(replays) <= 2 and all(list(r.replay.topic) == [topic] for r in replays)


def test_the_beacon_of_another_view_is_not_ours(feed, command):
    events = make_events(10)
    with running(command, feed.env()) as process:
        feed.wait_subscribed(PATIENCE, "b1.")
        feed.live(events)
        assert read(process, 10) == sequences(events)
        said = pb.Beacon(schema_version=1, epoch=b"another store...", first=1, last=10**9)
        for _ in range(5):
            feed.send(b"b1.full2", said.SerializeToString())
        asked = len(feed.requests)
        more = make_events(10, first=1000)
        feed.live(more)
        assert read(process, 10) == sequences(more)
        assert not [r for _, r in feed.requests[asked:] if r.WhichOneof("what") == "head"]


def test_killed_again_and_again_goes_on_where_its_output_ends(feed, command, tmp_path):
    out = tmp_path / "out"
    events = make_events(3000, holes=0.3)
    feed.commit(events[:100])
    feed.chunk_size = 7
    at = 100
    for life in range(6):
        with running(command, feed.env(), out) as process:
            goal = len(lines_of(out)) + 120
            while len(lines_of(out)) < goal and at < len(events):
                feed.live(events[at:at + 20])
                at += 20
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        if life == 2:  # a line cut short, as a kill in the midst of a write leaves it
            with open(out, "ab") as file:
                file.write(b"0123456789abcdef:1")
    feed.live(events[at:])
    with running(command, feed.env(), out):
        wait_for(lambda: len(lines_of(out)) >= len(events), "all events")
    assert lines_of(out) == sequences(events)


def test_a_refusal_that_lasts_ends_it(feed, command):
    feed.on_request = lambda request: [pb.Response(
        version=1, id=request.id, refused=pb.Refused(code=pb.Refused.REVOKED, reason="the key is revoked"))]
    with running(command, feed.env()) as process:
        assert process.wait(PATIENCE) != 0
        assert b"revoked" in process.stderr.read()


def test_a_topic_that_is_not_cut_behind_a_dot_is_refused(feed, command):
    for topic in ("v1.full", "v2.full.", "v1."):
        with running(command, feed.env(topic)) as process:
            assert process.wait(PATIENCE) != 0


def test_truncated_is_told_to_the_operator(feed, command, tmp_path):
    out = tmp_path / "out"
    out.write_text(f"{feed.epoch.hex()}:5\n")
    feed.commit(make_events(100))
    feed.truncate(50)
    with running(command, feed.env(), out) as process:
        wait_for(lambda: len(lines_of(out)) == 52, "what is left")
        process.kill()
        assert lines_of(out) == [5, *range(50, 101)]
        assert b"gone" in process.stderr.read()


def test_curve(tmp_path, command):
    public, secret = zmq.curve_keypair()
    _, own = zmq.curve_keypair()
    with Feed(tmp_path, secret_key=secret) as feed:
        events = make_events(20)
        feed.commit(events)
        with running(command, feed.env(ADUAN_SERVER_KEY=public.decode(), ADUAN_SECRET_KEY=own.decode())) as process:
            assert read(process, 20) == sequences(events)


@pytest.mark.parametrize("name", WITH_CURSOR)
def test_a_cursor_of_the_desk(feed, commands, name):
    events = make_events(300)
    feed.commit(events)
    env = feed.env(ADUAN_CURSOR="mine")
    with running(commands[name], env) as process:
        assert read(process, 300) == sequences(events)
        wait_for(lambda: feed.cursors.get("mine") == (feed.epoch, 300), "a Confirm")
    more = make_events(20, first=301)
    feed.commit(more)
    with running(commands[name], env) as process:
        assert read(process, 20) == sequences(more)


@pytest.mark.parametrize("name", WITH_CURSOR)
def test_a_state_file_of_the_library(feed, commands, name, tmp_path):
    events = make_events(300)
    feed.commit(events)
    env = feed.env(ADUAN_STATE=str(tmp_path / "state"))
    with running(commands[name], env) as process:
        assert read(process, 300) == sequences(events)
        wait_for(lambda: (tmp_path / "state").read_text() == f"{feed.epoch.hex()}:300\n", "the position")
    more = make_events(20, first=301) + [without_kind(e) for e in make_events(1, first=400)]
    feed.commit(more)
    with running(commands[name], env) as process:
        assert read(process, 20) == sequences(more[:20])
        wait_for(lambda: (tmp_path / "state").read_text() == f"{feed.epoch.hex()}:400\n", "the position")


# --- the examples

def test_webhook_signs_retries_and_goes_on(feed, commands, tmp_path):
    hook = Hook(lambda number: number % 3 != 2)
    example = [commands["node"][0], str(clients.CLIENTS / "node/examples/webhook.js")]
    args = (*feed.endpoints, "v1.full.", f"http://127.0.0.1:{hook.server_port}/", tmp_path / "state")
    env = {**feed.env(), "ADUAN_SECRET": "a shared secret"}
    events = make_events(6)
    feed.commit(events[:4])
    with running(example, env, *args):
        calls = hook.accepted(4)
        assert [sequence for sequence, _ in calls] == sequences(events[:4])
        for event, (_, document) in zip(events, calls):
            assert (document["what"], document["ticket"]) == (event.WhichOneof("what"), event.ticket)
        opened = next(d for _, d in calls if d["what"] == "ticket_opened")
        assert opened["ticket_opened"]["text"].startswith("Jalan") and len(opened["ticket_opened"]["sender"]) == 32
        wait_for(lambda: (tmp_path / "state").read_text().endswith(":4\n"), "the position")
    feed.commit(events[4:])
    with running(example, env, *args):
        assert [sequence for sequence, _ in hook.accepted(2)] == [5, 6]
    hook.shutdown()


def test_archiver_writes_each_event_once(feed, tmp_path):
    archive = tmp_path / "archive"
    example = ["/usr/bin/python3", str(clients.ROOT / "proto/clients/python/examples/archiver.py")]
    events = make_events(400)
    feed.commit(events[:200])
    for goal in (50, 120):
        with running(example, feed.env(), *feed.endpoints, "v1.full.", archive) as process:
            wait_for(lambda: len(lines_of(archive)) >= goal, "some lines")
            process.send_signal(signal.SIGKILL)
    feed.commit(events[200:])
    with open(archive, "ab") as file:
        file.write(feed.epoch.hex().encode() + b":999 {\"cut")
    with running(example, feed.env(), *feed.endpoints, "v1.full.", archive):
        wait_for(lambda: len(archive.read_text().splitlines()) >= 400, "all lines")
    assert lines_of(archive) == sequences(events)
    assert all(json.loads(line.split(" ", 1)[1])["shortcode"] for line in archive.read_text().splitlines())


def test_counter_counts_each_ticket_once(feed, tmp_path):
    counts = tmp_path / "counts"
    example = [str(clients.BUILD / "proto/clients/c/aduan-example-counter")]
    events = make_events(500)
    for event in events:
        event.at_us = int(time.time() * 1e6)

    def counted():
        words = counts.read_text().split()[1:] if counts.exists() else []
        return {name: int(number) for name, number in zip(words[::2], words[1::2])}

    def expected(some):
        found = {}
        for event in some:
            if event.WhichOneof("what") == "ticket_classified":
                found[event.category] = found.get(event.category, 0) + 1
        return found

    feed.commit(events[:250])
    with running(example, feed.env(), *feed.endpoints, "v1.full.", counts) as process:
        wait_for(lambda: counted() == expected(events[:250]), "the counts")
        process.send_signal(signal.SIGKILL)
    feed.commit(events[250:])
    with running(example, feed.env(), *feed.endpoints, "v1.full.", counts):
        wait_for(lambda: counted() == expected(events), "the counts after a kill")
