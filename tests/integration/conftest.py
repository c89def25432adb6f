# SPDX-License-Identifier: BSD-2-Clause
import pytest

from line import Line


@pytest.fixture
def line(tmp_path):
    """A started line; tests that want another configuration make their own Line."""
    with Line(tmp_path) as made:
        yield made.start()
