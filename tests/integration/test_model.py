# SPDX-License-Identifier: BSD-2-Clause
"""A line and its model: a ticket keeps what the model said; without a model that can be used the rules go on alone and
status says so; a reload takes up a new one and refuses a broken one."""

import json
import re
import shutil

import jsonschema

from line import BIN, ROOT, Line, Phone, wait_for

MODEL = BIN.parent / "share/aduan/model.bin"
GOOD = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"
TICKET = json.loads((ROOT / "proto/schema/ticket.json").read_text())


def ticket_of(line, phone):
    phone.send(GOOD)
    number = re.search(r"nomor (\d+)", phone.answer()[1]).group(1)
    ticket = line.json("ticket", "show", number)
    jsonschema.validate(ticket, TICKET)
    return ticket


def classifier(line):
    return next(p for p in line.status()["processes"] if p["name"].startswith("classifier"))


def test_a_model_comes_and_goes(tmp_path):
    with Line(tmp_path) as line:
        path = line.dir / "model.bin"
        path.write_bytes(MODEL.read_bytes()[:70000])
        line.config.write_text(line.config.read_text().replace("desk:\n", f"desk:\n  model: {path}\n"))
        line.start(ready=False)
        wait_for(lambda: (line.status() or {"processes": []})["processes"]
                 and classifier(line)["state"] == "degraded", "a classifier without a model")
        assert f"the rules decide alone: {path} has 70000 bytes" in classifier(line)["note"]
        line.smsc.wait("bound")
        phone = Phone(line)
        ticket = ticket_of(line, phone)
        assert ticket["category"] == "jalan" and ticket["model"] is None and ticket["guesses"] is None

        shutil.copy(MODEL, line.dir / "new.bin")
        (line.dir / "new.bin").rename(path)
        line.aduan("reload")
        wait_for(lambda: classifier(line)["state"] == "running", "the model to be taken up")
        ticket = ticket_of(line, phone)
        assert ticket["category"] == "jalan" and len(ticket["model"]) == 16
        assert "category:jalan=" in ticket["guesses"] and "model: jalan" in ticket["why"]

        before = ticket["model"]
        (line.dir / "broken.bin").write_bytes(b"not a model" * 100)
        (line.dir / "broken.bin").rename(path)
        refused = line.aduan("reload", check=False)
        assert refused.returncode == 1 and "classifier.1 keeps what it had" in refused.stderr
        assert "worker.reload_refused" in line.log()
        assert ticket_of(line, phone)["model"] == before
        assert classifier(line)["state"] == "running" and line.verify()["ok"]
