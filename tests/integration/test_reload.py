# SPDX-License-Identifier: BSD-2-Clause
"""A reload of a living line: what is live is taken up, what is wrong is refused with its place and the old one stays,
what takes a restart is refused by name."""

import itertools
import os
import re
import shutil
import signal

import pytest

from line import ROOT, Line, Phone, wait_for

CONFIG = 3
GOOD = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("line")) as made:
        made.start()
        made.phone, made.people = Phone(made), itertools.count(1)
        yield made


def answer(line, text=GOOD):
    number = f"62819{next(line.people):08d}"
    line.phone.send(text, number=number)
    receiver, got = line.phone.answer()
    assert receiver == number
    return got


def started(line):
    return {p["name"]: p["pid"] for p in line.status()["processes"]}


@pytest.fixture
def files(line):
    """Copies of what a reload reads, named by the line's configuration; put right again afterwards."""
    text, copies = line.config.read_text(), line.dir / "etc"
    for name in ("replies", "places"):
        shutil.copytree(ROOT / "etc" / name, copies / name)
    for name in ("categories.yaml", "agencies.yaml"):
        shutil.copy(ROOT / "etc" / name, copies)
    line.config.write_text(text.replace(f"{ROOT}/etc/", f"{copies}/"))
    line.aduan("reload")
    yield copies
    line.config.write_text(text)
    line.aduan("reload")
    shutil.rmtree(copies)


def generation(line):
    return line.status()["aduand"]["config_generation"]


def refused_reload(line, sentence):
    """With its place, to the operator and in the log; nothing else is changed."""
    before, pids, logged = generation(line), started(line), len(line.log())
    done = line.aduan("reload", check=False)
    assert done.returncode == CONFIG and re.search(sentence, done.stderr), done.stderr
    assert re.search("config.refused .*" + sentence, line.log()[logged:])
    assert generation(line) == before and started(line) == pids


def test_a_template_with_an_unknown_field_leaves_the_old_one(line, files):
    template = files / "replies/id.yaml"
    good = template.read_text()
    template.write_text(good.replace("Terima kasih. Laporan Anda diterima, nomor {ticket}", "BARU {tiket}"))
    refused_reload(line, rf"{template}:\d+:\d+: received has no field {{tiket}}; did you mean {{ticket}}\?")
    assert answer(line).startswith("Terima kasih. Laporan Anda diterima")
    template.write_text(template.read_text().replace("BARU {tiket}", "BARU {ticket}"))
    line.aduan("reload")
    wait_for(lambda: answer(line).startswith("BARU "), "the new text")
    template.write_text(good)


def test_an_error_in_the_rules_leaves_the_old_ones(line, files):
    categories = files / "categories.yaml"
    good = categories.read_text()
    categories.write_text(good.replace("jalan dan jembatan", "JALAN RAYA").replace("defaults:", "defualts:"))
    refused_reload(line, rf"{categories}:\d+:\d+: .*defualts.*defaults")
    assert "jalan dan jembatan" in answer(line)
    categories.write_text(good.replace("jalan dan jembatan", "JALAN RAYA"))
    line.aduan("reload")
    wait_for(lambda: "JALAN RAYA" in answer(line), "the new name")
    categories.write_text(good)


def test_what_takes_a_restart_is_refused_by_name(line):
    text = line.config.read_text()
    for old, new, key in ((f"dir: {line.dir}/store", f"dir: {line.dir}/store2", "store.dir"),
                          ("map_bytes: 4 GiB", "map_bytes: 5 GiB", "store.map_bytes"),
                          ("smsbox_id: aduan", "smsbox_id: aduan2", "boxes")):
        line.config.write_text(text.replace(old, new))
        refused_reload(line, rf"{re.escape(key)} changed, which takes a stop and a start of aduand; nothing was reloaded")
    assert not (line.dir / "store2").exists()
    line.config.write_text(text)
    assert answer(line)


def test_a_configuration_that_cannot_be_read_leaves_the_old_one(line):
    """The command line reads the same file, so it refuses before aduand does; a signal goes past it."""
    text, before, logged = line.config.read_text(), generation(line), len(line.log())
    sentence = f"{line.config}:5:3: unknown key 'shortcods' in desk; did you mean 'shortcodes'?"
    line.config.write_text(text.replace("shortcodes", "shortcods"))
    done = line.aduan("reload", check=False)
    assert done.returncode == CONFIG and sentence in done.stderr
    os.kill(line.aduand.pid, signal.SIGHUP)
    wait_for(lambda: f"config.refused {sentence}" in line.log()[logged:], "aduand to refuse the file")
    line.config.write_text(text)
    assert generation(line) == before and answer(line)


def test_a_worker_told_of_a_key_that_is_not_live_keeps_its_own(line):
    """SIGHUP straight to a worker, past aduand: what it was started with stays, what is live is taken up."""
    text, logged = line.config.read_text(), len(line.log())
    workers = [line.pid(name) for name in ("classifier.1", "responder.1")]
    line.config.write_text(text.replace(f"dir: {line.dir}/store", f"dir: {line.dir}/store2")
                           .replace(f"dir: {line.dir}/run", f"dir: {line.dir}/run3").replace("name: box1", "name: box9")
                           .replace(f"{line.dir}/store.key", f"{line.dir}/none.key"))
    for pid in workers:
        os.kill(pid, signal.SIGHUP)
    wait_for(lambda: line.log()[logged:].count("worker.reloaded") >= 2, "the workers to have read it")
    line.config.write_text(text)
    assert answer(line)
    assert not (line.dir / "store2").exists() and not (line.dir / "run3").exists()
    line.aduan("reload")
    assert answer(line) and line.verify()["ok"]
