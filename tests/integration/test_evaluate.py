# SPDX-License-Identifier: BSD-2-Clause
"""`aduan evaluate`: figures that are the same for the same seed, add up, and can be looked at as a picture."""

import json
import subprocess
import xml.etree.ElementTree as ET

import jsonschema
import pytest

from line import BIN, ROOT

USAGE, CONFIG, NOT_FOUND, FAILED = 2, 3, 6, 1
FILES = ["--lexicon", ROOT / "etc/lexicon.tsv", "--categories", ROOT / "etc/categories.yaml", "--agencies",
         ROOT / "etc/agencies.yaml"]
SCHEMA = json.loads((ROOT / "proto/schema/evaluation.json").read_text())
NO_REPORTS = ("spam", "lainnya")
HEADER = "text\ttype\tcategory\turgency\tflags\tlanguage\n"


def run(*args):
    return subprocess.run([BIN / "aduan", *map(str, args)], capture_output=True, text=True, timeout=300)


def evaluate(*args):
    done = run("evaluate", *FILES, *args)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(*names, step=1):
    return [row for name in names for row in (ROOT / f"etc/training/{name}.tsv").read_text().splitlines()[2::step]]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Four categories and the emergencies: enough to be told apart, few enough for a test."""
    made = tmp_path_factory.mktemp("texts")
    (made / "some.tsv").write_text(HEADER + "\n".join(rows("jalan", "sampah", "air") + rows("darurat", step=3)) + "\n")
    return made


def no_reports(document):
    """What has no category."""
    types = document["heads"][0]["classes"]
    return sum(of["texts"] for of in types if of["label"] in NO_REPORTS)


def test_the_figures_add_up_and_come_again(texts):
    told = evaluate("--texts", texts, "--folds", 3, "--seed", 4, "--json")
    assert told == evaluate("--texts", texts, "--folds", 3, "--seed", 4, "--json")
    document = json.loads(told)
    jsonschema.validate(document, SCHEMA)
    assert (document["folds"], document["seed"], document["model"]) == (3, 4, None)
    assert [head["head"] for head in document["heads"]] == ["type", "category", "urgency", "spam", "sara", "kasar",
                                                            "hoaks", "data_pribadi"]
    for head in document["heads"]:
        measured = document["texts"] - (no_reports(document) if head["head"] == "category" else 0)
        assert head["texts"] == measured == sum(map(sum, head["confusion"]))
        right = sum(row[i] for i, row in enumerate(head["confusion"]))
        assert head["accuracy"] == pytest.approx(right / head["texts"], abs=1e-4)
        for i, of in enumerate(head["classes"]):
            assert of["texts"] == sum(head["confusion"][i]) and of["said"] == sum(row[i] for row in head["confusion"])
        there = [of["f1"] for of in head["classes"] if of["texts"] + of["said"]]
        assert head["macro_f1"] == pytest.approx(sum(there) / len(there), abs=1e-3)
        off = sum(b["texts"] * abs(b["probability"] - b["came_true"]) for b in head["calibration"]) / head["texts"]
        assert head["calibration_error"] == pytest.approx(off, abs=1e-3)
    category = document["heads"][1]
    assert category["accuracy"] > 0.7
    assert json.loads(evaluate("--texts", texts, "--folds", 3, "--seed", 5, "--json"))["heads"] != document["heads"]


def test_a_report_and_a_picture(texts, tmp_path):
    picture = tmp_path / "evaluation.svg"
    told = evaluate("--texts", texts, "--folds", 2, "--svg", picture)
    for words in ("2 folds (seed 0)", "category: one of several", "macro-F1", "calibration error", "goes to a person",
                  "PRECISION", "urgency: applies or does not"):
        assert words in told
    root = ET.parse(picture).getroot()
    written = list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert {"category", "jalan", "sampah", "not emergency", "emergency", "probability that was said"} <= {
        text.text for text in written}
    # What most of a class is said to be stands on a dark cell.
    assert any(text.get("fill") == "white" and int(text.text) > 0 for text in written)
    width = float(root.get("width"))
    assert all(0 <= float(box.get("x", 0)) <= width for box in root.iter("{http://www.w3.org/2000/svg}rect"))


def test_a_model_is_measured_as_it_is(texts, tmp_path):
    more = tmp_path / "more.tsv"
    more.write_text(HEADER + "\n".join(rows("penerangan")) + "\n")
    assert run("train", "--texts", texts, *FILES, tmp_path / "model.bin").returncode == 0
    document = json.loads(evaluate("--texts", texts, "--corpus", f"{more},{more}", "--model", tmp_path / "model.bin",
                                   "--json"))
    jsonschema.validate(document, SCHEMA)
    assert document["folds"] is None and len(document["model"]) == 16
    category = document["heads"][1]
    lamps = next(of for of in category["classes"] if of["label"] == "penerangan")
    reports = [row for row in rows("penerangan") if row.split("\t")[1] not in NO_REPORTS]
    assert lamps["texts"] == 2 * len(reports) and lamps["said"] == 0
    # What it has learnt by heart it knows; the category it never heard of it cannot.
    assert next(of for of in category["classes"] if of["label"] == "sampah")["recall"] > 0.9


def test_what_cannot_be_measured_is_said(texts, tmp_path):
    for args, code, sentence in (
            (["--texts", tmp_path], CONFIG, "at least 5 are needed"),
            (["--texts", texts, "--folds", 1], USAGE, "from 2 to 20"),
            (["--texts", texts, "--model", tmp_path / "none.bin"], NOT_FOUND, "cannot read the model"),
            (["--texts", texts, "--model", texts / "some.tsv"], 5, "is no model"),
            (["--texts", texts, "--model", "x", "--seed", 1], USAGE, "without --folds"),
            (["--texts", texts, "--corpus", tmp_path / "none.tsv"], FAILED, "none.tsv"),
            (["--texts", texts, "--folds", 2, "--svg", tmp_path / "no/where.svg"], FAILED, "cannot write the picture")):
        done = run("evaluate", *FILES, *args)
        assert (done.returncode, done.stdout) == (code, "") and sentence in done.stderr, done.stderr
