# SPDX-License-Identifier: BSD-2-Clause
"""aduanbox killed with replies on their way out: taken, handed over to bearerbox, acked by it, the result told, and with
a delivery report in its hands."""

import pytest
from kill_points import dies_at


@pytest.mark.parametrize("point", ["box:submit_received:1", "box:mt_written:1", "box:mt_ack_received:1",
                                   "box:result_told:1", "box:report_received:1"])
def test_box_killed(tmp_path, point):
    dies_at(tmp_path, point)
