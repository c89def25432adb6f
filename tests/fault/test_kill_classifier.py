# SPDX-License-Identifier: BSD-2-Clause
"""The classifier killed at each of its points."""

import pytest
from kill_points import dies_at


@pytest.mark.parametrize("point", ["classifier:understand:3", "classifier:before_commit:1", "store:ingest_uncommitted:1",
                                   "classifier:after_commit:1", "classifier:after_commit:2"])
def test_classifier_killed(tmp_path, point):
    dies_at(tmp_path, point)
