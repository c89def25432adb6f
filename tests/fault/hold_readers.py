#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""hold_readers.py STORE: begins read transactions until LMDB has no slot for another one, says how many it got, and
holds them until its stdin ends. Whoever was reading meanwhile gives a slot back later: it takes that one too."""

import ctypes
import select
import sys

NOTLS, RDONLY = 0x200000, 0x20000
READERS_FULL = -30790
PAUSE_S = 0.001


def begin(lmdb, env):
    """One more read transaction, or nothing, where there is no slot for it."""
    txn = ctypes.c_void_p()
    code = lmdb.mdb_txn_begin(env, None, RDONLY, ctypes.byref(txn))
    assert code in (0, READERS_FULL), code
    return txn if code == 0 else None


def main():
    lmdb = ctypes.CDLL("liblmdb.so.0")
    env, held = ctypes.c_void_p(), []
    assert lmdb.mdb_env_create(ctypes.byref(env)) == 0
    assert lmdb.mdb_env_set_maxdbs(env, 64) == 0
    assert lmdb.mdb_env_open(env, sys.argv[1].encode(), NOTLS | RDONLY, 0) == 0
    while txn := begin(lmdb, env):
        held.append(txn)
    print(len(held), flush=True)
    while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
        while txn := begin(lmdb, env):
            held.append(txn)


if __name__ == "__main__":
    main()
