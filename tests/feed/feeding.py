# SPDX-License-Identifier: BSD-2-Clause
"""A feed in memory and programs that follow it: what the tests of clients share."""

import contextlib
import hashlib
import hmac
import http.server
import json
import os
import queue
import subprocess
import threading

from fakefeed import FakeFeed
from feedline import PATIENCE


class Feed(FakeFeed):
    """A feed in memory on ipc in a directory of its own."""

    def __init__(self, directory, **more):
        super().__init__(f"ipc://{directory}/pub", f"ipc://{directory}/replay", beacon_s=0.2, **more)
        self.directory = directory

    def env(self, topic="v1.full.", **more):
        return {**os.environ, "ADUAN_PUBLISH": self.endpoints[0], "ADUAN_REPLAY": self.endpoints[1],
                "ADUAN_TOPIC": topic, **more}

    def live(self, events):
        self.commit(events)
        self.publish(events)


@contextlib.contextmanager
def running(command, env, *args, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    process = subprocess.Popen([*command, *map(str, args)], env=env, **options)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read(process, count):
    """So many lines of its output: the sequences."""
    return [int(process.stdout.readline().split()[0].split(b":")[1]) for _ in range(count)]


def sequences(events):
    return [e.sequence for e in events]


def lines_of(path):
    """The sequences of its whole lines."""
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return [int(line.split(":")[1].split(" ")[0]) for line in lines]


class Hook(http.server.ThreadingHTTPServer):
    """A webhook that takes what `takes` says, counting calls from 1; it remembers all calls as they came."""

    def __init__(self, takes=lambda number: True):
        self.calls, self.number, hook = queue.Queue(), 0, self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.number += 1
                accepted = takes(hook.number)
                hook.calls.put((accepted, self.headers["X-Aduan-Event"], self.headers["X-Aduan-Signature"], body))
                self.send_response(200 if accepted else 503)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def accepted(self, count=None):
        """The next so many that it took, or all that came: [(sequence, document)]. Every call must be signed."""
        found = []
        while len(found) < count if count is not None else not self.calls.empty():
            accepted, ident, signature, body = self.calls.get(timeout=PATIENCE)
            mac = hmac.new(b"a shared secret", body, hashlib.sha256).hexdigest()
            assert signature == f"sha256={mac}"
            if accepted:
                found.append((int(ident.split(":")[1]), json.loads(body)))
        return found
