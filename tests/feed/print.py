#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The Python client, printing what it delivers: one line `epoch:sequence kind ticket` an event. ADUAN_PUBLISH, ADUAN_REPLAY,
ADUAN_TOPIC and the keys come from the environment. With a file as argument it goes on where that file ends."""
import os
import sys

from aduan_feed import Feed


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else None
    out = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600) if path else 1
    position = None
    if path:
        data = os.pread(out, 4096, max(0, os.fstat(out).st_size - 4096))
        whole = data[:data.rfind(b"\n") + 1]
        os.ftruncate(out, os.fstat(out).st_size - len(data) + len(whole))
        if whole:
            epoch, sequence = whole.splitlines()[-1].split()[0].decode().split(":")
            position = bytes.fromhex(epoch), int(sequence)
    env = os.environ
    for event in Feed(env["ADUAN_PUBLISH"], env["ADUAN_REPLAY"], env["ADUAN_TOPIC"],
                      server_key=env.get("ADUAN_SERVER_KEY"), secret_key=env.get("ADUAN_SECRET_KEY"),
                      cursor=env.get("ADUAN_CURSOR"), state=env.get("ADUAN_STATE"), position=position,
                      news=lambda text: print(f"print.py: {text}", file=sys.stderr, flush=True)):
        line = f"{event.epoch.hex()}:{event.sequence} {event.WhichOneof('what')} {event.ticket}\n".encode()
        if os.write(out, line) != len(line):
            sys.exit("print.py: the line was not written whole")


main()
