# SPDX-License-Identifier: BSD-2-Clause
"""The real bearerbox with one fake link, and what can stand behind it: the line, the echo box, stock smsbox. Every side
has the same bearerbox configuration."""

import json
import os
import signal
import subprocess

import bench

DLR = 24  # the line's default

CONF = """group = core
admin-port = {admin}
admin-interface = "127.0.0.1"
admin-password = bench
smsbox-port = {box}
smsbox-interface = "127.0.0.1"
smsbox-max-pending = {window}
box-allow-ip = "127.0.0.1"
sms-combine-concatenated-mo = false
log-file = "{dir}/bearerbox.log"
log-level = 3
{store}

group = smsc
smsc = fake
smsc-id = fake
host = 127.0.0.1
port = {fake}
connect-allow-ip = "127.0.0.1"

group = smsbox-route
smsbox-id = aduan
shortcode = "1708"

group = smsbox
bearerbox-host = 127.0.0.1
smsbox-id = aduan
log-file = "{dir}/smsbox.log"
log-level = 3
max-pending-requests = {window}

group = sms-service
keyword = default
catch-all = true
max-messages = 1
get-url = "http://127.0.0.1:{http}/?from=%p&text=%a"
"""


class Kannel:
    """store: "none", or "spool", which lies in the directory spool. cpus: how many cores bearerbox may use, 0: all."""

    def __init__(self, directory, store, window, http_port, spool, cpus=0):
        self.dir = directory
        self.cpus = cpus
        directory.mkdir()
        self.admin_port, self.box_port, self.fake_port = bench.harness.free_ports(3)
        store = f'store-type = spool\nstore-location = "{spool}"' if store == "spool" else ""
        self.conf = directory / "kannel.conf"
        self.conf.write_text(CONF.format(admin=self.admin_port, box=self.box_port, fake=self.fake_port, dir=directory,
                                         store=store, window=window, http=http_port))

    def __enter__(self):
        self.process = self.run("bearerbox", self._bind if self.cpus else None)
        bench.wait_for(self._open, "bearerbox to listen", pause=0.02)
        return self

    def run(self, program, before=None):
        """before: what its process does first, before it is that program."""
        return subprocess.Popen([program, "-v", "4", self.conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                preexec_fn=before)

    def _bind(self):
        os.sched_setaffinity(0, bench.first_cpus(self.cpus))

    def _open(self):
        assert self.process.poll() is None, (self.dir / "bearerbox.log").read_text(errors="replace")[-2000:]
        try:
            for port in (self.box_port, self.fake_port):
                bench.harness.socket.create_connection(("127.0.0.1", port)).close()
            return True
        except OSError:
            return False

    def __exit__(self, *error):
        self.process.send_signal(signal.SIGKILL)  # SIGTERM takes it 10 s, and nobody looks any more
        self.process.wait()


class Echo:
    """tests/bench/echobox.c, at the port where boxes are taken."""

    def __init__(self, port, dlr_mask=DLR, answer=False):
        """answer: with the line's words instead of the SMS's own."""
        self.command = [bench.HELPERS / "echobox", str(port), "aduan", str(dlr_mask)] + ["answer"] * answer

    def __enter__(self):
        self.process = subprocess.Popen(self.command)
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()


class Smsbox:
    def __init__(self, kannel):
        self.kannel = kannel

    def __enter__(self):
        self.process = self.kannel.run("smsbox")
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()


class Http:
    """tests/bench/constant_http.c."""

    def __enter__(self):
        self.process = subprocess.Popen([bench.HELPERS / "constant_http"], stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.wait()


def line(kannel, dlr_mask=DLR, classifiers=1, responders=1):
    """As etc/aduan.yaml ships, but for dlr_mask."""
    config = f"replies:\n  dlr_mask: {dlr_mask}\n  unset_coding: yes\n"
    return bench.Line(kannel.dir, config, classifiers, responders, port=kannel.box_port)
