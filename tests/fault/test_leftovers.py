# SPDX-License-Identifier: BSD-2-Clause
"""What dead processes leave behind, and what others take away: stale locks, stolen sockets."""

import os
import signal

import zmq

from faultline import FaultLine, copies, report
from line import wait_for

ALL = ("aduand", "box1", "classifier.1", "responder.1", "feed.1")


def test_everything_killed_at_once_leaves_locks_that_hold_nobody_up(tmp_path):
    """The files stay, with the pids of the dead, or of somebody else's living process."""
    with FaultLine(tmp_path) as line:
        line.start()
        report(line.smsc, 0)
        wait_for(lambda: copies(line.smsc, 0), "an answer")
        line.aduand.kill()
        line.aduand.wait()
        for name in ALL[1:]:
            line.signal(name, signal.SIGKILL)
        wait_for(lambda: not any(line.lock_pid(name) for name in ALL), "all to be dead")
        (line.dir / "run/classifier.1.lock").write_text(f"{os.getpid()}\n")
        (line.dir / "run/responder.1.lock").write_text("garbage\n")
        (line.dir / "run/box1.lock").write_text("")
        line.start_aduand()
        line.wait_ready()
        report(line.smsc, 1)
        wait_for(lambda: copies(line.smsc, 1), "an answer from the next lives")
        assert os.getpid() not in [p["pid"] for p in line.status()["processes"]]
        line.settled(2)
        line.proves(2)


def test_a_stolen_socket_is_noticed_and_taken_back(tmp_path):
    """Somebody who knows nothing of our locks binds the box's path: whoever connects from then on would speak to
    nobody. The box notices, ends, and its next life binds the path anew."""
    with FaultLine(tmp_path) as line:
        line.start()
        report(line.smsc, 0)
        wait_for(lambda: copies(line.smsc, 0), "an answer")
        first = line.lock_pid("box1")
        with zmq.Context() as context, context.socket(zmq.ROUTER) as thief:
            thief.linger = 0
            thief.bind(f"ipc://{line.dir}/run/box1.in")
            wait_for(lambda: line.lock_pid("box1") not in (None, first), "another life of the box")
            line.signal("classifier.1", signal.SIGKILL)  # its next life connects by the path
            report(line.smsc, 1)
            wait_for(lambda: copies(line.smsc, 1), "an answer although the path was stolen")
        assert "stolen" in line.log()
        line.settled(2)
        line.proves(2)
