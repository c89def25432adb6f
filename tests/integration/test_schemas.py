# SPDX-License-Identifier: BSD-2-Clause
"""What --json prints beyond status, tickets and proofs (test_cli.py) keeps to the schemas of proto/schema/."""

import json

import jsonschema
import pytest
from line import ROOT, Line


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("line")) as made:
        yield made.start()


def valid(line, schema, *args, code=0):
    done = line.aduan(*args, "--json", check=False)
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    jsonschema.validate(document, json.loads((ROOT / "proto/schema" / f"{schema}.json").read_text()))
    return document


def test_every_schema_forbids_what_it_does_not_know():
    for path in (ROOT / "proto/schema").glob("*.json"):
        schema = json.loads(path.read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        assert schema["title"].startswith("aduan ") and schema["description"], path.name


def test_the_fleet(line):
    scaled = valid(line, "fleet", "scale", "classifier=2", "--wait")
    assert scaled["workers"]["classifier"] == 2
    assert valid(line, "fleet", "drain", "responder")["held"] == ["responder"]
    assert valid(line, "fleet", "resume", "responder")["held"] == []
    assert valid(line, "fleet", "reload")["told"] >= 3


def test_the_configuration(line):
    assert valid(line, "config_check", "config", "check")["ok"]
    broken = line.dir / "broken.yaml"
    broken.write_text(line.config.read_text() + "wrokers: {}\n")
    told = valid(line, "config_check", "config", "check", broken, code=3)
    assert not told["ok"] and "'workers'" in told["problems"][0]["message"]
    assert valid(line, "replies_lint", "replies", "lint")["lines"]


def test_integrators(line):
    made = valid(line, "integrator", "integrator", "add", "acme", "--tier", "public", "--generate")
    assert len(made["secret"]) == 40
    listed = valid(line, "integrators", "integrator", "list")["integrators"]
    assert [i["name"] for i in listed] == ["acme"] and listed[0]["public"] == made["public"]
    line.aduan("integrator", "revoke", "acme")
    assert valid(line, "integrators", "integrator", "list")["integrators"][0]["revoked"]
    assert valid(line, "feed_key", "feed", "key", "--create")["made"]
    assert not valid(line, "feed_key", "feed", "key")["made"]


def test_a_smoke_test(line):
    sent = valid(line, "send", "send", "Jalan berlubang di depan pasar", "--count", 2)
    assert sent["answered"] == 2 and all("nomor" in answer["text"] for answer in sent["answers"])
