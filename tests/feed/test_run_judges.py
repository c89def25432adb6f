# SPDX-License-Identifier: BSD-2-Clause
"""The long run's judgement can fail: outputs that are wrong in one way each, beside the log that they should be."""

import importlib.machinery
import importlib.util
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent
LOG = [(n, "ticket_opened" if n % 2 else "reply_sent", n * 10) for n in range(1, 21)]
EPOCH = "ab" * 16


def load():
    loader = importlib.machinery.SourceFileLoader("feed_run", str(HERE / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("feed_run", loader))
    loader.exec_module(module)
    return module


def judged(tmp_path, events, epoch=EPOCH):
    subscriber = object.__new__(load().Subscriber)
    subscriber.out, subscriber.log = tmp_path / "out", tmp_path / "err"
    subscriber.out.write_text("".join(f"{epoch}:{n} {kind} {ticket}\n" for n, kind, ticket in events))
    subscriber.log.write_text("")
    return subscriber.judge(EPOCH, LOG)


def test_all_of_it_in_order(tmp_path):
    found = judged(tmp_path, LOG)
    assert found.pop("ok") and found.pop("delivered") == len(LOG) and not any(found.values())


@pytest.mark.parametrize("events,what,count", [
    (LOG[:5] + LOG[4:], "duplicates", 1),
    (LOG[:5] + LOG[6:], "gaps", 1),
    (LOG[:-3], "gaps", 3),
    ([], "gaps", 20),
    (LOG[:5] + [LOG[6], LOG[5]] + LOG[7:], "out_of_order", 1),
    (LOG[:5] + [(6, "reply_sent", 61)] + LOG[6:], "unlike_the_log", 1),
    (LOG + [(21, "reply_sent", 210)], "unlike_the_log", 1),
], ids=lambda value: value if isinstance(value, str) else "")
def test_one_thing_wrong(tmp_path, events, what, count):
    found = judged(tmp_path, events)
    assert found[what] == count and not found["ok"], found


def test_another_epoch(tmp_path):
    found = judged(tmp_path, LOG, epoch="cd" * 16)
    assert found["unlike_the_log"] == len(LOG) and not found["ok"]
