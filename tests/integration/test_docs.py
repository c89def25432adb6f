# SPDX-License-Identifier: BSD-2-Clause
"""What README.md says is what the programs do."""

import subprocess

from line import BIN, ROOT


def test_the_configuration_reference_is_the_parsers_own():
    printed = subprocess.run([BIN / "aduan", "config", "reference", "--markdown"], capture_output=True, text=True,
                             check=True).stdout.strip()
    text = (ROOT / "README.md").read_text()
    assert text.split("<!-- reference: begin -->")[1].split("<!-- reference: end -->")[0].strip() == printed


def test_every_path_the_readme_names_exists():
    for path in ("etc/packages.txt", "etc/kannel.conf", "proto/PROTOCOL.md", "proto/feed.proto", "proto/schema",
                 "tests/load/run", "tests/coverage", "tests/fuzz/run", "tests/bare"):
        assert path in (ROOT / "README.md").read_text() and (ROOT / path).exists(), path
