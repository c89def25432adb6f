#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Archives the feed: one JSON document a line, each event exactly once, whatever is killed.

    archiver.py PUBLISH REPLAY TOPIC FILE [--server-key Z85 --secret-key-file FILE]

Keys for tcp: the options, or ADUAN_SERVER_KEY and ADUAN_SECRET_KEY in the environment.

Exactly once, because position and output are one write: each line begins with epoch:sequence, and the last whole line
of the file is where the archive goes on. A line cut short by kill -9 is taken off first.
"""
import argparse
import os
import sys

from google.protobuf.json_format import MessageToJson

from aduan_feed import Feed


def resume(file):
    """The position of the last whole line; what is behind it goes."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    while end and tail.count(b"\n") < 2:
        end = max(0, end - 65536)
        file.seek(end)
        tail = file.read()
    whole = tail[:tail.rfind(b"\n") + 1]
    file.truncate(end + len(whole))
    if not whole:
        return None
    epoch, sequence = whole.splitlines()[-1].split(b" ")[0].split(b":")
    return bytes.fromhex(epoch.decode()), int(sequence)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    for name in ("publish", "replay", "topic", "file"):
        parser.add_argument(name)
    parser.add_argument("--server-key", default=os.environ.get("ADUAN_SERVER_KEY"))
    parser.add_argument("--secret-key-file")
    args = parser.parse_args()
    secret = os.environ.get("ADUAN_SECRET_KEY")
    if args.secret_key_file:
        with open(args.secret_key_file, encoding="ascii") as file:
            secret = file.read().strip()
    # Unbuffered: one event is one write(), which is all there or, at a kill, cut short at the file's end.
    with open(args.file, "a+b", buffering=0) as archive:
        position = resume(archive)
        feed = Feed(args.publish, args.replay, args.topic, server_key=args.server_key, secret_key=secret,
                    position=position, news=lambda text: print(f"archiver: {text}", file=sys.stderr))
        for event in feed:
            text = MessageToJson(event, indent=None, preserving_proto_field_name=True)
            line = f"{event.epoch.hex()}:{event.sequence} {text}\n".encode()
            if archive.write(line) != len(line):
                sys.exit(f"archiver: {args.file}: the disk took a part of event {event.sequence}; start again when "
                         "there is room")


if __name__ == "__main__":
    main()
