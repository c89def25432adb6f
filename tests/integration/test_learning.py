# SPDX-License-Identifier: BSD-2-Clause
"""A desk that learns: staff correct tickets, a model is trained from them, compared, promoted and reloaded, and the next
citizen who writes so is understood. What is worse is not promoted, and what cannot be used is told by reload."""

import collections
import itertools
import json
import re
import shutil

import jsonschema
import pytest

from line import BIN, ROOT, Line, Phone, wait_for

FAILED, USAGE, NOT_FOUND, NOT_ALLOWED = 1, 2, 6, 7
MODEL = BIN.parent / "share/aduan/model.bin"
TEXTS = ["--texts", ROOT / "etc/training", "--lexicon", ROOT / "etc/lexicon.tsv"]
# Words of this town that no training text has; nobody but its citizens knows that they mean street lamps.
REPORT = "Oncoran ndrandil gang {} ngrembuyung, tulung dicek bakdane"
GANGS = ("melati kenanga mawar anggrek cempaka dahlia flamboyan kamboja teratai seruni tanjung wijaya merak kutilang "
         "jalak perkutut nuri gelatik pipit branjangan").split()


def schema(name):
    return json.loads((ROOT / f"proto/schema/{name}.json").read_text())


def valid(done, name):
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema(name))
    return document


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("line")) as made:
        made.model = made.dir / "model.bin"
        shutil.copy(MODEL, made.model)
        made.config.write_text(made.config.read_text().replace("desk:\n", f"desk:\n  model: {made.model}\n"))
        made.start()
        made.phone, made.people, made.shipped = Phone(made), itertools.count(1), None
        yield made


def report(line, text):
    line.phone.send(text, number=f"62819{next(line.people):08d}")
    return int(re.search(r"nomor (\d+)", line.phone.answer()[1]).group(1))


def classifier(line):
    return next(p for p in line.status()["processes"] if p["name"] == "classifier.1")


def test_a_correction_is_an_event_and_stays_on_the_ticket(line):
    number = report(line, "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki")
    before = line.ticket(number)
    jsonschema.validate(before, schema("ticket"))
    assert before["category"] == "jalan" and before["corrections"] == [] and "category:jalan" in before["rules"]
    card = line.aduan("ticket", "show", number).stdout
    assert "Kategori jalan" in card and "“berlubang” untuk jalan" in card and before["model"] in card
    line.shipped = before["model"]

    done = line.aduan("ticket", "correct", number, "--category", "sampah", "yang dimaksud tumpukan sampah", "--as", "sari")
    assert f"#{number} pengaduan · sampah" in done.stdout
    assert f"it stays with {before['agency']}" in done.stderr and f"aduan ticket assign {number} dlh" in done.stderr
    line.aduan("ticket", "correct", number, "--type", "darurat")
    after = line.ticket(number)
    jsonschema.validate(after, schema("ticket"))
    assert (after["category"], after["type"], after["urgency"]) == ("sampah", "darurat", "emergency")
    assert after["agency"] == before["agency"] and after["state"] == before["state"]
    assert [(c["heads"], c["category_before"], c["type_before"]) for c in after["corrections"]] == [
        ("category", "jalan", "pengaduan"), ("type", "sampah", "pengaduan")]
    events = [e for e in line.events() if e["kind"] == "ticket_corrected"]
    for event in events:
        jsonschema.validate(event, schema("event"))
    assert [(e["category"], e["type"], e["detail"]) for e in events] == [
        ("sampah", "pengaduan", "category"), ("sampah", "darurat", "type")]
    assert events[0]["sequence"] == after["corrections"][0]["event"] and events[0]["actor"] == "sari"
    assert "semula pengaduan, jalan" in line.aduan("ticket", "show", number).stdout
    assert line.verify()["ok"]


def test_what_is_no_correction_is_refused(line):
    number = line.tickets()[0]["id"]
    for args, code, sentence in (([], USAGE, "--category NAME"), (["--category", "jaln"], NOT_FOUND, '"jalan"'),
                                 (["--type", "pengadun"], NOT_FOUND, '"pengaduan"')):
        done = line.aduan("ticket", "correct", number, *args, check=False)
        assert done.returncode == code and sentence in done.stderr
    assert line.aduan("ticket", "correct", 1000015 if number != 1000015 else 1000023, "--type", "pujian",
                      check=False).returncode in (USAGE, NOT_FOUND)


def test_the_desk_learns_what_its_citizens_mean(line):
    unknown = REPORT.format("rajawali")
    assert line.ticket(report(line, unknown))["category"] != "penerangan"
    for gang in GANGS:
        line.aduan("ticket", "correct", report(line, REPORT.format(gang)), "--category", "penerangan")
    new = line.dir / "new.bin"
    done = line.aduan("train", *TEXTS, "--tickets", "--promote", "--json", new)
    trained = valid(done, "training")
    promotion = trained["promotion"]
    jsonschema.validate(promotion, schema("promotion"))
    assert trained["tickets"] > 10 and trained["held_out_tickets"] >= 3
    assert trained["tickets"] + trained["held_out_tickets"] == len(GANGS) + 1
    assert promotion["promoted"] and promotion["trainings_comparable"] and promotion["running"] == line.shipped
    held = next(r for r in promotion["rows"]
                if (r["part"], r["head"], r["label"]) == ("tickets", "category", "penerangan"))
    assert held["before"] == 0 and held["after"] == 1, held
    # The words of the tickets are in the model as hashes only.
    for word in (b"oncoran", b"ndrandil", b"ngrembuyung"):
        assert word not in line.model.read_bytes()
    assert (line.dir / "model.bin.before").read_bytes() == MODEL.read_bytes()

    assert line.json("reload")["refused"] == []
    number = report(line, unknown)
    ticket = line.ticket(number)
    assert ticket["category"] == "penerangan" and ticket["model"] == trained["model"], ticket
    assert line.verify()["ok"]


def all_is_told(line):
    """What became of the last answer is an event too, and comes after it."""
    kinds = collections.Counter(event["kind"] for event in line.events())
    return kinds["reply_sent"] == kinds["reply_queued"]


def test_a_replay_shows_what_would_have_gone_elsewhere(line):
    wait_for(lambda: all_is_told(line), "the last answer to be told as sent")
    before = line.json("stats")
    told = valid(line.aduan("replay", "--model", MODEL, "--json"), "replay")
    assert told["model"] == line.shipped and told["running"] != line.shipped
    tickets = {ticket["id"]: ticket for ticket in line.tickets()}
    assert told["tickets"] == len(tickets) and told["corrected"]["tickets"] == len(GANGS) + 1
    assert told["corrected"]["running_right"] >= len(GANGS) and told["corrected"]["model_right"] == 0
    assert told["differ"]["category"] >= len(GANGS) + 2 and told["differ"]["agency"] == sum(
        move["tickets"] for move in told["moves"])
    lamps = [one for one in told["listed"] if one["person"] == "penerangan"]
    assert len(lamps) == len(GANGS) and all(one["running"]["category"] == "penerangan" for one in lamps)
    assert line.json("replay", "--model", MODEL, "--limit", 2)["listed"] == told["listed"][:2]
    assert line.json("replay", "--model", line.model)["differ"]["category"] == 0
    assert line.json("replay", "--model", MODEL, "--since", "2031-01-01")["tickets"] == 0
    page = line.aduan("replay", "--model", MODEL, "--days", 2).stdout
    assert f"{len(tickets)} tickets read again" in page and "ndrandil gang melati" in page
    assert line.json("stats")["events"] == before["events"]
    for args, sentence in (([], "--model FILE"), (["--model", MODEL, "--since", "x"], "--since wants"),
                           (["--model", MODEL, "--since", "1d", "--days", 1], "one of them"),
                           (["--model", line.config], "is no model")):
        done = line.aduan("replay", *args, check=False)
        assert done.returncode in (USAGE, 5) and sentence in done.stderr and done.stdout == ""


def test_what_is_worse_is_not_promoted(line):
    texts, poor = line.dir / "poor", line.dir / "poor.bin"
    shutil.copytree(ROOT / "etc/training", texts)
    # The same texts at the base, and many that call waste a road.
    rows = (ROOT / "etc/training/sampah.tsv").read_text().splitlines()[1:]
    (line.dir / "wrong.tsv").write_text("\n".join(
        [rows[0]] + [row.replace("\tsampah\t", "\tjalan\t").replace("\t", f" lagi{i}\t", 1)
                     for i in range(4) for row in rows[1:]]) + "\n")
    before = line.model.read_bytes()
    line.aduan("train", *TEXTS, "--corpus", line.dir / "wrong.tsv", poor)
    done = line.aduan("model", "promote", poor, check=False)
    assert done.returncode == NOT_ALLOWED and re.search(r"category +sampah +F1", done.stdout), done
    assert "--force" in done.stderr and line.model.read_bytes() == before
    refusal = valid(line.aduan("model", "promote", poor, "--json", check=False), "promotion")
    assert not refusal["promoted"] and any(row["worse"] and row["label"] == "sampah" for row in refusal["rows"])
    assert valid(line.aduan("model", "promote", poor, "--force", "--json"), "promotion")["promoted"]
    assert line.model.read_bytes() == poor.read_bytes()
    # Back again.
    line.aduan("model", "promote", line.dir / "model.bin.before", "--force")
    assert line.model.read_bytes() == before

    other = line.dir / "other"
    other.mkdir()
    shutil.copy(ROOT / "etc/training/jalan.tsv", other)
    shutil.copy(ROOT / "etc/training/air.tsv", other)
    line.aduan("train", "--texts", other, *TEXTS[2:], poor)
    done = line.aduan("model", "promote", poor, check=False)
    assert done.returncode == NOT_ALLOWED and line.model.read_bytes() == before


def test_the_shipped_model_is_nobodys_to_replace(line):
    text = line.config.read_text()
    line.config.write_text(text.replace(f"  model: {line.model}\n", ""))
    done = line.aduan("model", "promote", line.dir / "new.bin", check=False)
    line.config.write_text(text)
    assert done.returncode == NOT_ALLOWED and "an upgrade would bring back" in done.stderr


def test_reload_tells_of_a_model_that_no_worker_can_use(line):
    good, before = line.model.read_bytes(), classifier(line)["reloads"]
    (line.dir / "broken.bin").write_bytes(good[:70000])
    (line.dir / "broken.bin").rename(line.model)
    done = line.aduan("reload", check=False)
    assert done.returncode == FAILED
    assert re.search(r"classifier\.1 keeps what it had: .*model\.bin has 70000 bytes", done.stderr), done.stderr
    told = line.aduan("reload", "--json", check=False)
    answer = valid(told, "fleet")
    assert told.returncode == FAILED and [r["process"] for r in answer["refused"]] == ["classifier.1"]
    assert classifier(line)["reloads"] == before + 2 and "70000" in classifier(line)["reload_refused"]
    jsonschema.validate(line.status(), schema("status"))
    assert classifier(line)["note"].startswith("keeps what it had at the last reload:")
    assert classifier(line)["state"] == "running"
    assert line.ticket(report(line, "sampah menumpuk di pasar"))["category"] == "sampah"
    (line.dir / "good.bin").write_bytes(good)
    (line.dir / "good.bin").rename(line.model)
    assert line.aduan("reload").stderr == ""
    wait_for(lambda: classifier(line)["reload_refused"] == "", "the refusal to be over")
