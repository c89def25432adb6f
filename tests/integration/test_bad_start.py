# SPDX-License-Identifier: BSD-2-Clause
"""What keeps a line from starting: each case is a sentence that says what to do, the documented exit code, and nothing
left running. The last ones start a line beside which a second start is refused."""

import contextlib
import fcntl
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess

import lmdb
import pytest

from line import BIN, ROOT, Line, Phone, filled, free_ports, wait_for

FAILED, USAGE, CONFIG, STORE, ELSEWHERE = 1, 2, 3, 5, 75
GOOD = "Jalan berlubang di depan pasar Grogolan, mohon diperbaiki"


def running(directory):
    """Processes that have this directory on their command line."""
    found = []
    for each in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            command = each.read_bytes()
            if str(directory).encode() in command and b"aduan" in command:
                found.append(command)
    return found


def listens(path):
    """libzmq leaves its ipc files behind; somebody is there only when one can be connected to."""
    if not path.is_socket():
        return False
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def locked(path):
    if path.suffix != ".lock":
        return False
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class Place:
    """A configuration with everything it needs, whose bearerbox is nowhere."""

    def __init__(self, directory):
        self.dir = directory
        self.config = directory / "aduan.yaml"
        admin_port, box_port, fake_port = free_ports(3)
        self.config.write_text(filled("aduan.yaml.in", DIR=directory, ADMIN_PORT=admin_port, BOX_PORT=box_port,
                                      FAKE_PORT=fake_port))
        assert self.aduan("keygen").returncode == 0

    def change(self, old, new):
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new, 1))

    def aduan(self, *args, inside=()):
        return subprocess.run([*inside, BIN / "aduan", "--config", self.config, *args], capture_output=True, text=True,
                              timeout=60)

    def start(self, inside=(), program="aduand", args=()):
        return subprocess.run([*inside, BIN / program, "--config", self.config, *args], capture_output=True, text=True,
                              timeout=60)

    def refused(self, code, *sentences, inside=()):
        """aduand says why and is gone; nothing was started and nothing listens."""
        done = self.start(inside)
        for sentence in sentences:
            assert sentence in done.stderr, done.stderr
        assert done.returncode == code and done.stdout == "" and "Sanitizer" not in done.stderr
        assert running(self.dir) == []
        if (self.dir / "run").is_dir():
            assert [f.name for f in (self.dir / "run").iterdir() if listens(f) or locked(f)] == []
        return done.stderr

    @contextlib.contextmanager
    def running(self):
        """The line of this place, up but for its bearerbox."""
        with open(self.dir / "aduand.log", "ab") as log:
            aduand = subprocess.Popen([BIN / "aduand", "--config", self.config], stdout=log, stderr=log)
        try:
            wait_for(lambda: self.aduan("status").returncode == 0, "aduand to answer")
            yield aduand
        finally:
            aduand.send_signal(signal.SIGTERM)
            assert aduand.wait(60) == 0
        assert running(self.dir) == []


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture
def with_store(place):
    """A place whose store was made by a first start."""
    with place.running():
        pass
    return place


# --- configuration

WRONG = {
    "unknown_section": ("desk:", "dsek:", r":LINE:1: unknown key 'dsek' in the file; did you mean 'desk'\?"),
    "unknown_key": ("shortcodes:", "shortcods:", r":LINE:3: unknown key 'shortcods' in desk; did you mean 'shortcodes'\?"),
    "unknown_key_of_a_link": ("smsbox_id: aduan", "smsbox: aduan",
                              r":LINE:9: unknown key 'smsbox' in boxes\[\]\.bearerboxes\[\]; did you mean 'smsbox_id'"),
    "far_from_any": ("language: id", "colour: red", r":LINE:3: unknown key 'colour' in desk; known here: name, shortcodes"),
    "a_text_for_a_size": ("map_bytes: 4 GiB", "map_bytes: plenty",
                          r":LINE:14: store\.map_bytes: expected a size such as 512 MiB or 16 GiB, found 'plenty'"),
    "a_list_for_a_text": ("name: Kota Uji", "name: [Kota, Uji]",
                          r":LINE:9: desk\.name: expected a text of 1 to 60 bytes, found a list"),
    "a_text_for_a_list": ('shortcodes: ["1708"]', "shortcodes: 1708",
                          r":LINE:15: desk\.shortcodes: expected a list such as \[1708, 1709\], found '1708'"),
    "twice": ("smsbox_id: aduan", "port: many", r":LINE:9: key 'port' is given twice; the first is at line \d+"),
    "out_of_bounds": ("log_level: info", "log_level: info\nworkers: {classifiers: 65}",
                      r":LINE:24: workers\.classifiers: expected a whole number from 0 to 64, found '65'"),
    "no_choice": ("log_level: info", "log_level: loud",
                  r":LINE:14: run\.log_level: expected one of error, warning, info, debug, found 'loud'"),
    "missing": ("  name: Kota Uji\n", "", r":\d+:1: desk\.name is missing\. The desk's name as citizens know it"),
    "no_yaml": ("desk:", "desk: [", r":\d+:\d+: "),
    "nothing": (None, "", r":1:1: the file is empty"),
    "a_rule_with_a_broken_pattern": ("@categories", "'(jalan'", r"categories\.yaml:\d+:\d+: "),
    "an_unknown_field": ("@replies", "{nomor}", r"replies/id\.yaml:10:11: received has no field \{nomor\}; it has \{desk\} \{ticket\}"),
}


def spoil(place, old, new):
    """Makes the one change that is wrong; @categories and @replies change a copy of that file."""
    if old is None:
        place.config.write_text(new)
    elif old == "@categories":
        text = (ROOT / "etc/categories.yaml").read_text()
        (place.dir / "categories.yaml").write_text(text.replace("kerusakan jalan: '", f"kerusakan jalan: {new} # '", 1))
        place.change(f"{ROOT}/etc/categories.yaml", str(place.dir / "categories.yaml"))
    elif old == "@replies":
        shutil.copytree(ROOT / "etc/replies", place.dir / "replies")
        file = place.dir / "replies/id.yaml"
        file.write_text(file.read_text().replace("nomor {ticket}", f"nomor {new}", 1))
        place.change(f"{ROOT}/etc/replies", str(place.dir / "replies"))
    else:
        place.change(old, new)


def line_of(text, new):
    """Where the last line of what was put in stands."""
    return 1 + text.partition(new)[0].count("\n") + new.count("\n") if new.strip() and new in text else 0


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_configuration_starts_nothing(place, name):
    old, new, sentence = WRONG[name]
    spoil(place, old, new)
    sentence = sentence.replace("LINE", str(line_of(place.config.read_text(), new)))
    said = place.refused(FAILED)
    assert re.search(sentence, said), said
    assert not (place.dir / "store").exists()
    check = place.aduan("config", "check")
    assert check.returncode == CONFIG and re.search(sentence, check.stderr), check.stderr
    worker = place.start(program="aduan-classifier", args=("--name", "classifier.1"))
    assert worker.returncode == FAILED and re.search(sentence, worker.stderr), worker.stderr
    assert not (place.dir / "store").exists()


def test_a_wrong_command_line_is_usage(place):
    for args in (["--confg", "x"], ["extra"], ["--config"]):
        done = subprocess.run([BIN / "aduand", *args], capture_output=True, text=True, timeout=60)
        assert done.returncode == USAGE and "usage: aduand" in done.stderr
    done = subprocess.run([BIN / "aduand", "--config", place.dir / "none.yaml"], capture_output=True, text=True)
    assert done.returncode == FAILED and "none.yaml" in done.stderr and "No such file" in done.stderr


# --- the key


def test_no_key(place):
    (place.dir / "store.key").unlink()
    place.refused(FAILED, f"{place.dir}/store.key is missing", "aduan keygen")
    done = place.aduan("verify")
    assert done.returncode == STORE and "aduan keygen" in done.stderr


@pytest.mark.parametrize("mode", [0o604, 0o640 | 0o020, 0o666], ids=oct)
def test_a_key_that_others_may_read_or_change(place, mode):
    key = place.dir / "store.key"
    key.chmod(mode)
    place.refused(FAILED, f"others may read or change the key file {key}", f"chmod 0600 {key}")
    key.chmod(0o600)
    with place.running():
        pass


@pytest.mark.parametrize("text", ["", "x" * 64 + "\n", "ab" * 31 + "\n", "ab" * 32 + "\n\n", "\0" * 65],
                         ids=["empty", "no_hex", "short", "long", "zeros"])
def test_a_key_file_that_holds_none(place, text):
    (place.dir / "store.key").write_text(text)
    place.refused(FAILED, "does not hold a lookup key", "put back the right one")


def test_the_key_of_another_store(with_store):
    key = with_store.dir / "store.key"
    key.rename(with_store.dir / "right.key")
    assert with_store.aduan("keygen").returncode == 0
    with_store.refused(FAILED, f"not the one that the store {with_store.dir}/store was made with", "store.key")
    done = with_store.aduan("verify")
    assert done.returncode == STORE and "put the right one at store.key" in done.stderr
    (with_store.dir / "right.key").rename(key)
    with with_store.running():
        pass


# --- the store


@contextlib.contextmanager
def opened(place):
    """The store's LMDB environment, as another program may open it."""
    env = lmdb.open(str(place.dir / "store"), max_dbs=32, map_size=64 << 20)
    yield env
    env.close()


def test_a_store_from_a_newer_version(with_store):
    with opened(with_store) as env, env.begin(write=True, db=env.open_db(b"meta")) as txn:
        version, = struct.unpack(">I", txn.get(b"version"))
        txn.put(b"version", struct.pack(">I", version + 1))
    with_store.refused(FAILED, f"written by a newer Aduan (store version {version + 1}, this one knows {version})",
                       "upgrade Aduan, or restore a backup")
    assert with_store.aduan("verify").returncode == STORE


def test_a_map_that_is_too_small(with_store):
    with opened(with_store) as env, env.begin(write=True, db=env.open_db(b"ballast")) as txn:
        txn.put(b"ballast", os.urandom(3 << 20))
    with_store.change("map_bytes: 4 GiB", "map_bytes: 1 MiB")
    said = with_store.refused(FAILED, "holds more than store.map_bytes (1048576) allows", "set it to at least")
    need = int(re.search(r"at least (\d+)", said).group(1))
    assert 3 << 20 < need < 8 << 20
    with_store.change("map_bytes: 1 MiB", f"map_bytes: {need}")
    with with_store.running():
        pass


def test_a_store_that_is_another_programs(place):
    (place.dir / "store").mkdir(mode=0o700)
    with opened(place) as env, env.begin(write=True) as txn:
        txn.put(b"their", b"data")
    place.refused(FAILED, "belongs to another program", "point store.dir elsewhere")


@pytest.mark.parametrize("data", [os.urandom(1 << 16), b"\0" * (1 << 16), b"x"], ids=["noise", "zeros", "one_byte"])
def test_a_store_that_is_none(place, data):
    (place.dir / "store").mkdir(mode=0o700)
    (place.dir / "store/data.mdb").write_bytes(data)
    place.refused(FAILED, f"cannot open the store {place.dir}/store")
    assert (place.dir / "store/data.mdb").read_bytes() == data


def test_a_store_directory_that_is_a_file(place):
    (place.dir / "store").write_text("")
    place.refused(FAILED, f"{place.dir}/store is not a directory; check store.dir")


def test_a_run_directory_that_cannot_be(place):
    (place.dir / "run").rmdir() if (place.dir / "run").exists() else None
    (place.dir / "run").write_text("")
    place.refused(FAILED, f"run.dir {place.dir}/run is not a directory")
    place.change(f"dir: {place.dir}/run", f"dir: {place.dir}/no/such/run")
    place.refused(FAILED, "cannot be made: No such file or directory; make its parent")


def full_disk(place):
    """A command prefix under which the store lies on a file system of 512 KiB; a user namespace where we are not root."""
    mount = f'mount -t tmpfs -o size=512k,mode=700 full "{place.dir}/store" && exec "$@"'
    prefix = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "sh", "-c", mount, "sh"]
    (place.dir / "store").mkdir(mode=0o700, exist_ok=True)
    if subprocess.run([*prefix, "true"], capture_output=True).returncode:
        pytest.skip("this kernel or container lets us mount nothing: a full disk cannot be made")
    return prefix


def test_a_full_disk(place):
    place.refused(FAILED, f"the disk of the store {place.dir}/store is full; free some space", inside=full_disk(place))
    (place.dir / "store").rmdir()
    with place.running():
        pass


def test_a_full_disk_under_a_store(with_store):
    """The same store on a disk with nothing left: read, not written, and not harmed."""
    prefix = full_disk(with_store)
    copy = f'cp -r "{with_store.dir}/kept/." "{with_store.dir}/store" && exec "$@"'
    shutil.copytree(with_store.dir / "store", with_store.dir / "kept")
    inside = [*prefix, "sh", "-c", copy, "sh"]
    with_store.refused(FAILED, "is full; free some space, then start again", inside=inside)
    assert with_store.aduan("verify", inside=inside).returncode == 0


# --- a second start


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    with Line(tmp_path_factory.mktemp("line")) as made:
        made.start()
        made.phone, made.people = Phone(made), itertools.count(1)
        yield made


def answer(line, text=GOOD):
    number = f"62819{next(line.people):08d}"
    line.phone.send(text, number=number)
    receiver, got = line.phone.answer()
    assert receiver == number
    return got


def started(line):
    return {p["name"]: p["pid"] for p in line.status()["processes"]}


def test_two_starts_on_one_configuration(line):
    before = started(line)
    done = subprocess.run([BIN / "aduand", "--config", line.config], capture_output=True, text=True, timeout=60)
    assert done.returncode == ELSEWHERE
    assert f"aduand already runs as process {line.aduand.pid}" in done.stderr and "aduan stop" in done.stderr
    for name, pid in before.items():
        if name.startswith("box"):
            continue
        program = f"aduan-{name.partition('.')[0]}"
        done = subprocess.run([BIN / program, "--config", line.config, "--name", name], capture_output=True, text=True)
        assert done.returncode == ELSEWHERE and f"{name} already runs as process {pid}" in done.stderr
    assert started(line) == before and answer(line)


def test_two_starts_on_one_store(line):
    """Whatever its run.dir: two lines on one store would both be somebody's."""
    other = line.dir / "other.yaml"
    other.write_text(line.config.read_text().replace(f"dir: {line.dir}/run", f"dir: {line.dir}/run2"))
    before = started(line)
    done = subprocess.run([BIN / "aduand", "--config", other], capture_output=True, text=True, timeout=60)
    assert done.returncode == ELSEWHERE
    assert f"aduand already runs as process {line.aduand.pid} (lock {line.dir}/store/aduand.lock)" in done.stderr
    assert "another aduand has this store: point store.dir elsewhere, or end that one" in done.stderr
    assert [f.name for f in (line.dir / "run2").iterdir()] == []
    done = subprocess.run([BIN / "aduan", "--config", other, "restore", "/nowhere"], capture_output=True, text=True)
    assert done.returncode == ELSEWHERE and f"aduand runs (pid {line.aduand.pid})" in done.stderr
    assert started(line) == before and answer(line)


# --- a store that fills up


def test_a_map_that_is_full_withholds_and_loses_nothing(tmp_path):
    """A result that could not be written is no result: after the stop such a reply may go out twice, under its id."""
    with Line(tmp_path, config="replies: {lease_s: 2, ambiguous_s: 1}\nsupervision: {drain_s: 3}\n") as line:
        line.config.write_text(line.config.read_text().replace("map_bytes: 4 GiB", "map_bytes: 1 MiB"))
        line.start()
        phone, sent = Phone(line), 0

        def note():
            status = line.status()
            return next((p["note"] for p in status["processes"] if p["state"] == "degraded"), None)
        while not note():
            for _ in range(50):
                sent += 1
                phone.send(f"{GOOD} {'x' * 900}", number=f"62816{sent:08d}")
        assert "the store's map is full; raise store.map_bytes and restart every process" in note()
        assert line.verify()["ok"] and line.verify()["figures"]["tickets"] < sent
        line.aduan("stop", "--wait")
        line.config.write_text(line.config.read_text().replace("map_bytes: 1 MiB", "map_bytes: 64 MiB"))
        line.start_aduand()
        wait_for(lambda: (line.status() or {"store": {}})["store"].get("tickets") == sent, f"{sent} tickets")
        unanswered = {f"62816{n:08d}" for n in range(1, sent + 1)}
        while unanswered:
            unanswered.discard(phone.answer()[0])
        assert line.verify()["ok"]
