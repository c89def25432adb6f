# SPDX-License-Identifier: BSD-2-Clause
"""A line and its places: a ticket keeps those of its text, sealed; a reload takes up new tables and refuses broken ones."""

import contextlib
import json
import re
import shutil

import jsonschema
import pytest

from line import ROOT, Line, Phone, wait_for

CONFIG = 3
SAID = "Lampu mati di jl Seruni RT 03 RW 05 kel. Medono dan di Sendangwungu, Pekalongan"
TICKET = json.loads((ROOT / "proto/schema/ticket.json").read_text())


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("line")) as made:
        districts = made.dir / "districts.tsv"
        shutil.copy(ROOT / "etc/places/pekalongan.tsv", districts)
        made.config.write_text(made.config.read_text().replace(f"{ROOT}/etc/places/pekalongan.tsv", str(districts)))
        yield made.start()


def ticket_of(line):
    with contextlib.closing(Phone(line)) as phone:  # the fake link takes one phone at a time
        phone.send(SAID)
        number = re.search(r"nomor (\d+)", phone.answer()[1]).group(1)
    ticket = line.json("ticket", "show", number)
    jsonschema.validate(ticket, TICKET)
    return number, ticket


def told(ticket):
    return [(place["kind"], place["code"], place["text"]) for place in ticket["places"]]


def test_a_ticket_keeps_the_places_of_its_text(line):
    number, ticket = ticket_of(line)
    assert told(ticket) == [
        ("street", None, "jl Seruni"), ("rt_rw", None, "RT 03 RW 05"), ("kelurahan", "33.75.01.1002", "kel. Medono"),
        ("kota", "33.75", "Pekalongan"), ("kabupaten", "33.26", "Pekalongan")]
    assert (ticket["places"][1]["rt"], ticket["places"][1]["rw"]) == (3, 5)
    for place in ticket["places"]:
        assert ticket["text"].encode()[place["at"]:place["at"] + place["length"]].decode() == place["text"]
    card = line.aduan("ticket", "show", number).stdout
    assert "Kelurahan Medono (33.75.01.1002)" in card and "jl Seruni" in card
    assert "Kota Pekalongan (33.75) or Kabupaten Pekalongan (33.26)" in card
    at_rest = b"".join(path.read_bytes() for path in (line.dir / "store").iterdir() if path.is_file())
    assert b"dishub" in at_rest  # the agency rests in clear, so that this looks in the right place
    for secret in (b"Seruni", b"Kelurahan Medono", b"rt_rw", b"33.75.01.1002"):
        assert secret not in at_rest


def test_a_reload_takes_up_a_new_table_and_refuses_a_broken_one(line):
    districts, good = line.dir / "districts.tsv", (line.dir / "districts.tsv").read_text()
    districts.write_text(good + "33.75.01.1099\tdesa\tSendangwungu\n")
    done = line.aduan("reload", check=False)
    number = 1 + good.count("\n")
    assert done.returncode == CONFIG and f"{districts}:{number}:15: " in done.stderr and "kelurahan" in done.stderr
    assert ("kelurahan", "33.75.01.1099", "Sendangwungu") not in told(ticket_of(line)[1])
    districts.write_text(good + "33.75.01.1099\tkelurahan\tSendangwungu\n")
    loaded = line.log().count("worker.reloaded")
    line.aduan("reload")
    wait_for(lambda: line.log().count("worker.reloaded") >= loaded + 3, "classifier, responder and feed to take it up")
    assert ("kelurahan", "33.75.01.1099", "Sendangwungu") in told(ticket_of(line)[1])
    districts.write_text(good)
    line.aduan("reload")
    assert line.verify()["ok"]


def test_a_line_without_tables_runs_and_says_so(tmp_path):
    with Line(tmp_path) as line:
        line.config.write_text(line.config.read_text().replace(f"{ROOT}/etc/places/pekalongan.tsv", "nowhere.tsv"))
        line.start(ready=False)
        wait_for(lambda: any(p["name"].startswith("classifier") and p["state"] == "degraded"
                             for p in (line.status() or {"processes": []})["processes"]), "a classifier without places")
        note = next(p["note"] for p in line.status()["processes"] if p["name"].startswith("classifier"))
        assert "no places are looked for" in note and "nowhere.tsv" in note
        line.smsc.wait("bound")
        assert ticket_of(line)[1]["places"] == []
