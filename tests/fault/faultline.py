# SPDX-License-Identifier: BSD-2-Clause
"""A line made to be broken: several boxes on one bearerbox, a slow operator, an order for a fault point, and the pids
of processes found by their locks, so that neither aduand nor the store has to live for it."""

import contextlib
import os
import pathlib
import re
import signal
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import line as harness  # noqa: E402

# Leases short enough that what a dead process held is taken up again within a test.
QUICK = """replies:
  lease_s: 4
  ambiguous_s: 6
  retry_s: 1
  rate: 1000
supervision:
  restart_max_ms: 1000
  drain_s: 10
"""


class FaultLine(harness.Line):
    def __init__(self, directory, config=QUICK, boxes=1, throughput=0, smpp_extra="", fault=None, fault_text=None,
                 store_dir=None, **more):
        super().__init__(directory, config, **more)
        self.fault, self.fault_text = fault, fault_text
        self.struck = self.dir / "struck"  # made by the process that met the fault point
        self._boxes(boxes)
        if throughput:
            smpp_extra += f"throughput = {throughput}\n"
        if smpp_extra:
            kannel = self.dir / "kannel.conf"
            kannel.write_text(kannel.read_text().replace("smsc = smpp\n", "smsc = smpp\n" + smpp_extra))
        if store_dir:
            self.config.write_text(self.config.read_text().replace(f"dir: {self.dir}/store", f"dir: {store_dir}"))

    def _boxes(self, count):
        """More boxes with links of their own to the same bearerbox."""
        text = self.config.read_text()
        first = text[text.index("  - name: box1"):text.index("smoke:")]
        more = "".join(first.replace("box1", f"box{n}").replace("main", f"main{n}") for n in range(2, count + 1))
        self.config.write_text(text.replace(first, first + more))

    def order(self, clock_ahead_s=0, sync_ms=0, sync_errno=0):
        """What preload.c does from now on."""
        (self.dir / "orders").write_bytes(struct.pack("=qqq", clock_ahead_s, sync_ms, sync_errno))

    def start_aduand(self, env=None):
        order = {}
        if (self.dir / "orders").exists():
            preload = harness.BIN.parent / "tests/fault_preload.so"
            assert preload.exists(), f"{preload} is not built"  # the loader would go on without it
            order = {"LD_PRELOAD": str(preload),
                     "FAULT_PRELOAD": str(self.dir / "orders"), "ASAN_OPTIONS": "verify_asan_link_order=0"}
        if self.fault:
            order["ADUAN_FAULT"] = self.fault
            if self.fault_text:
                order["ADUAN_FAULT_TEXT"] = self.fault_text
            else:
                order["ADUAN_FAULT_ONCE"] = str(self.struck)
        super().start_aduand({**order, **(env or {})})

    def stop(self):
        for name in list((self.dir / "run").glob("*.lock")):  # what is stopped cannot drain
            self.signal(name.name.removesuffix(".lock"), signal.SIGCONT)
        if self.bearerbox and self.bearerbox.poll() is None:
            self.bearerbox.send_signal(signal.SIGCONT)
        super().stop()

    def start_with_replies_due(self, count):
        """Starts the line; no responder, and `count` citizens' replies wait in the outbox."""
        self.start()
        self.aduan("scale", "responder=0")
        harness.wait_for(lambda: self.lock_pid("responder.1") is None, "no responder to live")
        for number in range(count):
            report(self.smsc, number)
        harness.wait_for(lambda: self.json("stats")["replies_due"] == count, "all replies to be due")

    def lock_pid(self, name):
        """None: it does not run now."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int((self.dir / "run" / f"{name}.lock").read_text().split()[0])
            if str(self.dir).encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        return None

    def signal(self, name, sig):
        """Sends it; the pid, or None when it does not run."""
        pid = self.lock_pid(name)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)
        return pid

    def stopped(self, name):
        """In state T of proc(5)."""
        pid = self.lock_pid(name)
        with contextlib.suppress(OSError):
            return pid and pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        return False

    def spool(self):
        """Ids of what bearerbox's store holds. An empty file is what a killed bearerbox had not begun to write: nothing
        that it accepted, and nothing that it will ever send."""
        found = set()
        for path, _, names in os.walk(self.dir / "kannel-store"):
            for name in names:
                with contextlib.suppress(OSError):
                    if os.path.getsize(os.path.join(path, name)):
                        found.add(name)
        return found

    def kannel_idle(self):
        """bearerbox holds nothing: neither in its store nor in a queue (a second copy of an id has no file)."""
        status = self.kannel_status()
        sms = re.search(r"SMS: received \d+ \((\d+) queued\), sent \d+ \((\d+) queued\)", status or "")
        return bool(sms) and not self.spool() and sms.groups() == ("0", "0")

    def settled(self, tickets, patience=None):
        """That many tickets, nothing due any more, nothing left in bearerbox: the figures of `aduan verify`."""
        def asked():
            figures = self.verify()["figures"]
            return figures if figures["tickets"] == tickets and self.json("stats")["replies_due"] == 0 else None
        return harness.wait_for(asked, f"{tickets} tickets with their replies gone out", patience)

    def proves(self, tickets):
        """The store keeps its promises, and each ticket has one reply."""
        proof = self.verify()
        assert proof["ok"], proof["breaks"]
        assert proof["figures"]["tickets"] == tickets
        assert proof["figures"]["quarantined"] == 0
        return proof["figures"]


def sender(number):
    return f"62812{number:08d}"


def report(smsc, number, text="Jalan berlubang di depan pasar"):
    smsc.deliver(sender(number), text.encode(), ident=str(number))


def copies(smsc, number):
    """How many answers that citizen has."""
    return len(smsc.find("submit", to=sender(number)))
