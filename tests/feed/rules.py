# SPDX-License-Identifier: BSD-2-Clause
"""The scenes of the conformance test, one or two for each rule of PROTOCOL.md, "Never miss": what the feed does to the
client. Those that take longest come first."""

import collections
import random
import threading
import time

from schema import pb, topic_of, without_kind
from stage import Broken

RULES = {}  # name: (what it says, its scenes)


def rule(name, says):
    def keep(function):
        RULES.setdefault(name, (says, []))[1].append(function)
        return function
    return keep


@rule("mixed", "all of it at once, from the first moment on")
def mixed(stage):
    rng = random.Random(9)
    stage.feed.chunk_size, stage.feed.double_chunks = 10, True

    def storm(count):
        """Lost, repeated, swapped, strange."""
        events = [e if rng.random() < 0.9 else without_kind(e) for e in stage.take(count)]
        for a, b in zip(events[::2], events[1::2]):
            stage.commit([a, b])
            told = [e for e in (a, b, a, b)[rng.randrange(3):] if rng.random() < 0.8]
            stage.feed.publish(told)
            if rng.random() < 0.1:
                stage.feed.send(topic_of(stage.options.view, a).encode(), b"\xff")
            time.sleep(0.01)

    stage.commit(stage.take(100))
    stage.launch()
    storm(200)
    stage.delivered("what happened while it came")
    for trouble in ("cut", "renew", "cut", "stall", "truncate", "cut"):
        storm(40)
        if trouble in ("renew", "truncate"):
            stage.delivered("what happened in the storm")
        if trouble == "renew":
            stage.renew()
        elif trouble == "truncate":
            gone, held = stage.take(20), stage.take(20)
            stage.feed.commit(gone)
            stage.commit(held)
            stage.feed.truncate(held[0].sequence)
        else:
            for relay in stage.relays:
                getattr(relay, trouble)()
    storm(40)
    stage.finish("the end of the storm")


ASKING = ("asking",
          "refused for now, answered to another, in words unknown, by half, not at all: pass it over, ask again")


@rule(*ASKING)
def asking(stage):
    stage.feed.chunk_size = 10
    stage.start()
    stage.live(stage.take(10))
    stage.delivered("the first events")
    moods = collections.deque(["too many", "strange", "silent"])

    def moody(request):
        if request.WhichOneof("what") != "replay" or not moods:
            return None
        mood = moods.popleft()
        if mood == "too many":
            return [pb.Response(version=1, id=request.id,
                                refused=pb.Refused(code=pb.Refused.TOO_MANY, reason="wait a second"))]
        if mood == "strange":  # the answer to somebody else, one of a kind unknown; then the right one
            astray = pb.Chunk(epoch=stage.feed.epoch, through=10**9, last=True)
            return (pb.Response(version=1, id=b"another", chunk=astray), pb.Response(version=1, id=request.id))
        return "ignore"

    stage.feed.on_request = moody
    stage.commit(stage.take(100))
    stage.provoke()
    stage.delivered("what was asked for, once it was answered,")
    lines = stage.relays[1].accepted
    stage.commit(stage.take(20))
    stage.provoke()
    stage.delivered("what was asked for, and not answered,")
    asked = [request.id for request in stage.asked("replay")]
    if len(set(asked)) < len(asked):
        raise Broken("it asked again under the id of before: the old replay may still be on its way")
    if stage.relays[1].accepted == lines:
        raise Broken("it asked again on the connection that did not answer")
    stage.finish("what was asked for")


@rule(*ASKING)
def cut_short(stage):
    stage.feed.chunk_size = 10
    stage.start()
    stage.live(stage.take(10))
    stage.delivered("the first events")
    some = stage.take(100)
    seen = stage.mine(some)
    pending = [True]

    def half(request):
        if request.WhichOneof("what") != "replay" or not pending:
            return None
        pending.clear()
        threading.Timer(0.3, stage.relays[1].cut).start()
        return [pb.Response(version=1, id=request.id, chunk=pb.Chunk(
            epoch=stage.feed.epoch, event=seen[:10], through=seen[9].sequence))]

    stage.feed.on_request = half
    stage.commit(some)
    stage.provoke()
    stage.finish("what was asked for")


@rule("R6", "no beacon for five seconds: connect anew, and ask for what was missed")
def silence(stage):
    stage.start()
    stage.live(stage.take(20))
    stage.delivered("the first events")
    publish = stage.relays[0]
    before, began = publish.accepted, time.monotonic()
    for relay in stage.relays:
        relay.stall()
    stage.live(stage.take(20))
    while publish.accepted == before:
        if time.monotonic() - began > 15:
            raise Broken("15 s of silence, and it did not connect anew")
        time.sleep(0.05)
    stage.subscribed_again()
    stage.delivered("what happened during the silence")
    stage.live(stage.take(10))
    stage.finish("what happened after the silence")


@rule("R5", "a beacon with last > mine and no event for two beacons: replay the end")
def lost_end(stage):
    stage.start()
    stage.live(stage.take(20))
    stage.delivered("the first events")
    stage.commit(stage.take(20))
    stage.delivered("the end of the log, of which only beacons tell,", 15)
    stage.commit(stage.take(5))
    stage.finish("the end, lost a second time,")


@rule("begin", "without a position: subscribe, then ask for everything from the first event held")
def begin(stage):
    stage.feed.chunk_size = 50
    stage.commit(stage.take(200))
    stage.start()
    stage.live(stage.take(20))
    stage.finish("the history")


@rule("R1", "a new epoch: forget the position, start at the new store's first sequence")
def new_epoch(stage):
    stage.start()
    old = stage.take(60)
    stage.live(old)
    stage.delivered("the first store's events")
    late = pb.Event()
    late.CopyFrom(stage.mine(old)[-1])
    late.sequence += 10**6
    stage.renew()
    stage.commit(stage.take(20))  # before anyone looked
    stage.live(stage.take(20))
    stage.feed.publish([late])  # a straggler of the old store
    stage.live(stage.take(10))
    stage.delivered("the second store's events")
    stage.renew()
    stage.commit(stage.take(20))
    stage.finish("the events of a third store, which only the beacon tells of,")


@rule("R2", "sequence ≤ last: a repetition, drop it")
def repetitions(stage):
    stage.feed.double_chunks, stage.feed.chunk_size = True, 10
    rng = random.Random(2)
    told = []
    stage.commit(stage.take(50), by="begin")  # comes in chunks, each of them twice
    stage.start()
    for at in range(8):
        some = stage.take(10)
        if at == 5:
            stage.commit(some, by="R4")  # a gap, and another replay
            continue
        for event in some:
            stage.commit([event])
            told.append(event)
            stage.feed.publish([event, event] + rng.sample(told, min(2, len(told))))
            time.sleep(0.005)
    stage.finish()


@rule("R3", "before[depth] ≤ last: a jump that is no loss; nothing is asked")
def jumps(stage):
    stage.start()
    stage.live(stage.take(20))
    stage.delivered("the first events")
    began = time.monotonic()
    stage.live(stage.take(150), pause=0.02)
    asked = len(stage.asked("replay", began))
    stage.finish()
    if asked > 1:  # one may be a beacon that overtook the events of its second
        raise Broken(f"asked for {asked} replays of a stream that missed nothing")


@rule("R4", "otherwise a gap: replay it, then go on behind it")
def gaps(stage):
    rng = random.Random(4)
    stage.feed.chunk_size = 10
    stage.start()
    stage.live(stage.take(10))
    for at, event in enumerate(stage.take(100)):  # a third is lost
        stage.commit([event])
        if at == 99 or rng.random() < 0.66:
            stage.feed.publish([event])
        time.sleep(0.005)
    stage.live(stage.take(5))
    stage.delivered("what was lost")
    some = stage.take(30)
    for a, b in zip(some[::2], some[1::2]):  # neighbours change places
        stage.commit([a, b])
        stage.feed.publish([b, a])
        time.sleep(0.01)
    stage.delivered("what came in another order")
    stage.commit(stage.take(400))  # many chunks, so that credit must be given
    stage.live(stage.take(10))
    stage.delivered("what a long gap lost")
    for _ in range(3):  # `before` says nothing, and something is missing
        some = stage.take(6)
        stage.commit(some)
        stage.feed.publish(some[4:], unknown_before=True)
        time.sleep(0.1)
    stage.live(stage.take(10))
    stage.finish("what was lost before an event whose `before` is not known")


@rule("R7", "Truncated: history begins at first; go on from there")
def truncated(stage):
    stage.start()
    stage.live(stage.take(20))
    stage.delivered("the first events")
    gone, held = stage.take(30), stage.take(30)
    stage.feed.commit(gone)  # never told, and not held any more
    stage.commit(held)
    stage.feed.truncate(held[0].sequence)
    stage.provoke()
    stage.delivered("what is still held")
    stage.live(stage.take(10))
    stage.finish("what came behind it")


@rule("R8", "an event of a kind unknown counts, and is skipped; garbage is passed over")
def unknown_kinds(stage):
    stage.start()
    stage.live(stage.take(20))
    stage.delivered("the first events")
    began, strange = time.monotonic(), []
    trap = pb.Event()
    trap.CopyFrom(stage.feed.log[-1])
    trap.sequence += 10**6
    trap.before.extend([0] * 4)
    for at, event in enumerate(stage.take(60)):
        topic = topic_of(stage.options.view, event).encode()
        if at % 4 == 3:
            event = without_kind(event)
            strange.append(event.sequence)
        stage.live([event])
        if at % 10 == 9:
            for parts in ((topic, b"\xff\xff\xff"), (topic,), (topic, trap.SerializeToString(), b""), (topic + b"\xff", b"\x08"),
                          (f"b1.{stage.options.view}".encode(), b"\xff"),
                          (f"b1.{stage.options.view}x".encode(), b"\xff")):
                stage.feed.send(*parts)
    again = [r for r in stage.asked("replay", began)
             if any(r.replay.after < s < (r.replay.until or 2**64) for s in strange)]
    stage.delivered("the known kinds")
    if len(again) > 1:  # one may be a beacon that overtook the events of its second
        raise Broken(f"asked {len(again)} times for an event of a kind unknown, as if it were missing")
    stage.commit([without_kind(e) if at % 3 else e for at, e in enumerate(stage.take(30))], by="R4")  # in a replay
    stage.live(stage.take(10))
    stage.finish()
