# SPDX-License-Identifier: BSD-2-Clause
"""Who gets in over tcp, and what he sees: keys, views, tiers, limits; and those who are not let in harm nobody."""

import os
import pathlib
import random
import resource
import socket
import threading
import time

import pytest
import zmq
from feedline import EVENTS_OF_ONE, Line, feed, feed_line, kind, wait_for


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with feed_line(tmp_path_factory.mktemp("keys")) as made:
        yield made


def address(endpoint):
    host, port = endpoint.removeprefix("tcp://").split(":")
    return host, int(port)


def test_a_registered_key_sees_its_view(line):
    secret = line.integrator("acme")
    sub, ask = line.subscriber("v1.acme.", "b1.acme", secret=secret), line.asker(secret)
    assert sub.beacon()
    sender = line.citizen("Nama saya Budi Santoso, 081234567890. Jalan berlubang di depan pasar")
    heard = sub.events(7)
    assert [topic for topic, _ in heard] == [f"v1.acme.1708.{name}.jalan." for name in EVENTS_OF_ONE]
    opened = heard[1][1].ticket_opened
    assert opened.redacted and "081234567890" not in opened.text and "berlubang" in opened.text
    assert not opened.number and sender not in str(heard)
    assert not heard[2][1].ticket_classified.why
    events = ask.replay(after=heard[0][1].sequence - 1)
    assert [kind(e) for e in events] == EVENTS_OF_ONE and events[1].ticket_opened == opened
    # The same citizen is another one elsewhere.
    local = line.asker().replay(after=heard[0][1].sequence - 1)
    assert local[1].ticket_opened.sender != opened.sender and local[1].ticket_opened.number


def test_no_wrong_and_unknown_keys_get_nothing(line):
    stranger = zmq.curve_keypair()[1].decode()
    other_server = zmq.curve_keypair()[0].decode()
    known = line.integrator("known")
    subs = [line.subscriber("v1.acme.", "v1.known.", "", "b1.known", **how) for how in (
        {"secret": stranger}, {"server_key": ""}, {"secret": known, "server_key": other_server})]
    asks = [line.asker(**how) for how in (
        {"secret": stranger}, {"server_key": ""}, {"secret": known, "server_key": other_server})]
    for ask in asks:
        ask.send(head=feed.Head())
    good = line.subscriber("b1.known", "v1.known.", secret=known)
    assert good.beacon()
    line.citizen()
    good.events(7)
    assert [sub.hear(0.5) for sub in subs] == [None] * 3
    assert [ask.answer(0.2) for ask in asks] == [None] * 3


def test_one_view_does_not_see_another(line):
    one, two = line.integrator("one"), line.integrator("two")
    spy = line.subscriber("v1.two.", "v1.full.", "v1.", "", "b1.two", "b1.full", "b1.", "v1.one.1708", secret=one)
    good = line.subscriber("v1.two.", "b1.two", secret=two)
    assert good.beacon()
    ask = line.asker(one)
    for topic in ("v1.two.", "v1.full.", "v1.", ""):
        ask.refused("TOPIC", replay=feed.Replay(credit=1, topic=[topic]))
    line.citizen()
    good.events(7)
    assert spy.hear(1.5) is None
    # A cursor's name is a view's own.
    head = ask.head()
    assert ask.ask(confirm=feed.Confirm(cursor="app", epoch=head.epoch, sequence=head.last)).confirmed.sequence
    assert len(line.asker(two).replay(cursor="app")) == head.last


def test_messages_that_are_no_subscriptions_give_nobody_anothers(line):
    """An XSUB may send anything upstream; libzmq then mistakes whose subscription is whose (see publish.c)."""
    eve, bob = line.integrator("eve"), line.integrator("bob")
    spy = line.socket(zmq.XSUB, "feed.pub", line.publish, eve)
    spy.send(b"\x01v1.eve.")
    got = []
    stop = threading.Event()

    def flood():
        while not stop.is_set():
            for _ in range(200):
                spy.send(b"\x02noise")
                spy.send(b"\x01v1.eve.x.")
            while spy.poll(0):
                got.append(spy.recv_multipart()[0])
            stop.wait(0.01)

    flooder = threading.Thread(target=flood)
    flooder.start()
    try:
        for _ in range(60):
            sub = line.subscriber("v1.bob.", "b1.bob", secret=bob)
            sub.hear(0.05)
            sub.close()
        line.citizen()
    finally:
        stop.set()
        flooder.join()
    deadline = time.monotonic() + 1
    while spy.poll(max(0, deadline - time.monotonic()) * 1000):
        got.append(spy.recv_multipart()[0])
    spy.close()
    assert not [topic for topic in got if not topic.startswith(b"v1.eve.")], set(got)
    # And bob gets his own in the end, by connecting anew as R6 says.
    sub = line.subscriber("v1.bob.", "b1.bob", secret=bob)
    assert sub.beacon()


def test_connections_that_come_and_go_harm_nobody(line):
    """Subscriptions of connections that have gone by the time they are read."""
    secret = line.integrator("flutter")
    steady = line.subscriber("v1.full.", "b1.full")
    assert steady.beacon()
    before = line.pid("feed.1")
    for _ in range(150):
        socks = [line.socket(zmq.SUB, "feed.pub", line.publish, secret), line.socket(zmq.SUB, "feed.pub", line.publish)]
        for sock in socks:
            for n in range(20):
                sock.subscribe(f"v1.flutter.{n}.")
                sock.subscribe(f"v1.full.{n}.")
        if random.random() < 0.8:
            time.sleep(0.004)
        for sock in socks:
            sock.close()
    line.citizen()
    steady.events(7)
    assert line.pid("feed.1") == before


def test_agency_sees_what_is_assigned_to_it(line):
    secret = line.integrator("roads", "agency", "--agency", "dpupr")
    sub, ask = line.subscriber("v1.roads.", "b1.roads", secret=secret), line.asker(secret)
    assert sub.beacon()
    every = line.subscriber("v1.full.", "b1.full")
    assert every.beacon()
    line.citizen("Lampu jalan mati di Jl. Merdeka, hubungi 081234567890")
    line.citizen("Jalan berlubang di Jl. Merdeka, hubungi 081234567890")
    mine = {e.ticket for _, e in every.events(14) if e.category == "jalan"}
    heard = [e for _, e in sub.events(7)]
    assert {e.ticket for e in heard} == mine and sub.silent(0.3)
    opened = next(e.ticket_opened for e in heard if kind(e) == "ticket_opened")
    assert "081234567890" in opened.text and not opened.redacted and not opened.number
    again = ask.replay(after=0)
    assert mine < {e.ticket for e in again} and {e.category for e in again} == {"jalan"}


def test_a_full_tier_integrator_sees_everything(line):
    secret = line.integrator("control-room", "full")
    line.citizen()
    events = line.asker(secret).replay(after=0)
    local = line.asker().replay(after=0, until=events[-1].sequence)
    assert [e.sequence for e in events] == [e.sequence for e in local]
    assert [e.ticket_opened.number for e in events] == [e.ticket_opened.number for e in local]


def test_revoked_at_once(line):
    secret, other = line.integrator("gone-soon"), line.integrator("stays")
    sub, ask = line.subscriber("v1.gone-soon.", "b1.gone-soon", secret=secret), line.asker(secret)
    good = line.subscriber("v1.stays.", "b1.stays", secret=other)
    assert sub.beacon() and good.beacon()
    head = ask.head()
    line.aduan("integrator", "revoke", "gone-soon")
    ask.refused("REVOKED", head=feed.Head())
    ask.refused("REVOKED", replay=feed.Replay(credit=1, after=0))
    ask.refused("REVOKED", confirm=feed.Confirm(cursor="x", epoch=head.epoch, sequence=1))
    while sub.hear(0):
        pass
    time.sleep(1)  # all subscribers are cut off, and those who may are back
    while good.hear(0):
        pass
    assert good.beacon()
    line.citizen()
    good.events(7)
    assert sub.hear(1.5) is None, "not even a beacon"
    again = line.asker(secret)
    again.send(head=feed.Head())
    assert again.answer(1) is None, "no new connection"
    assert line.aduan("integrator", "revoke", "gone-soon", check=False).returncode == 7
    assert line.aduan("integrator", "add", "gone-soon", "--tier", "public", "--generate", check=False).returncode == 7
    listed = {i["name"]: i for i in line.json("integrator", "list")["integrators"]}
    assert listed["gone-soon"]["revoked"] and not listed["stays"]["revoked"]


def test_a_port_that_somebody_takes_at_a_revocation_is_told_and_had_back(line):
    """Everybody is cut off by closing the socket: for a moment its port is anybody's."""
    secret, host = line.integrator("waits"), address(line.publish)
    taken, thieves = threading.Event(), []

    def steal():
        while not taken.is_set():
            thief = socket.socket()
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the connections that were cut off still have it
            try:
                thief.bind(host)
                thief.listen()
                thieves.append(thief)
                taken.set()
            except OSError:
                thief.close()

    thread = threading.Thread(target=steal)
    thread.start()
    try:
        for n in range(100):
            line.integrator(f"brief{n}")
            line.aduan("integrator", "revoke", f"brief{n}")
            if taken.wait(0.2):
                break
        assert taken.is_set()
        wait_for(lambda: f"feed.not_published cannot publish at {line.publish}" in line.log(), "the feed to say so")
    finally:
        taken.set()
        thread.join()
        for thief in thieves:
            thief.close()
    assert line.subscriber("v1.waits.", "b1.waits", secret=secret).beacon()


def test_limits_of_a_key(line):
    secret = line.integrator("busy")
    ask, other = line.asker(secret), line.asker(secret)
    for _ in range(80):
        ask.send(head=feed.Head())
    answers = [ask.answer() for _ in range(80)]
    refused = [a for a in answers if a.WhichOneof("what") == "refused"]
    assert refused and all(a.refused.code == feed.Refused.TOO_MANY for a in refused)
    assert len(answers) - len(refused) >= 50
    time.sleep(1.1)
    assert other.head().first == 1, "a second later it is well again"
    lively = line.integrator("lively", "public", "--rate", 1000)
    ask = line.asker(lively)
    for _ in range(300):
        ask.send(head=feed.Head())
    assert all(ask.answer().WhichOneof("what") == "head" for _ in range(300))


def test_an_own_routing_id_is_refused_on_tcp(line):
    secret = line.integrator("impostor")
    ask = line.asker(secret)
    assert ask.head()
    sock = line.zmq.socket(zmq.DEALER)
    sock.routing_id = b"chosen"
    sock.curve_serverkey, sock.curve_secretkey = line.server_key.encode(), secret.encode()
    sock.curve_publickey = zmq.curve_public(secret.encode())
    sock.connect(line.replay)
    sock.send(feed.Request(version=1, id=b"1", head=feed.Head()).SerializeToString())
    assert sock.poll(5000)
    assert feed.Response.FromString(sock.recv()).refused.code == feed.Refused.MALFORMED
    sock.close(linger=0)


def test_garbage_on_the_wire(line):
    """Bytes that are no ZMTP, half handshakes, and ZMTP without CURVE: each is dropped, the others go on."""
    secret = line.integrator("well")
    sub = line.subscriber("v1.well.", "b1.well", secret=secret)
    assert sub.beacon()
    before = line.pid("feed.1")
    rng = random.Random(7)
    greeting = b"\xff" + b"\x00" * 8 + b"\x7f\x03\x00"
    hellos = [b"", b"GET / HTTP/1.0\r\n\r\n", greeting, greeting + b"CURVE".ljust(20, b"\0") + b"\0" * 32,
              greeting + b"NULL".ljust(20, b"\0") + b"\0" * 32 + b"\x04\x1a\x05READY\x0bSocket-Type\0\0\0\x03SUB",
              greeting + b"CURVE".ljust(20, b"\0") + b"\0" * 32 + b"\x04\xc8\x05HELLO" + b"\x01\x00" + b"\x05" * 192,
              greeting + b"CURVE".ljust(20, b"\0") + b"\0" * 32 + b"\x06" + b"\xff" * 8 + b"\x05HELLO"]
    for endpoint in (line.publish, line.replay):
        for n in range(150):
            with socket.create_connection(address(endpoint)) as s:
                hello = hellos[n % len(hellos)]
                s.sendall(hello + (rng.randbytes(rng.randrange(2000)) if n % 3 == 0 else b""))
    line.citizen()
    sub.events(7)
    assert line.asker(secret).head() and line.pid("feed.1") == before


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_half_open_connections_keep_nobody_out(line):
    """Thousands who connect and say nothing. Who is there goes on, who is new gets in, and they are thrown out."""
    secret = line.integrator("patient")
    sub = line.subscriber("v1.patient.", "b1.patient", secret=secret)
    assert sub.beacon()
    pid = line.pid("feed.1")
    before = descriptors(pid)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(10000, hard - 1000)
    idle, most = [], before
    try:
        for n in range(count):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(address(line.publish if n % 2 else line.replay))
            idle.append(s)
            most = max(most, descriptors(pid)) if n % 500 == 0 else most
        wait_for(lambda: descriptors(pid) > before + min(count, 1000) / 2, "the crowd to be accepted", pause=0.01)
        most = max(most, descriptors(pid))
        line.citizen()
        assert len(sub.events(7)) == 7
        assert line.asker().head() and line.asker(secret).head().last
        new = line.subscriber("v1.patient.", "b1.patient", secret=secret)
        assert new.beacon()
        wait_for(lambda: descriptors(pid) < before + 50, "the crowd to be thrown out")
        assert line.pid("feed.1") == pid
    finally:
        for s in idle:
            s.close()
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    print("half-open:", count, "at once at least:", most - before, [each for each in status.splitlines() if each.startswith(("VmHWM", "VmRSS"))])


def test_few_descriptors_are_no_end(tmp_path):
    """More connections than it may have: who is there goes on, and who is new gets in when they are thrown out."""
    with feed_line(tmp_path) as line:
        secret = line.integrator("patient")
        sub, ask = line.subscriber("v1.patient.", "b1.patient", secret=secret), line.asker(secret)
        assert sub.beacon() and ask.head()
        pid = line.pid("feed.1")
        limit = descriptors(pid) + 100
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (limit, limit))
        idle = []
        for n in range(600):
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(address(line.publish if n % 2 else line.replay))
            idle.append(s)
        wait_for(lambda: descriptors(pid) >= limit - 1, "all descriptors to be taken", pause=0.01)
        line.citizen()
        assert len(sub.events(3)) == 3 and ask.head().last >= 3
        new = line.subscriber("v1.patient.", "b1.patient", secret=secret)
        assert new.beacon(), "in the end it gets in"
        for s in idle:
            s.close()
        assert line.pid("feed.1") == pid
        # The next one is given little from the start: it takes all it may, and says what that means.
        resource.prlimit(line.aduand.pid, resource.RLIMIT_NOFILE, (1000, 4000))
        line.kill_feed()
        wait_for(lambda: "feed.few_descriptors limit=4000" in line.log(), "the warning")
        assert resource.prlimit(line.pid("feed.1"), resource.RLIMIT_NOFILE) == (4000, 4000)


def test_the_feed_stays_within_the_machine_without_endpoints(tmp_path):
    with Line(tmp_path) as plain:
        plain.start()
        sockets = {path.name for path in (plain.dir / "run").iterdir()}
        assert {"feed.pub", "feed.replay"} <= sockets
        pid = plain.pid("feed.1")
        tcp = pathlib.Path(f"/proc/{pid}/net/tcp").read_text()
        inodes = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
        listening = [each.split()[9] for each in tcp.splitlines()[1:] if each.split()[3] == "0A"]
        assert not [inode for inode in listening if f"socket:[{inode}]" in inodes]


def test_a_key_others_may_read_is_refused(tmp_path):
    with feed_line(tmp_path) as line:
        (line.dir / "feed.key").chmod(0o644)
        line.kill_feed_and_leave()
        wait_for(lambda: "chmod 0600" in line.log(), "its complaint")
        (line.dir / "feed.key").chmod(0o600)
        wait_for(lambda: line.pid("feed.1"), "the feed")
