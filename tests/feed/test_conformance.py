# SPDX-License-Identifier: BSD-2-Clause
"""The conformance test passes the three clients of proto/clients, and says what a naive subscriber breaks. They are
tried at the same time: a scene mostly waits."""

import concurrent.futures
import subprocess

import pytest

import clients
from feedline import feed_line
from verdict import SCENES, conformance

HOW = {"python": ("--depth", "0"), "node": ("--depth", "1", "--curve"), "c": ("--depth", "2", "--curve"),
       "naive": ("--patience", "5")}


@pytest.fixture(scope="module")
def commands():
    return {**clients.prepare(), "naive": ["/usr/bin/python3", str(clients.HERE / "naive.py")]}


@pytest.fixture(scope="module")
def verdicts(commands):
    with concurrent.futures.ThreadPoolExecutor(len(HOW)) as pool:
        yield {name: pool.submit(conformance, "fake", "-", "--json", *how, "--", *commands[name])
               for name, how in HOW.items()}


def test_a_real_line(verdicts, commands, tmp_path):
    """The proxy tells this line's own events; then the client stands on the line itself, through cuts and a stall."""
    with feed_line(tmp_path) as line:
        key = tmp_path / "key"
        key.write_text(f"{line.server_key}\n{line.integrator('acme', 'full')}\n")
        line.fakesmsc(3000, "0812 1708 text Lampu jalan mati sejak kemarin, mohon diperbaiki", interval=0.02)
        line.settled(1200)
        code, verdict = conformance(f"{line.publish},{line.replay}", key, "--view", "acme", "--json", "--rules",
                                    "R1,R4,live", "--", *commands["python"])
        assert code == 0 and set(verdict["rules"]) == {"R1", "R4", "live"}, verdict


@pytest.mark.parametrize("name", ["python", "node", "c"])
def test_it_passes(verdicts, name):
    code, verdict = verdicts[name].result()
    assert code == 0 and verdict["ok"] and set(verdict["rules"]) == SCENES, verdict
    assert all(each["pass"] is True for each in verdict["rules"].values())


def test_what_a_naive_subscriber_breaks(verdicts):
    code, verdict = verdicts["naive"].result()
    assert code == 1 and not verdict["ok"], verdict
    assert set(verdict["broken"]) == SCENES - {"R3", "mixed"}, verdict
    assert verdict["rules"]["R3"]["pass"] is True and verdict["rules"]["mixed"]["pass"] is None


def test_it_says_how_it_is_used():
    done = subprocess.run([clients.HERE / "conformance", "--help"], capture_output=True, text=True, check=True)
    assert "ADUAN_PUBLISH" in done.stdout and "epoch:sequence" in done.stdout
