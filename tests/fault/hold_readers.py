#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""hold_readers.py STORE: begins read transactions until LMDB has no slot for another one, says how many it got, and
holds them until its stdin ends."""

import ctypes
import sys

NOTLS, RDONLY = 0x200000, 0x20000
READERS_FULL = -30790


def main():
    lmdb = ctypes.CDLL("liblmdb.so.0")
    env, held = ctypes.c_void_p(), []
    assert lmdb.mdb_env_create(ctypes.byref(env)) == 0
    assert lmdb.mdb_env_set_maxdbs(env, 64) == 0
    assert lmdb.mdb_env_open(env, sys.argv[1].encode(), NOTLS | RDONLY, 0) == 0
    while True:
        txn = ctypes.c_void_p()
        code = lmdb.mdb_txn_begin(env, None, RDONLY, ctypes.byref(txn))
        if code:
            assert code == READERS_FULL, code
            break
        held.append(txn)
    print(len(held), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
