# SPDX-License-Identifier: BSD-2-Clause
"""The emergency suite, half emergencies and half look-alikes, by the shipped rules and model together: what is missed
costs a life, what is raised in vain wakes people. None of its texts is among those the model has learnt."""

import json
import subprocess

from line import BIN, ROOT, filled

SUITE = ROOT / "tests/data/emergency.tsv"


def rows(path):
    lines = [line.split("\t") for line in path.read_text().splitlines() if not line.startswith("#")]
    return [dict(zip(lines[0], line)) for line in lines[1:]]


def test_emergencies_are_told_from_what_only_sounds_like_them(tmp_path):
    config = tmp_path / "aduan.yaml"
    config.write_text(filled("aduan.yaml.in", DIR=tmp_path, ADMIN_PORT=1, BOX_PORT=2, FAKE_PORT=3))
    suite = rows(SUITE)
    assert len(suite) >= 300
    done = subprocess.run([BIN / "aduan", "--config", config, "classify", "--json", "--batch", "-"], text=True, check=True,
                          capture_output=True, input="".join(row["text"] + "\n" for row in suite), timeout=120)
    said = [json.loads(line)["urgency"] == "emergency" for line in done.stdout.splitlines()]
    meant = [row["label"] == "1" for row in suite]
    assert len(said) == len(meant)
    hits = sum(a and b for a, b in zip(said, meant))
    wrong = [row["text"] for row, a, b in zip(suite, said, meant) if a != b]
    assert hits / sum(meant) >= 0.98, wrong
    assert hits / sum(said) >= 0.95, wrong


def test_the_suite_is_not_learnt_by_heart():
    learnt = {row["text"] for path in (ROOT / "etc/training").glob("*.tsv") for row in rows(path)}
    assert not learnt & {row["text"] for row in rows(SUITE)}
