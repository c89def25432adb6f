# SPDX-License-Identifier: BSD-2-Clause
"""What citizens write about themselves goes the whole way, by SMS through the real line, and none of it reaches the
public tier: not live, not replayed, in no field of any event. What is harmless does."""

import re
import unicodedata

import pytest
from feedline import ROOT, feed_line, gsm7, kind

DATA = ROOT / "tests/data"
WINDOW, WORD_MIN = 5, 3  # so many digits in a row, or a word of so many letters, give a secret away


def planted():
    """[(text, [secret])]: lines of tests/data, where "=" marks what is to stay."""
    found = []
    for path in sorted(DATA.glob("redact_plant*.txt")):
        for each in path.read_text().splitlines():
            if each:
                text, *fields = each.split("\t")
                found.append((text, [field for field in fields if not field.startswith("=")]))
    return found


def harmless():
    return [each for path in sorted(DATA.glob("redact_harmless*.txt")) for each in path.read_text().splitlines() if each]


def digits(text):
    return "".join(str(unicodedata.digit(c)) for c in text if unicodedata.digit(c, None) is not None)


def remains(secret, text):
    run = digits(secret)
    windows = [run[i:i + WINDOW] for i in range(len(run) - WINDOW + 1)]
    words = [word for word in re.findall(r"\w+", secret.lower()) if len(word) >= WORD_MIN and not word.isdigit()]
    return (any(window in digits(text) for window in windows)
            or any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text.lower()) for word in words + [secret.lower()]))


def strings(message):
    """Every string and every printable run of bytes in it, at any depth."""
    for field, value in message.ListFields():
        for each in value if field.label == field.LABEL_REPEATED else [value]:
            if field.message_type:
                yield from strings(each)
            elif isinstance(each, bytes):
                yield each.decode("latin-1")
            elif isinstance(each, str):
                yield each


def send(line, text):
    """From a number of its own, which is answered; the number."""
    sender = str(next(line.senders))
    try:
        line.smsc.deliver(sender, gsm7(text))
    except ValueError:
        line.smsc.deliver(sender, text.encode("utf-16-be"), coding=8)
    return sender


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """(what was sent by sender, full events, public events replayed, public events live)"""
    with feed_line(tmp_path_factory.mktemp("planted")) as line:
        secret = line.integrator("press")
        sub, ask = line.subscriber("v1.press.", "b1.press", secret=secret), line.asker(secret)
        assert sub.beacon()
        texts = {send(line, text): (text, secrets) for text, secrets in planted()}
        texts.update({send(line, text): (text, None) for text in harmless()})
        for sender in texts:
            line.smsc.answer(sender)
        last = line.asker().head().last
        full, replayed = line.asker().replay(after=0, until=last), ask.replay(after=0, until=last)
        live = []
        while not live or live[-1].sequence < replayed[-1].sequence:
            topic, event = sub.events(1)[0]
            live.append(event)
            assert topic == f"v1.press.1708.{kind(event)}.{event.category}.", "nothing but what the event says too"
        yield texts, full, replayed, live


def opened(events):
    return {e.ticket: e.ticket_opened for e in events if kind(e) == "ticket_opened" and e.ticket}


def test_no_secret_is_public(sent):
    texts, full, *public = sent
    senders = {ticket: "".join(filter(str.isdigit, what.number)) for ticket, what in opened(full).items()}
    leaks, checked = [], set()
    for events in public:
        for event in events:
            said = [each for each in strings(event)]
            assert not [each for each in said for sender in texts if sender in each], event
            text, secrets = texts.get(senders.get(event.ticket), ("", None))
            leaks += [(text, secret, each) for each in said for secret in secrets or () if remains(secret, each)]
            if secrets:
                checked.add(text)
    assert not leaks, leaks
    assert len(checked) >= 500, "most of the planted texts have become tickets"


def test_they_were_secrets_and_others_see_them(sent):
    """Otherwise the test above would find nothing whatever the feed did."""
    texts, full, replayed, _ = sent
    seen = opened(full)
    there = [what for what in seen.values()
             if any(remains(secret, what.text) for secret in texts[what.number.lstrip("+")][1] or ())]
    assert len(there) >= 500
    public = opened(replayed)
    assert {ticket for ticket, what in public.items() if what.redacted} >= {
        ticket for ticket, what in seen.items() if what in there and ticket in public}


def test_what_is_harmless_stays(sent):
    texts, full, *public = sent
    plain = {ticket: what.text for ticket, what in opened(full).items()
             if texts[what.number.lstrip("+")][1] is None}
    assert len(plain) >= 200
    for events in public:
        seen = {ticket: what for ticket, what in opened(events).items() if ticket in plain}
        assert len(seen) >= 200
        assert not [(plain[ticket], what.text) for ticket, what in seen.items()
                    if what.redacted or what.text != plain[ticket]]


def test_live_and_replay_say_the_same(sent):
    *_, replayed, live = sent
    assert [e.sequence for e in live] == [e.sequence for e in replayed]
    for heard, again in zip(live, replayed):
        heard.ClearField("before")
        assert heard == again
