# SPDX-License-Identifier: BSD-2-Clause
"""One process dies at one numbered point while SMS go round: afterwards everybody has one ticket and one answer."""

from faultline import FaultLine, copies, report
from line import wait_for

# Every report there is: each is a point more at which a process can die.
QUICKER = """replies:
  dlr_mask: 27
  lease_s: 2
  ambiguous_s: 3
  retry_s: 1
  rate: 1000
supervision:
  restart_max_ms: 500
"""
SMS = 24


def dies_at(directory, point):
    with FaultLine(directory, QUICKER, fault=point, incidents=True) as line:
        line.start()
        for number in range(SMS):
            report(line.smsc, number)
            if number % 8 == 7:  # several batches, so that a point is passed again
                wait_for(lambda sent=number: len(line.smsc.find("deliver_resp")) > sent, "bearerbox to accept")
        wait_for(line.struck.exists, f"a process to be killed at {point}")
        wait_for(lambda: all(copies(line.smsc, number) for number in range(SMS)), "an answer for everybody")
        line.settled(SMS)
        wait_for(line.kannel_idle, "bearerbox to hold nothing any more")
        assert [copies(line.smsc, number) for number in range(SMS)] == [1] * SMS
        line.proves(SMS)
