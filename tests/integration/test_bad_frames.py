# SPDX-License-Identifier: BSD-2-Clause
"""Garbage on every socket of a living line: refused, counted where it came in, and the line goes on."""

import json
import os
import socket
import struct

import pytest
import zmq

from line import Line, Phone, wait_for

GOOD = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"
MAGIC, HELLO, STATUS, TYPE_END = b"\xad\x02", 1, 11, 12
SOCKETS = ("box1.in", "box1.out", "status", "control")


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("frames")) as made:
        made.phone = Phone(made.start())
        made.people = 0
        yield made


@pytest.fixture(autouse=True)
def goes_on(line):
    pids = [p["pid"] for p in line.status()["processes"]]
    yield
    line.people += 1
    line.phone.send(GOOD, number=f"62818{line.people:08d}")
    receiver, _ = line.phone.answer()
    assert receiver == f"62818{line.people:08d}"
    assert [p["pid"] for p in line.status()["processes"]] == pids
    assert line.verify()["ok"]


@pytest.fixture
def peer(line):
    """Makes DEALERs and REQs that speak to a socket of the line."""
    context = zmq.Context()

    def connect(name, kind=zmq.DEALER):
        made = context.socket(kind)
        made.linger, made.rcvtimeo, made.sndtimeo = 60000, 60000, 60000
        made.connect(f"ipc://{line.dir}/run/{name}")
        return made
    yield connect
    context.destroy()


def refused(line, name):
    """How much the owner of that socket has refused."""
    status = line.status()
    if name in ("status", "control"):
        return status["aduand"]["refused"]
    return next(p["refused"] for p in status["processes"] if p["name"] == name.split(".")[0])


def counted(line, name, before, count):
    wait_for(lambda: refused(line, name) >= before + count, f"{count} refusals at {name}")
    assert refused(line, name) == before + count


def header(kind, version=2):
    return bytes([0xAD, version, kind, 0])


FRAMES = {
    "empty": [b""],
    "no_body": [header(HELLO)],
    "text": [b"GET / HTTP/1.1\r\n\r\n"],
    "another_magic": [b"\xde\xad\xbe\xef", b""],
    "version_0": [header(HELLO, 0), b""],
    "version_1": [header(HELLO, 1), b""],
    "version_3": [header(HELLO, 3), b""],
    "version_255": [header(STATUS, 255), b"\xff" * 40],
    "type_0": [header(0), b""],
    "type_beyond": [header(TYPE_END), b""],
    "type_255": [header(255), b""],
    "no_protobuf": [header(HELLO), b"\xff" * 64],
    "a_length_that_lies": [header(STATUS), b"\x12\xff\xff\xff\xff\x0f"],
    "too_many_parts": [header(HELLO), b"", b"", b""],
    "many_parts": [b"x"] * 200,
    "long_header": [header(HELLO) + b"\0" * 100, b""],
    "large": [header(HELLO), bytes(200 * 1024)],
}


@pytest.mark.parametrize("name", SOCKETS)
def test_frames_that_are_none(line, peer, name):
    before, dealer = refused(line, name), peer(name)
    for parts in FRAMES.values():
        dealer.send_multipart(parts)
    counted(line, name, before, len(FRAMES))


@pytest.mark.parametrize("name", SOCKETS)
def test_half_a_message_is_none(line, peer, name):
    """The rest never comes: libzmq hands out whole messages only, so nothing came in."""
    before = refused(line, name)
    for _ in range(20):
        dealer = peer(name)
        dealer.linger = 0
        dealer.send(header(HELLO), zmq.SNDMORE)
        dealer.close()
    whole = peer(name)
    whole.send(b"junk")
    counted(line, name, before, 1)


@pytest.mark.parametrize("name,size", [("box1.in", 9 << 20), ("box1.out", 9 << 20), ("status", 1 << 20),
                                       ("control", 2 << 20)])
def test_a_huge_frame_ends_its_connection(line, peer, name, size):
    """Above the socket's limit nothing is read: the peer is cut off before memory is taken for it."""
    before, dealer = refused(line, name), peer(name)
    events = dealer.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    dealer.send_multipart([header(HELLO), bytes(size)])
    assert events.poll(60000), "the connection was not closed"
    dealer.disable_monitor()
    dealer.close(linger=0)
    assert refused(line, name) == before
    pid = line.pid("box1") if name.startswith("box") else line.aduand.pid
    peak = next(l for l in open(f"/proc/{pid}/status") if l.startswith("VmHWM"))
    assert int(peak.split()[1]) < 600 * 1024  # KiB, sanitizers included


QUESTIONS = {
    "no_json": (b"\xff\xfe", "a question is"),
    "half_json": (b'{"v":1,"verb":"sta', "a question is"),
    "duplicates": (b'{"v":1,"v":1,"verb":"ping"}', "a question is"),
    "an_array": (b"[1,2]", "a question is"),
    "a_number": (b"17", "a question is"),
    "deep": (b"[" * 100000, "a question is"),
    "nothing": (b"", "a question is"),
    "another_version": (b'{"v":2,"verb":"ping"}', "speaks version 1"),
    "no_version": (b'{"verb":"ping"}', "speaks version 1"),
    "unknown_verb": (b'{"v":1,"verb":"stauts"}', "did you mean 'status'?"),
    "args_that_are_none": (b'{"v":1,"verb":"scale","args":[4]}', "args must be an object"),
    "a_count_that_is_none": (b'{"v":1,"verb":"scale","args":{"classifier":-1}}', "expected a whole number"),
    "a_huge_count": (b'{"v":1,"verb":"scale","args":{"classifier":4294967297}}', "expected a whole number"),
    "a_text_as_count": (b'{"v":1,"verb":"scale","args":{"classifier":"4"}}', "expected a whole number"),
    "an_unknown_role": (b'{"v":1,"verb":"scale","args":{"../../x":1}}', "is not a role that scales"),
    "no_target": (b'{"v":1,"verb":"drain","args":{"target":"box7"}}', "is no process and no role"),
    "a_target_of_another_type": (b'{"v":1,"verb":"drain","args":{"target":[]}}', "is no process and no role"),
}


def test_questions_that_are_none_are_answered_with_why(line, peer):
    before = line.status()["workers"]
    for name, (question, why) in QUESTIONS.items():
        asker = peer("control", zmq.REQ)
        asker.send(question)
        answer = json.loads(asker.recv())
        assert (answer["v"], answer["ok"]) == (1, False) and why in answer["error"], name
    assert line.status()["workers"] == before


def test_a_status_of_a_stranger_changes_nothing(line, peer):
    """Well made, and of nobody: neither an unknown name nor a known one with another pid is believed."""
    before, counts = line.status()["processes"], refused(line, "status")
    dealer = peer("status")
    for name in (b"classifier.1", b"box1", b"classifier.99", b"../../etc/passwd"):
        body = b"\x0a\x03box" + b"\x12" + bytes([len(name)]) + name + b"\x18\x01" + b"\x20\x02" + b"\x30\xe7\x07"
        dealer.send_multipart([header(STATUS), body])
    dealer.send_multipart([b"junk"])
    counted(line, "status", counts, 1)  # the junk that came last
    after = line.status()["processes"]
    assert [(p["name"], p["pid"]) for p in after] == [(p["name"], p["pid"]) for p in before]
    assert all(p["done"] < 999 for p in after)


# --- bytes that are no ZeroMQ at all

GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16) + b"\0" + bytes(31)
READY = b"\x04\x1a\x05READY\x0bSocket-Type" + struct.pack(">I", 6) + b"DEALER"
NOISE = {
    "noise": [os.urandom(4096)],
    "http": [b"GET / HTTP/1.1\r\nHost: aduan\r\n\r\n"],
    "zeros": [bytes(4096)],
    "ones": [b"\xff" * 4096],
    "an_old_zmtp": [b"\x01\x00" + b"\x05\x00abcd" * 20],
    "another_mechanism": [GREETING[:12] + b"CURVE" + bytes(47)],
    "noise_after_the_greeting": [GREETING, os.urandom(512)],
    "half_a_frame": [GREETING, READY, b"\x01\xff\xad\x02"],
    "a_frame_of_2_to_the_62": [GREETING, READY, b"\x02" + struct.pack(">Q", 1 << 62)],
    "an_unknown_command": [GREETING, READY, b"\x04\x05\x04JUNK"],
    "nothing": [b""],
}


@pytest.mark.parametrize("name", SOCKETS)
def test_bytes_that_are_no_zeromq(line, name):
    path = f"{line.dir}/run/{name}"
    for what, pieces in NOISE.items():
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(60)
            client.connect(path)
            try:
                for piece in pieces:
                    client.sendall(piece)
                client.shutdown(socket.SHUT_WR)
                while client.recv(4096):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before it was all said
            except TimeoutError:
                pytest.fail(f"{what} keeps a connection of {name} open")


def test_many_that_never_speak(line):
    """Connections that are opened and left alone take a descriptor each and nothing else."""
    idle = []
    for name in SOCKETS:
        for _ in range(100):
            idle.append(socket.socket(socket.AF_UNIX))
            idle[-1].connect(f"{line.dir}/run/{name}")
    assert line.aduan("status").returncode == 0
    for each in idle:
        each.close()
