# SPDX-License-Identifier: BSD-2-Clause
"""aduanbox killed with SMS on their way in: before they are dispatched, dispatched, committed but not acked. bearerbox
sends them again under the same id and time."""

import pytest
from kill_points import dies_at


@pytest.mark.parametrize("point", ["box:before_dispatch:1", "box:dispatched:1", "box:ack_received:1",
                                   "box:ack_received:2"])
def test_box_killed(tmp_path, point):
    dies_at(tmp_path, point)
