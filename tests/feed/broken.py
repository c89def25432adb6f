#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The Python client with one thing in it broken: broken.py WHAT. The conformance test must name that rule, and no other.

Each is the client's own source with one place changed; a place that is not there once is an error here, so that nobody
tries a client which is not broken at all."""
import pathlib
import runpy
import sys

WHOLE = {  # one a rule, and tried against all of them
    "begin": [('head.last if self.start == "now" else head.first - 1', "head.last")],
    "R1": [("self._move(head.epoch, head.first - 1)", "self._move(head.epoch, self.last)")],
    "R2": [("if body.sequence <= self.last:", "if False:")],
    "R3": [("body.before[self.depth] <= self.last:", "body.sequence == self.last + 1:")],
    "R4": [("len(body.before) > self.depth and body.before[self.depth] <= self.last:", "True:")],
    "R5": [("quiet >= 2 and body.last > self.last:", "False:")],
    "R6": [("SILENCE_S = 5 ", "SILENCE_S = 100000 ")],
    "R7": [("self._move(gone.epoch, gone.first - 1)", "self._move(gone.epoch, gone.last)")],
    "R8": [("self._move(event.epoch, event.sequence)  # R8",
            'self._move(event.epoch, event.sequence if event.WhichOneof("what") else self.last)  # R8')],
    "asking": [('answer.id == ident and answer.WhichOneof("what")', 'answer.WhichOneof("what")')],
}
MORE = {  # other ways to break the same rules: name, then the rule that must be named
    "a straggler is taken": ("R1", [("if body.epoch != self.epoch:  # a straggler", "if False:  # a straggler")]),
    "a quiet new store is not seen": ("R1", [("if body.epoch != self.epoch:  # R1",
                                              "if body.epoch != self.epoch and not is_beacon:  # R1")]),
    "a chunk that comes twice": ("R2", [("if event.sequence > self.last:", "if True:")]),
    "an unknown before is -1": ("R4", [("body.before[self.depth] <= self.last:",
                                        "body.before[self.depth] % (2**64 - 1) <= self.last:")]),
    "no credit is given": ("R4", [("if not chunk.last:", "if False:")]),
    "unknown kinds are delivered": ("R8", [('if event.WhichOneof("what"):', "if True:")]),
    "garbage ends it": ("R8", [("            return None\n        if len(body.epoch) != 16:",
                                "            raise\n        if len(body.epoch) != 16:")]),
    "three parts are an event": ("R8", [("if len(parts) != 2:", "if len(parts) < 2:")]),
    "not now is never": ("asking", [("if refused.code not in", "if True or refused.code not in")]),
    "it asks again where nobody answers": ("asking", [
        ('raise Broken(f"no answer for {ANSWER_S} s")', "return self._answer(self._request(replay=self.wanted))"),
        ("        ident = self._request(replay=wanted)\n        while True:",
         "        self.wanted, ident = wanted, self._request(replay=wanted)\n        while True:")]),
    "it waits for ever": ("asking", [("ANSWER_S = 10 ", "ANSWER_S = 100000 ")]),
}


def break_it(changes):
    import aduan_feed

    path = pathlib.Path(aduan_feed.__file__)
    source = path.read_text(encoding="utf-8")
    for old, new in changes:
        if source.count(old) != 1:
            sys.exit(f"broken.py: {source.count(old)} places say {old!r}")
        source = source.replace(old, new)
    exec(compile(source, path, "exec"), vars(aduan_feed))


if __name__ == "__main__":
    what = sys.argv.pop(1)
    break_it(WHOLE[what] if what in WHOLE else MORE[what][1])
    runpy.run_path(str(pathlib.Path(__file__).with_name("print.py")))
