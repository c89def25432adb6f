# SPDX-License-Identifier: BSD-2-Clause
"""The conformance test as tests ask it."""

import json
import subprocess

from clients import HERE

SCENES = {"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "asking", "begin", "mixed"}


def conformance(*args):
    """Its exit code, and its verdict."""
    done = subprocess.run([HERE / "conformance", *args], capture_output=True, text=True)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)
