# SPDX-License-Identifier: BSD-2-Clause
"""The feed of a whole line, seen from bare sockets: what is published, what replays bring, and what ends them."""

import json
import time

import pytest
from feedline import EVENTS_OF_ONE, UNKNOWN, feed, feed_line, kind, wait_for


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    """One line for the tests that leave it as it is."""
    with feed_line(tmp_path_factory.mktemp("feed")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path):
    with feed_line(tmp_path) as made:
        yield made


def topics(heard):
    return [topic for topic, _ in heard]


def test_one_sms_is_seven_events_in_order(fresh):
    line = fresh
    with_beacon = line.subscriber("v1.full.", "b1.full")
    beacon = with_beacon.beacon()
    assert (beacon.first, beacon.last) == (1, 0) and len(beacon.epoch) == 16 and beacon.schema_version == 1
    sender = line.citizen()
    heard = with_beacon.events(7)
    assert topics(heard) == [f"v1.full.1708.{name}.jalan." for name in EVENTS_OF_ONE]
    assert [kind(e) for _, e in heard] == EVENTS_OF_ONE
    assert [e.sequence for _, e in heard] == list(range(1, 8))
    for _, event in heard:
        assert event.epoch == beacon.epoch and event.schema_version == 1
        assert (event.shortcode, event.category) == ("1708", "jalan") and event.ticket
        assert abs(event.at_us / 1e6 - time.time()) < 60
    opened = heard[1][1].ticket_opened
    assert opened.number == "+" + sender and len(opened.sender) == 16 and opened.text.startswith("Jalan berlubang")
    assert heard[2][1].ticket_classified.agency == "dpupr" and heard[2][1].ticket_classified.why
    # Followed from the first event: what has no one before it says so.
    assert [list(e.before) for _, e in heard[:3]] == [[0, 0, 0, 0], [1, 1, 0, 0], [2, 2, 0, 0]]
    line.citizen()
    heard = with_beacon.events(7)
    assert [list(e.before) for _, e in heard] == [[n - 1, n - 1, n - 7, n - 7] for n in range(8, 15)]
    assert with_beacon.beacon().last == 14


def test_a_filter_sees_its_own_chain(line):
    every = line.subscriber("v1.full.", "b1.full")
    some = line.subscriber("v1.full.1708.reply_queued.", "v1.full.1708.ticket_opened.penerangan.", "b1.full")
    assert every.beacon() and some.beacon()
    for text in ("Lampu jalan mati di Jl. Merdeka", "Jalan berlubang", "Lampu penerangan jalan padam"):
        line.citizen(text)
    all_events = [e for _, e in every.events(21)]
    wanted = [e for e in all_events
              if kind(e) == "reply_queued" or (kind(e) == "ticket_opened" and e.category == "penerangan")]
    heard = [e for _, e in some.events(len(wanted))]
    assert [e.sequence for e in heard] == [e.sequence for e in wanted]
    queued = [e for e in heard if kind(e) == "reply_queued"]
    assert [e.before[2] for e in queued[1:]] == [e.sequence for e in queued[:-1]]
    assert some.silent(0.3)


def test_a_subscription_outside_the_view_is_ignored(line):
    odd = line.subscriber("v1.other.", "v1.", "v1.full", "", "b1.", "b1.other", "v1.full.17", "v1.full.1708.ticket_o")
    good = line.subscriber("v1.full.", "b1.full")
    assert good.beacon()
    line.citizen()
    good.events(7)
    assert odd.hear(1.5) is None


def test_replay_by_sequence_time_and_topic(line):
    line.citizen()
    ask = line.asker()
    wait_for(lambda: ask.head().last % 7 == 0 and ask.head().last, "the last report")
    head = ask.head()
    events = ask.replay(after=0, epoch=head.epoch)
    assert [e.sequence for e in events] == list(range(1, head.last + 1)) and ask.through == head.last
    assert all(not e.before for e in events)
    assert [e.sequence for e in ask.replay(after=3, until=5)] == [4, 5] and ask.through == 5
    assert ask.replay(after=head.last) == [] and ask.through == head.last
    assert [e.sequence for e in ask.replay()] == list(range(1, head.last + 1))
    last_at = events[-1].at_us
    since = ask.replay(since_us=last_at)
    assert since[-1].sequence == head.last and all(e.at_us >= last_at for e in since)
    assert ask.replay(since_us=last_at + 1) == []
    assert len(ask.replay(since_us=0)) == head.last
    some = ask.replay(after=0, topic=["v1.full.1708.reply_sent.", "v1.full.1708.ticket_opened.jalan."])
    assert [e.sequence for e in some] == [e.sequence for e in events if kind(e) == "reply_sent" or (
        kind(e) == "ticket_opened" and e.category == "jalan")]
    assert ask.replay(after=0, topic=["v1.full.9999."]) == [] and ask.through == head.last


def test_what_is_not_in_this_log_is_truncated(line):
    ask = line.asker()
    head = ask.head()
    for what in ({"after": head.last + 1}, {"after": UNKNOWN}, {"after": 0, "epoch": b"x" * 16},
                 {"since_us": 1, "epoch": b"x" * 16}):
        truncated = ask.replay(**what)
        assert (truncated.epoch, truncated.first) == (head.epoch, 1), what


def test_what_is_wrong_is_refused_and_garbage_is_not_answered(line):
    ask = line.asker()
    ask.refused("VERSION", version=2, head=feed.Head())
    ask.refused("MALFORMED")
    ask.refused("MALFORMED", replay=feed.Replay(credit=0))
    ask.refused("MALFORMED", replay=feed.Replay(credit=1001))
    ask.refused("MALFORMED", replay=feed.Replay(credit=1, epoch=b"short"))
    ask.refused("MALFORMED", replay=feed.Replay(credit=1, cursor=""))
    ask.refused("MALFORMED", replay=feed.Replay(credit=1, cursor="a b"))
    ask.refused("MALFORMED", confirm=feed.Confirm(cursor="x", epoch=b"", sequence=1))
    ask.refused("MALFORMED", confirm=feed.Confirm(cursor="x" * 65, epoch=ask.head().epoch, sequence=1))
    for topic in ("v1.other.", "v1.full", "v1.", "", "v1.full." + "x" * 300 + "."):
        ask.refused("TOPIC", replay=feed.Replay(credit=1, topic=[topic]))
    ask.refused("TOPIC", replay=feed.Replay(credit=1, topic=["v1.full."] * 65))
    for parts in ([b"\xff" * 40], [b""], [b"", feed.Request(version=1, id=b"x", head=feed.Head()).SerializeToString()],
                  [b"a"] * 50, [feed.Request(version=1, head=feed.Head()).SerializeToString()],
                  [feed.Request(version=1, id=b"x" * 17, head=feed.Head()).SerializeToString()]):
        ask.socket.send_multipart(parts)
    assert ask.answer(0.5) is None
    assert ask.head().first == 1


def test_credit_cancel_and_too_many(line):
    ask = line.asker()
    # A credit that is not there is waited for; one chunk then ends it.
    for _ in range(4):
        ask.send(replay=feed.Replay(after=0, credit=1))
    for _ in range(4):
        assert ask.answer().chunk.last
    one = line.asker()
    wait_for(lambda: one.head().last >= 7 or line.citizen(), "events")
    ident = b"same"
    ask.send(ident, replay=feed.Replay(after=0, credit=1))
    assert ask.answer().chunk.last
    ask.send(ident, cancel=feed.Cancel())
    ask.send(b"gone", credit=feed.Credit(chunks=3))
    assert ask.answer(0.3) is None


def test_a_cursor_goes_on_where_it_was_confirmed(fresh):
    line = fresh
    line.citizen()
    line.settled(7)
    ask = line.asker()
    head = ask.head()
    assert [e.sequence for e in ask.replay(cursor="app")] == list(range(1, 8))
    confirmed = ask.ask(confirm=feed.Confirm(cursor="app", epoch=head.epoch, sequence=4)).confirmed
    assert (confirmed.cursor, confirmed.sequence) == ("app", 4)
    line.kill_feed()
    ask = line.asker()
    assert [e.sequence for e in ask.replay(cursor="app")] == [5, 6, 7]
    assert [e.sequence for e in ask.replay(cursor="app", epoch=head.epoch)] == [5, 6, 7]
    assert [e.sequence for e in ask.replay(cursor="other")] == list(range(1, 8))
    ask.ask(confirm=feed.Confirm(cursor="app", epoch=head.epoch, sequence=7))
    assert ask.replay(cursor="app") == []
    assert ask.ask(confirm=feed.Confirm(cursor="app", epoch=b"x" * 16, sequence=1)).truncated.last == 7
    assert ask.ask(confirm=feed.Confirm(cursor="app", epoch=head.epoch, sequence=8)).truncated.last == 7
    for n in range(63):
        ask.send(confirm=feed.Confirm(cursor=f"c{n}", epoch=head.epoch, sequence=1))
    assert all(ask.answer().WhichOneof("what") == "confirmed" for _ in range(63))
    ask.refused("TOO_MANY", confirm=feed.Confirm(cursor="one-more", epoch=head.epoch, sequence=1))
    assert line.verify()["ok"]


def test_history_ends_where_it_was_trimmed(fresh):
    line = fresh
    line.citizen()
    line.settled(7)
    ask = line.asker()
    head = ask.head()
    ask.ask(confirm=feed.Confirm(cursor="early", epoch=head.epoch, sequence=3))
    ask.ask(confirm=feed.Confirm(cursor="late", epoch=head.epoch, sequence=7))
    assert line.json("feed", "trim", "--before", "0s")["trimmed"] == 7
    assert (ask.head().first, ask.head().last) == (8, 7)
    for what in ({"after": 0}, {"after": 6}, {"cursor": "early"}):
        truncated = ask.replay(**what)
        assert (truncated.first, truncated.last) == (8, 7), what
    for what in ({"after": 7}, {"cursor": "late"}, {"cursor": "new"}, {}):
        assert ask.replay(**what) == [], what
    line.citizen()
    line.settled(7)
    assert [e.sequence for e in ask.replay(after=7)] == list(range(8, 15))
    assert line.verify()["ok"]


def test_old_events_are_trimmed_by_themselves(tmp_path):
    with feed_line(tmp_path) as line:
        line.citizen()
        line.settled(7)
        # Nothing is a day old: what is new stays.
        line.config.write_text(line.config.read_text() + "events:\n  keep_days: 1\n")
        line.aduan("reload")
        line.citizen()
        line.settled(14)
        assert line.asker().head().first == 1


def test_kill_9_and_the_chain_after_it(fresh):
    line = fresh
    sub = line.subscriber("v1.full.", "b1.full")
    assert sub.beacon()
    line.citizen()
    before = [e.sequence for _, e in sub.events(7)]
    line.kill_feed()
    sub.close()
    sub = line.subscriber("v1.full.", "b1.full")
    assert sub.beacon().last == 7
    line.citizen()
    heard = [e for _, e in sub.events(7)]
    assert before + [e.sequence for e in heard] == list(range(1, 15))
    assert heard[0].before[0] == UNKNOWN and heard[1].before[0] == 8
    assert [e.sequence for e in line.asker().replay(after=7, until=heard[0].sequence)] == [8]


def test_a_subscriber_that_stays_reconnects_after_kill_9(fresh):
    line = fresh
    sub = line.subscriber("v1.full.", "b1.full")
    assert sub.beacon()
    line.kill_feed()
    wait_for(lambda: sub.beacon(3), "a beacon of the next life")
    line.citizen()
    assert [e.sequence for _, e in sub.events(7)] == list(range(1, 8))


def test_a_restored_store_is_a_new_epoch(tmp_path):
    with feed_line(tmp_path) as line:
        line.citizen()
        line.settled(7)
        old = line.asker().head()
        line.aduan("backup", line.dir / "copy")
        line.citizen()
        line.settled(14)
        line.aduan("stop", "--wait")
        line.aduand.wait()
        for name in ("data.mdb", "lock.mdb"):
            (line.dir / "store" / name).unlink()
        line.aduan("restore", line.dir / "copy")
        line.start_aduand()
        line.wait_ready()
        ask = line.asker()
        new = ask.head()
        assert new.epoch != old.epoch and (new.first, new.last) == (1, 7)
        truncated = ask.replay(epoch=old.epoch, after=10)
        assert (truncated.epoch, truncated.last) == (new.epoch, 7)
        sub = line.subscriber("v1.full.", "b1.full")
        assert sub.beacon().epoch == new.epoch


def test_a_stopped_subscriber_is_dropped_on_and_others_go_on(tmp_path):
    """Its own queue fills and nobody else's; what it lost is between its last and the next `before`."""
    with feed_line(tmp_path) as line:
        slow, quick = line.subscriber("v1.full.", "b1.full"), line.subscriber("v1.full.", "b1.full")
        slow.socket.rcvhwm = 10
        assert slow.beacon() and quick.beacon()
        for _ in range(5):
            line.citizen()
        assert [e.sequence for _, e in quick.events(35)] == list(range(1, 36))


def test_tail_filters(line):
    line.citizen("Lampu jalan mati di Jl. Merdeka")
    ticket = line.tickets()[0]
    assert ticket["category"] == "penerangan"
    wait_for(lambda: line.ticket(ticket["id"])["replies"][0]["state"] == "delivered", "its delivery")

    def tail(*args, count):
        text = line.aduan("tail", "--from", 1, "--count", count, "--json", *args).stdout
        return [json.loads(each) for each in text.splitlines()]

    assert [e["kind"] for e in tail("--ticket", ticket["id"], count=7)] == EVENTS_OF_ONE
    found = tail("--category", "penerangan", "--kind", "reply_delivered", count=1)
    assert found[0]["kind"] == "reply_delivered"
    assert line.aduan("tail", "--kind", "nonsense", check=False).returncode == 2
