#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Installs a build into an empty root and looks at what is there: check.py BUILD PREFIX SYSCONFDIR LIBEXECDIR
LIBDIR."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
failures = []


def expect(true, what):
    if not true:
        failures.append(what)


def run(*words, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    expect(done.returncode == 0, f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    return done.stdout


def install(build, root):
    return run("cmake", "--install", build, env=dict(os.environ, DESTDIR=root))


def layout(prefix, etc, libexec, lib):
    """Every installed file, and its mode."""
    programs = [f"{prefix}/bin/aduan", f"{prefix}/sbin/aduand"]
    programs += [f"{libexec}/aduan/{name}" for name in
                 ("aduanbox", "aduan-classifier", "aduan-feed", "aduan-responder")]
    schemas = ("classification", "config_check", "evaluation", "event", "feed_key", "fleet",
               "incident", "incident_reply", "incidents", "integrator", "integrators", "keygen", "message", "promotion",
               "purge", "quarantine", "rekey", "replay", "replies_lint", "send", "stats", "status", "ticket", "tickets",
               "training", "verify")
    files = [f"{etc}/aduan/{name}" for name in
             ("aduan.yaml", "categories.yaml", "agencies.yaml", "replies/id.yaml", "replies/en.yaml", "places/pekalongan.tsv")]
    files += [f"{prefix}/{name}" for name in (
        "lib/systemd/system/aduand.service", "lib/sysusers.d/aduan.conf", "lib/tmpfiles.d/aduan.conf",
        "share/man/man1/aduan.1", "share/man/man5/aduan.yaml.5", "share/man/man8/aduand.8",
        "share/man/man8/aduanbox.8", "share/man/man8/aduan-classifier.8", "share/man/man8/aduan-feed.8",
        "share/man/man8/aduan-responder.8",
        "share/bash-completion/completions/aduan", "share/zsh/vendor-completions/_aduan",
        "share/doc/aduan/README.md", "share/doc/aduan/LICENSE", "share/doc/aduan/PROTOCOL.md",
        "share/doc/aduan/examples/kannel.conf", "share/doc/aduan/examples/kannel-one-core.conf",
        "share/doc/aduan/examples/aduand-other-cores.conf",
        "share/aduan/feed.proto", "share/aduan/model.bin", "share/aduan/lexicon.tsv",
        "share/aduan/places/regencies.tsv", "share/aduan/training/README.md")]
    files += [f"{prefix}/share/aduan/schema/{name}.json" for name in schemas]
    files += [f"{prefix}/share/aduan/training/{path.name}" for path in sorted((ROOT / "etc/training").glob("*.tsv"))]
    files += [f"{prefix}/include/aduan.h"]
    files += [f"{prefix}/share/aduan/clients/{name}" for name in (
        "README.md", "c/examples/counter.c", "python/pyproject.toml", "python/setup.py", "python/aduan_feed/__init__.py",
        "python/examples/archiver.py", "node/package.json", "node/package-lock.json", "node/index.js",
        "node/examples/webhook.js")]
    files += [f"{lib}/{name}" for name in ("libaduan.so", "libaduan.so.0", "libaduan.so.0.1.0", "pkgconfig/aduan.pc")]
    return {**{name: 0o755 for name in programs}, **{name: 0o644 for name in files}}


def check_layout(root, expected):
    there = {os.path.join(folder, name)[len(root):] for folder, _, names in os.walk(root) for name in names}
    for name in sorted(set(expected) - there):
        expect(False, f"{name} is not installed")
    for name in sorted(there - set(expected)):
        expect(False, f"{name} is installed, and nobody expects it")
    for name in sorted(there & set(expected)):
        mode = os.stat(root + name).st_mode & 0o777
        expect(mode == expected[name], f"{name} has mode {mode:o}, expected {expected[name]:o}")


def check_configuration(root, prefix, etc):
    """The default configuration is valid as it lies there, with its relative paths."""
    run(f"{root}{prefix}/bin/aduan", "--config", f"{root}{etc}/aduan/aduan.yaml", "config", "check")


def check_pages(root, prefix):
    pages = [os.path.join(folder, name) for folder, _, names in os.walk(f"{root}{prefix}/share/man") for name in names]
    warned = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, text=True).stdout
    expect(not warned, "mandoc: " + warned.replace(root, ""))
    run("bash", "-n", f"{root}{prefix}/share/bash-completion/completions/aduan")


def check_unit(root, prefix):
    unit = f"{root}{prefix}/lib/systemd/system/aduand.service"
    with open(unit, encoding="utf-8") as file:
        text = file.read()
    for line in ("Type=notify", "KillMode=process", "User=aduan", "NoNewPrivileges=yes", "ProtectSystem=strict"):
        expect(line in text.splitlines(), f"aduand.service lacks {line}")
    expect("@" not in text.replace("@system-service", "").replace("@privileged", "").replace("@resources", ""),
           "aduand.service: something was not filled in")
    for line in text.splitlines():
        if line.startswith("Exec"):
            program = line.split("=", 1)[1].split()[0]
            expect(os.access(root + program, os.X_OK), f"aduand.service starts {program}, which is not installed")
    if shutil.which("systemd-analyze"):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", unit],
                              capture_output=True, text=True)
        if "offline" not in done.stderr:  # an older systemd does not know it
            expect(done.returncode == 0, "systemd-analyze security: " + (done.stdout + done.stderr)[-600:])
    if shutil.which("systemd-sysusers"):
        run("systemd-sysusers", "--dry-run", f"{root}{prefix}/lib/sysusers.d/aduan.conf")


def check_drop_ins(root, prefix):
    """As services of their own: systemd understands every line."""
    for name in ("kannel-one-core", "aduand-other-cores"):
        made = pathlib.Path(root) / f"aduan-test-{name}.service"
        drop_in = pathlib.Path(f"{root}{prefix}/share/doc/aduan/examples/{name}.conf")
        made.write_text(drop_in.read_text() + "ExecStart=/bin/true\n")
        if shutil.which("systemd-analyze"):
            said = subprocess.run(["systemd-analyze", "verify", made], capture_output=True, text=True).stderr
            expect(made.name not in said, "systemd-analyze verify: " + said[-600:])


def check_clients(root, prefix, lib):
    """An integrator's programs begin with what is installed: C by pkg-config alone, Python with Debian's packages as
    the README says, Node as far as it goes without a download."""
    clients = f"{root}{prefix}/share/aduan/clients"
    example = f"{clients}/c/examples/counter.c"
    env = dict(os.environ, PKG_CONFIG_PATH=f"{root}{lib}/pkgconfig", PKG_CONFIG_SYSROOT_DIR=root)
    flags = run("pkg-config", "--cflags", "--libs", "aduan", env=env).split()
    run("cc", "-Wall", "-Wextra", "-Werror", "-o", f"{root}/counter", example, *flags)
    env = dict(os.environ, LD_LIBRARY_PATH=root + lib, ASAN_OPTIONS="verify_asan_link_order=0")
    usage = subprocess.run([f"{root}/counter"], env=env, capture_output=True, text=True)
    expect(usage.stderr.startswith("usage: counter"), "counter: " + usage.stderr)
    os.remove(f"{root}/counter")
    python = f"{root}/python"
    shutil.copytree(f"{clients}/python", python)
    run("protoc", f"--proto_path={root}{prefix}/share/aduan", f"--python_out={python}/aduan_feed", "feed.proto")
    env = dict(os.environ, PYTHONPATH=python)
    found = run("/usr/bin/python3", "-c", "import aduan_feed; print(aduan_feed.__file__)", env=env)
    expect(found.strip() == f"{python}/aduan_feed/__init__.py", f"another aduan_feed: {found}")
    run("/usr/bin/python3", f"{python}/examples/archiver.py", "--help", env=env)
    shutil.rmtree(python)
    for file in ("index.js", "examples/webhook.js"):
        run("node", "--check", f"{clients}/node/{file}")


def check_edited_configuration_stays(build, root, etc):
    edited = f"{root}{etc}/aduan/aduan.yaml"
    with open(edited, "a", encoding="utf-8") as file:
        file.write("# edited\n")
    install(build, root)
    with open(edited, encoding="utf-8") as file:
        expect(file.read().endswith("# edited\n"), "a second install wrote over an edited aduan.yaml")
    expect(os.path.exists(edited + ".dist"), "a second install does not leave the new default as aduan.yaml.dist")
    expect(not os.path.exists(f"{root}{etc}/aduan/agencies.yaml.dist"), "a .dist appeared for a file nobody edited")


def main():
    build, prefix, etc, libexec, lib = sys.argv[1:]
    with tempfile.TemporaryDirectory() as root:
        install(build, root)
        check_layout(root, layout(prefix, etc, libexec, lib))
        if not failures:
            check_configuration(root, prefix, etc)
            check_pages(root, prefix)
            check_unit(root, prefix)
            check_drop_ins(root, prefix)
            check_clients(root, prefix, lib)
            check_edited_configuration_stays(build, root, etc)
    print("\n".join(failures) or "everything is where it belongs")
    sys.exit(1 if failures else 0)


main()
