# SPDX-License-Identifier: BSD-2-Clause
"""feed.proto as Python classes, topics, and made-up events."""

import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load_schema():
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["protoc", f"--proto_path={ROOT}/proto", f"--python_out={out}", "feed.proto"], check=True)
        os.rename(f"{out}/feed_pb2.py", f"{out}/judge_feed_pb2.py")  # a client in this process has a feed_pb2 too
        sys.path.insert(0, out)
        try:
            import judge_feed_pb2
        finally:
            sys.path.remove(out)
    return judge_feed_pb2


pb = load_schema()
KINDS = ("sms_received", "ticket_opened", "ticket_classified", "ticket_state", "reply_queued", "reply_sent",
         "reply_delivered")
CATEGORIES = ("jalan", "banjir", "sampah", "-")
UNKNOWN_BEFORE = 2**64 - 1


def kind_of(event):
    """The event's name in a topic; a kind that the schema does not have yet gets a name as it might."""
    return event.WhichOneof("what") or "ticket_merged"


def topic_of(view, event):
    return f"v1.{view}.{event.shortcode}.{kind_of(event)}.{event.category}."


def levels_of(view, event):
    """The prefixes of its topic, one a depth."""
    parts = topic_of(view, event).split(".")
    return [".".join(parts[:n]) + "." for n in (2, 3, 4, 5)]


def make_events(count, first=1, holes=0.0, seed=0):
    """`count` events; half of them on one and the same topic, so that every depth has much to deliver. `holes`: the
    share of sequences that this view does not see."""
    rng = random.Random(seed or first)
    events, sequence = [], first
    while len(events) < count:
        if rng.random() >= holes:
            common = rng.random() < 0.5
            kind = "ticket_opened" if common else rng.choice(KINDS)
            event = pb.Event(schema_version=1, sequence=sequence, at_us=int(time.time() * 1e6), ticket=sequence * 10,
                             shortcode="1708" if common else rng.choice(("1708", "1709")),
                             category="jalan" if common else rng.choice(CATEGORIES))
            getattr(event, kind).SetInParent()
            if kind == "ticket_opened":
                event.ticket_opened.sender = rng.randbytes(16)
                event.ticket_opened.text = "Jalan berlubang di depan pasar"
            events.append(event)
        sequence += 1
    return events


def without_kind(event):
    """As a program with an older schema reads a new kind: field 99 instead of one it knows."""
    strange = pb.Event()
    strange.CopyFrom(event)
    strange.ClearField(kind_of(event))
    strange.MergeFromString(bytes([99 << 3 & 0x7F | 0x80 | 2, 99 >> 4, 2, 0x08, 0x01]))
    return strange
