# SPDX-License-Identifier: BSD-2-Clause
"""Passes bytes between a client and an endpoint, CURVE or not, and cuts or stalls the connections on demand."""

import contextlib
import os
import selectors
import socket
import threading


def address(endpoint):
    scheme, rest = endpoint.split("://", 1)
    if scheme == "ipc":
        return socket.AF_UNIX, rest
    host, port = rest.rsplit(":", 1)
    return socket.AF_INET, ("127.0.0.1" if host == "*" else host, int(port))


class Relay:
    def __init__(self, listen, upstream):
        self.upstream = upstream
        self.pairs, self.asleep = [], []  # of (client, server)
        self.accepted = 0
        self.lock = threading.Lock()
        family, where = address(listen)
        self.listener = socket.socket(family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(where)
        self.listener.listen(64)
        if family == socket.AF_INET:
            listen = "tcp://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.endpoint = listen
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.stopped, self.bell = os.pipe()
        self.selector.register(self.stopped, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        while True:
            for key, _ in self.selector.select():
                if key.fileobj == self.stopped:
                    return
                with self.lock:
                    if key.fileobj is self.listener:
                        self._accept()
                    elif key.fileobj.fileno() >= 0:
                        self._pass(key.fileobj, key.data)

    def _accept(self):
        client, _ = self.listener.accept()
        family, where = address(self.upstream)
        server = socket.socket(family)
        try:
            server.connect(where)
        except OSError:
            client.close()
            server.close()
            return
        self.accepted += 1
        pair = [client, server]
        self.pairs.append(pair)
        for each in pair:
            each.settimeout(20)
            self.selector.register(each, selectors.EVENT_READ, pair)

    def _pass(self, source, pair):
        target = pair[1] if source is pair[0] else pair[0]
        try:
            data = source.recv(1 << 16)
            target.sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(pair)

    def _drop(self, pair):
        for each in pair:
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(each)
            each.close()
        if pair in self.pairs:
            self.pairs.remove(pair)

    def cut(self):
        """Closes every connection; new ones are taken."""
        with self.lock:
            for pair in list(self.pairs):
                self._drop(pair)

    def stall(self):
        """The connections of now stay open, and nothing passes any more; new ones work. Returns how many."""
        with self.lock:
            for pair in self.pairs:
                for each in pair:
                    self.selector.unregister(each)
            stalled, self.pairs = self.pairs, []
            self.asleep += stalled
            return len(stalled)

    def close(self):
        os.write(self.bell, b"x")
        self.thread.join(10)
        for pair in self.pairs + self.asleep:
            for each in pair:
                each.close()
        self.listener.close()
        self.selector.close()
        os.close(self.bell)
        os.close(self.stopped)
