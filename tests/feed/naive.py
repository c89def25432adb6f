#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What not to do: a SUB socket, and nothing else. The conformance test must name the rules that this breaks."""
import os

import zmq

from schema import pb

context = zmq.Context()
socket = context.socket(zmq.SUB)
if os.environ.get("ADUAN_SERVER_KEY"):
    socket.curve_serverkey = os.environ["ADUAN_SERVER_KEY"].encode()
    socket.curve_secretkey = os.environ["ADUAN_SECRET_KEY"].encode()
    socket.curve_publickey = zmq.curve_public(socket.curve_secretkey)
socket.connect(os.environ["ADUAN_PUBLISH"])
socket.subscribe(os.environ["ADUAN_TOPIC"])
while True:
    event = pb.Event.FromString(socket.recv_multipart()[1])
    print(f"{event.epoch.hex()}:{event.sequence}", flush=True)
