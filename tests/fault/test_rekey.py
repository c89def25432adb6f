# SPDX-License-Identifier: BSD-2-Clause
"""Another key, on a live line: killed in the middle and run again, everything is sealed with it, nothing stood still,
and the old key may go."""

import json
import os
import signal
import subprocess
import threading

import jsonschema
from faultline import QUICK, FaultLine, copies, report
from line import BIN, ROOT, wait_for

BEFORE, MEANWHILE = 60, 60


def valid(document, schema):
    jsonschema.validate(document, json.loads((ROOT / "proto/schema" / f"{schema}.json").read_text()))
    return document


def rekey(line, *args, fault=None):
    env = {**os.environ, **({"ADUAN_FAULT": fault} if fault else {})}
    return subprocess.run([BIN / "aduan", "--config", line.config, "rekey", "--batch", "5", "--json", *args],
                          capture_output=True, text=True, env=env)


def by_key(line):
    proof = valid(line.verify(), "verify")
    assert proof["ok"]
    return {each["key"]: each["values"] for each in proof["sealed"]}


def test_a_live_line_takes_another_key(tmp_path):
    with FaultLine(tmp_path, QUICK, classifiers=2) as line:
        line.start()
        for number in range(BEFORE):
            report(line.smsc, number)
        line.settled(BEFORE)
        assert set(by_key(line)) == {1}
        assert valid(line.json("keygen", "--add"), "keygen")["added"] == 2
        assert valid(line.json("keygen", "--list"), "keygen")["keys"] == [1, 2]
        assert (tmp_path / "store.key").stat().st_mode & 0o777 == 0o600
        for ident, why in ((1, "sealed with key 1"), (2, "newest"), (3, "no key 3")):
            done = line.aduan("keygen", "--drop", ident, check=False)
            assert done.returncode != 0 and why in done.stderr, done.stderr

        # killed three times, at different places, while SMS come in
        sender = threading.Thread(target=lambda: [report(line.smsc, n) for n in range(BEFORE, BEFORE + MEANWHILE)])
        sender.start()
        for passages in (1, 7, 12):
            assert rekey(line, fault=f"store:rekey_uncommitted:{passages}").returncode == -signal.SIGKILL
        sender.join()
        assert 1 in by_key(line)
        done = valid(json.loads(rekey(line).stdout), "rekey")
        assert done["ok"] and done["key"] == 2 and done["unopened"] == 0 and done["resealed"] > 0
        wait_for(lambda: all(copies(line.smsc, n) for n in range(BEFORE + MEANWHILE)), "an answer for everybody")
        line.settled(BEFORE + MEANWHILE)
        assert set(by_key(line)) == {2}
        assert json.loads(rekey(line).stdout)["ok"]  # there is nothing to do

        assert valid(line.json("keygen", "--drop", 1), "keygen")["dropped"] == 1
        assert line.json("keygen", "--list")["keys"] == [2]
        report(line.smsc, BEFORE + MEANWHILE)
        line.settled(BEFORE + MEANWHILE + 1)
        line.proves(BEFORE + MEANWHILE + 1)
    assert len(line.tickets()) == BEFORE + MEANWHILE + 1
