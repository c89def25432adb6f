# SPDX-License-Identifier: BSD-2-Clause
"""Retention on a live line, a year later: texts and numbers of closed tickets go, killed in the middle and run again;
figures, states and events stay, and the proof is clean."""

import json
import os
import signal
import struct
import subprocess

import jsonschema
from faultline import QUICK, FaultLine, report, sender
from line import BIN, ROOT

SMS, CLOSED = 24, 20
YEAR_S = 366 * 86400
RETENTION = "retention:\n  days: 300\n  categories: nosuch=10, jalan=30\n"


def later(line, *args, fault=None, code=0):
    """`aduan` as it would run a year from now."""
    (line.dir / "later").write_bytes(struct.pack("=qqq", YEAR_S, 0, 0))
    env = {**os.environ, "LD_PRELOAD": str(BIN.parent / "tests/fault_preload.so"),
           "FAULT_PRELOAD": str(line.dir / "later"), "ASAN_OPTIONS": "verify_asan_link_order=0"}
    if fault:
        env["ADUAN_FAULT"] = fault
    done = subprocess.run([BIN / "aduan", "--config", line.config, *map(str, args)], capture_output=True, text=True, env=env)
    assert done.returncode == code, (args, done.returncode, done.stderr)
    return done.stdout


def purge(line, *args):
    done = json.loads(later(line, "purge", "--json", *args))
    jsonschema.validate(done, json.loads((ROOT / "proto/schema/purge.json").read_text()))
    return done


def test_what_is_kept_long_enough_goes(tmp_path):
    with FaultLine(tmp_path, QUICK + RETENTION) as line:
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
        line.settled(SMS)
        tickets = {ticket["id"]: ticket for ticket in line.tickets()}
        closed = sorted(tickets)[:CLOSED]
        for ident in closed:
            line.aduan("ticket", "verify", ident)
            line.aduan("ticket", "close", ident, "sudah selesai")
        events = line.events()
        assert json.loads(line.aduan("purge", "--json").stdout)["tickets"] == 0  # today nothing is old enough

        would = purge(line, "--dry-run")
        assert would["dry_run"] and would["tickets"] == would["messages"] == would["replies"] == CLOSED
        assert line.verify()["figures"]["identities"] == SMS
        later(line, "purge", "--batch", 7, fault="store:purge_uncommitted:3", code=-signal.SIGKILL)
        done = purge(line, "--batch", 7)
        assert 0 < done["tickets"] < CLOSED and done["identities"] == CLOSED and done["held"] == 0
        assert sum(purge(line)[each] for each in ("tickets", "messages", "replies", "identities")) == 0

        proof = line.verify()
        assert proof["ok"] and proof["figures"]["tickets"] == SMS and proof["figures"]["identities"] == SMS - CLOSED
        for ident, before in tickets.items():
            after = line.ticket(ident)
            same = ("category", "agency", "type", "opened", "shortcode")
            assert [after[each] for each in same] == [before[each] for each in same]
            if ident in closed:
                assert after["text"] == "" and after["notes"] == [] and after["purged"] and after["why"] == ""
                assert all(not reply["text"] for reply in after["replies"])
            else:
                assert after["text"] == before["text"] and "purged" not in after
        kept = [{**event, "detail": ""} for event in line.events()]
        assert kept == [{**event, "detail": ""} for event in events]
        assert "purged" in line.aduan("ticket", "show", closed[0]).stdout
        assert sum(len(line.tickets("--sender", sender(n))) for n in range(SMS)) == SMS - CLOSED
        report(line.smsc, 0)  # whoever wrote then is a stranger now
        line.settled(SMS + 1)
        assert line.verify()["ok"]


def test_what_is_no_retention_is_refused_with_its_line(tmp_path):
    with FaultLine(tmp_path, QUICK + RETENTION.replace("jalan=30", "jalan=soon")) as line:
        done = line.aduan("config", "check", check=False)
        assert done.returncode == 3 and "retention.categories" in done.stderr + done.stdout and "jalan=soon" in done.stderr + done.stdout
