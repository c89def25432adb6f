# SPDX-License-Identifier: BSD-2-Clause
"""The responder killed at each of its points: replies READY, SENDING in the making, SENDING and not handed over, handed
over, with a result that is not committed, committed, and with a report that is not."""

import pytest
from kill_points import dies_at


@pytest.mark.parametrize("point", ["store:claim_uncommitted:1", "responder:claimed:1", "responder:submitted:1",
                                   "responder:result_received:1", "responder:result_committed:1",
                                   "responder:report_received:1"])
def test_responder_killed(tmp_path, point):
    dies_at(tmp_path, point)
