#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Plants a violation of each rule in a copy of the tree and demands that its check finds it, and only then."""
import os
import shutil
import subprocess
import sys
import tempfile

import check

SPDX = "/* SPDX-License-Identifier: BSD-2-Clause */\n"

# check, file to make (or to append to), its text, a piece of the complaint
PLANTED = [
    ("dag", "proto/planted.c", SPDX + '#include "err.h"\n', "err.h of workers/core/base"),
    ("dag", "plugin/planted.c", SPDX + '#include "store.h"\n', "store.h of workers/core/store"),
    ("dag", "plugin/planted.c", SPDX + '#include "../workers/core/store/store.h"\n', "of workers/core"),
    ("dag", "workers/core/text/planted.c", SPDX + '#include "config.h"\n', "config.h of workers/core/config"),
    ("dag", "workers/core/base/planted.c", SPDX + '#include "store.h"\n', "store.h of workers/core/store"),
    ("dag", "workers/core/text/planted.c", SPDX + '#include "link.h"\n', "link.h of plugin"),
    ("dag", "workers/core/text/planted.c", SPDX + "#  include <gwlib/gwlib.h>\n", "only plugin/ knows gwlib"),
    ("dag", "workers/cli/planted.c", SPDX + '#include "../supervisor/supervisor.h"\n', "of workers/supervisor"),
    ("dag", "workers/cli/planted.c", SPDX + '#include "fleet.h"\n', "of workers/supervisor"),
    ("dag", "workers/cli/planted.c", SPDX + "#include <lmdb.h>\n", "only workers/core/store/ knows LMDB"),
    ("dag", "workers/core/text/planted.c", SPDX + '#include "stdio.h"\n', "not in the tree"),
    ("top", "planted.txt", "x\n", "does not belong"),
    ("top", "scripts/planted", "x\n", "does not belong"),
    ("spdx", "workers/core/text/planted.c", "int planted;\n", "has no SPDX"),
    ("spdx", "etc/planted", "#!/bin/sh\n", "has no SPDX"),
    ("headers", "workers/core/text/planted.h", SPDX + "size_t planted(void);\n", "does not compile alone"),
    ("headers", "plugin/planted.h", SPDX + "struct planted { int x; };\n", "does not compile alone"),
    ("format", "workers/core/text/planted.c", SPDX + "int  planted ( void ) ;\n", "clang-format would change it"),
    ("unfinished", "workers/core/text/planted.c", SPDX + "/* FIX" + "ME: later */\n", "line 2"),
    ("unfinished", "etc/planted", "# TO" + "DO\n", "line 1"),
    ("size", "workers/core/text/planted.c", SPDX + "\n" * 500, "501 lines"),
    ("size", "tests/unit/planted.c", SPDX + "\n" * 750, "751 lines"),
    ("man", "etc/man/planted.8", ".Dd November 21, 2026\n.Dt PLANTED 8\n.Os\n.Sh NAME\n.Bogus\n", "planted.8"),
]
# What is right must not be complained of: the includes that are allowed.
CLEAN = [
    ("dag", "plugin/planted.c", SPDX + '#include "frame.h"\n#include <gwlib/gwlib.h>\n'),
    ("dag", "workers/core/store/planted.c", SPDX + '#include "frame.h"\n#include <lmdb.h>\n'),
    ("dag", "workers/cli/planted.c", SPDX + '#include "cli.h"\n#include "store.h"\n#include "wire.pb-c.h"\n'),
    ("top", ".planted", "x\n"),
    ("headers", "workers/core/worker/planted.h", SPDX + "#pragma once\n#include \"store.h\"\n"),
    ("size", "workers/core/text/planted.c", SPDX + "\n" * 499),
]


def git(root, *words):
    subprocess.run(["git", "-c", "safe.directory=*", "-C", root, *words], check=True, capture_output=True)


def copy(original, root):
    for file in original.files:
        os.makedirs(os.path.dirname(os.path.join(root, file)), exist_ok=True)
        shutil.copy2(original.path(file), os.path.join(root, file))
    git(root, "init", "-q")
    git(root, "add", "-A", "-f")


def complaints(root, name):
    return {f"{file}: {problem}" for file, problem in check.CHECKS[name](check.Tree(root))}


def with_planted(root, name, file, text):
    path = os.path.join(root, file)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    git(root, "add", "-f", file)
    found = complaints(root, name)
    os.unlink(path)
    git(root, "add", "-A")
    return found


def main():
    failures = []
    with tempfile.TemporaryDirectory() as root:
        copy(check.Tree(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")), root)
        before = {name: complaints(root, name) for name in check.CHECKS}
        for name, file, text, piece in PLANTED:
            found = with_planted(root, name, file, text) - before[name]
            if not any(piece in complaint for complaint in found):
                failures.append(f"{name} does not see {file}: {text!r}; it says {sorted(found)}")
        for name, file, text in CLEAN:
            found = with_planted(root, name, file, text) - before[name]
            if found:
                failures.append(f"{name} complains without cause of {file}: {sorted(found)}")
        untested = set(check.CHECKS) - {name for name, *_ in PLANTED}
        if untested:
            failures.append(f"nothing is planted for {sorted(untested)}")
    print("\n".join(failures) or f"{len(PLANTED)} planted violations were found, {len(CLEAN)} clean files let through")
    sys.exit(1 if failures else 0)


main()
