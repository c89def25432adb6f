#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks of the tree itself: check.py [--root DIR] [CHECK…]. Prints file: problem; exit code 1 if any.

Only tracked files count. The checks are the functions named check_*; each says what it holds true.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

TOP = {"plugin", "workers", "proto", "tests", "etc", "CMakeLists.txt", "README.md", "LICENSE"}
LINES_MAX = 500
LINES_MAX_TEST = 750  # a test file may hold the many cases of one module
NO_SPDX = re.compile(r"(^LICENSE|\.md|\.json|\.txt|^\.[^/]*|^tests/fuzz/inputs/.*)$")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)
UNFINISHED = re.compile(r"\b(" + "TO" + "DO|FIX" + r"ME)\b")


class Tree:
    """The tracked files of a checkout, as they lie in the working directory."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", self.root, "ls-files", "-z"], check=True,
                                capture_output=True, text=True).stdout.split("\0")
        self.files = [f for f in listed if f and os.path.isfile(self.path(f))]

    def path(self, file):
        return os.path.join(self.root, file)

    def text(self, file):
        with open(self.path(file), encoding="utf-8", errors="replace") as f:
            return f.read()

    def named(self, *suffixes):
        return [f for f in self.files if f.endswith(suffixes)]


# The rooms of workers/core, each with those it may use besides itself and proto.
CORE = {"base": [], "config": ["base"], "text": ["base"], "model": ["base", "text"],
        "places": ["base", "text"], "desk": ["base", "config", "text", "model", "places"],
        "store": ["base", "config", "text", "model", "places", "desk"],
        "worker": ["base", "config", "text", "model", "places", "desk", "store"]}


def room(file):
    """proto, plugin, tests, a folder of workers/, or of workers/core/."""
    parts = file.split("/")
    depth = 3 if parts[:2] == ["workers", "core"] else 2 if parts[0] == "workers" else 1
    return "/".join(parts[:min(depth, len(parts) - 1)]) or file


def allowed_rooms(own):
    if own == "tests":
        return None
    if own in ("proto", "plugin"):
        return {own, "proto"}
    core = CORE.get(own.removeprefix("workers/core/"), CORE) if own.startswith("workers/core") else CORE
    return {own, "proto"} | {f"workers/core/{name}" for name in core}


def home_of(tree, file, name):
    """The room that a quoted include leads to as the compiler would find it; None when nothing of ours is meant."""
    beside = os.path.normpath(os.path.join(os.path.dirname(file), name))
    if beside in tree.files:
        return room(beside)
    if name.endswith(".pb-c.h"):
        return "proto"
    homes = {room(h) for h in tree.named(".h") if h.endswith("/" + name)}
    allowed = allowed_rooms(room(file))
    return next((h for h in homes if allowed is None or h in allowed), next(iter(homes), None))


def check_dag(tree):
    """proto ← plugin; proto ← workers/core ← programs; core's rooms as CORE has it; programs never include one another;
    gwlib stays in plugin/, LMDB in workers/core/store/."""
    for file in tree.named(".c", ".h"):
        own = room(file)
        for quote, name in INCLUDE.findall(tree.text(file)):
            if name.startswith(("gwlib/", "gw/", "kannel/")):
                if own not in ("plugin", "tests"):
                    yield file, f"includes {name}: only plugin/ knows gwlib"
            elif name == "lmdb.h":
                if own not in ("tests", "workers/core/store"):
                    yield file, "includes lmdb.h: only workers/core/store/ knows LMDB"
            elif quote == '"' and own != "tests":
                home = home_of(tree, file, name)
                if home is None:
                    yield file, f'includes "{name}", which is not in the tree: use <{name}>'
                elif home not in allowed_rooms(own):
                    yield file, f"includes {name} of {home}: {own} may use {', '.join(sorted(allowed_rooms(own)))}"


def check_top(tree):
    """The top level is fixed."""
    there = {f.split("/")[0] for f in tree.files}
    for name in sorted(there - TOP):
        if not name.startswith("."):
            yield name, "does not belong at the top level"
    for name in sorted(TOP - there):
        yield name, "is missing at the top level"


def check_spdx(tree):
    """Every source says its licence in its first lines."""
    for file in tree.files:
        if not NO_SPDX.search(file):
            head = tree.text(file).splitlines()[:5]
            if not any("SPDX-License-Identifier: BSD-2-Clause" in line for line in head):
                yield file, "has no SPDX-License-Identifier: BSD-2-Clause in its first lines"


def check_headers(tree):
    """Each header compiles alone, and twice."""
    flags = subprocess.run(["pkg-config", "--cflags", "libzmq", "libprotobuf-c", "lmdb", "yaml-0.1", "libsodium",
                            "jansson", "cmocka"], check=True, capture_output=True, text=True).stdout.split()
    with tempfile.TemporaryDirectory() as generated:
        for schema in tree.named(".proto"):
            subprocess.run(["protoc-c", f"--c_out={generated}", f"--proto_path={tree.path('proto')}",
                            os.path.basename(schema)], check=True, capture_output=True)
        all_rooms = sorted({os.path.dirname(h) for h in tree.named(".h")})
        for file in tree.named(".h"):
            rooms = all_rooms if room(file) == "tests" else sorted(allowed_rooms(room(file)))
            where = [f"-I{tree.path(d)}" for d in [os.path.dirname(file)] + rooms]
            path = tree.path(file)
            done = subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                                   "-isystem", generated, "-isystem", "/usr/include/kannel",
                                   "-isystem", "/usr/include/libxml2", *flags, *where, "-x", "c", "-"],
                                  input=f'#include "{path}"\n#include "{path}"\n', capture_output=True, text=True)
            if done.returncode:
                yield file, "does not compile alone: " + next(
                    (line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip())


def check_format(tree):
    """clang-format has nothing to change."""
    sources = tree.named(".c", ".h")
    if not sources:
        return
    done = subprocess.run(["clang-format", "--dry-run", "--style=file", *map(tree.path, sources)],
                          capture_output=True, text=True)
    found = re.findall(r"^(.+?):(\d+):\d+: (?:warning|error): code should be clang-formatted", done.stderr, re.M)
    seen = set()
    for path, line in found:
        if path not in seen:
            seen.add(path)
            yield os.path.relpath(path, tree.root), f"line {line}: clang-format would change it"
    if done.returncode and not found:
        yield "clang-format", done.stderr.strip() or "failed"


def check_unfinished(tree):
    """Nothing is left to be done later."""
    for file in tree.files:
        for number, line in enumerate(tree.text(file).splitlines(), 1):
            if UNFINISHED.search(line):
                yield file, f"line {number} leaves something to be done"


def check_size(tree):
    """A file holds one idea."""
    for file in tree.named(".c", ".h", ".py", ".proto"):
        lines = tree.text(file).count("\n")
        most = LINES_MAX_TEST if room(file) == "tests" else LINES_MAX
        if lines > most:
            yield file, f"has {lines} lines, more than {most}: look for the second idea in it"


def check_man(tree):
    """mandoc finds nothing to warn of in the manual pages."""
    pages = [f for f in tree.files if re.search(r"^etc/man/.*\.[1-9]$", f)]
    if not pages:
        return
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *map(tree.path, pages)], capture_output=True,
                          text=True)
    for line in (done.stdout + done.stderr).splitlines():
        yield "etc/man", line.replace(tree.root + "/", "")


CHECKS = {name[len("check_"):]: function for name, function in list(globals().items()) if name.startswith("check_")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    options = parser.parse_args()
    tree = Tree(options.root)
    problems = [p for name in options.checks or CHECKS for p in CHECKS[name](tree)]
    for file, problem in problems:
        print(f"{file}: {problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
