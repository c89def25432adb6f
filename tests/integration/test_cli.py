# SPDX-License-Identifier: BSD-2-Clause
"""`aduan`: what it prints, where, and with which exit code. Without a line first, then on a real one."""

import json
import signal
import socket
import subprocess
import threading

import jsonschema
import pytest

from line import BIN, ROOT, filled, free_ports

OK, FAILED, USAGE, CONFIG, NOT_RUNNING, STORE, NOT_FOUND, NOT_ALLOWED, BUSY = 0, 1, 2, 3, 4, 5, 6, 7, 75
REPORT = "Jalan berlubang di depan pasar Grogolan, Pekalongan. Mohon diperbaiki"


def run(*args, **more):
    return subprocess.run([BIN / "aduan", *map(str, args)], capture_output=True, text=True, timeout=120, **more)


def valid(document, schema):
    jsonschema.validate(document, json.loads((ROOT / "proto/schema" / f"{schema}.json").read_text()))
    return document


class Desk:
    """A configuration and nothing that runs."""

    def __init__(self, directory):
        self.dir = directory
        (directory / "run").mkdir(mode=0o700)
        self.fake_port, box_port, admin_port = free_ports(3)
        self.config = directory / "aduan.yaml"
        self.config.write_text(filled("aduan.yaml.in", DIR=directory, ADMIN_PORT=admin_port, BOX_PORT=box_port,
                                      FAKE_PORT=self.fake_port))

    def change(self, old, new):
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    def aduan(self, *args, **more):
        return run("--config", self.config, *args, **more)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


# --- without a line


def test_help_teaches_by_reader_and_lists_exit_codes():
    text = run("--help").stdout
    for heading in ("Running the line", "Working on tickets", "Trying things out", "Exit codes"):
        assert heading in text
    for words in (["scale"], ["ticket", "reply"], ["send"]):
        done = run("help", *words)
        assert done.returncode == OK and f"aduan {' '.join(words)}" in done.stdout and "example" in done.stdout
    assert run("ticket", "--help").stdout.count("\n  ticket ") == 13
    assert run().returncode == USAGE


@pytest.mark.parametrize("args, hint", [
    (["stauts"], "aduan status"), (["ticket", "shwo", "1"], "aduan ticket show"), (["tickets", "--stat", "x"], "--state"),
    (["ticket"], "second word"), (["scale"], "usage"), (["backup", "a", "b"], "quotes"),
])
def test_a_wrong_command_line_is_told_with_what_would_be_right(args, hint):
    done = run(*args)
    assert (done.returncode, done.stdout) == (USAGE, "") and hint in done.stderr


def test_the_manual_page_is_good_mdoc_and_knows_every_command():
    page = run("help", "--mdoc").stdout
    lint = subprocess.run(["mandoc", "-T", "lint"], input=page, capture_output=True, text=True)
    assert not [line for line in lint.stdout.splitlines() if "referenced manual not found" not in line]
    assert page.count(".It Cm ticket ") == 13 and all(f".It {code}\n" in page for code in (0, 1, 2, 3, 4, 5, 6, 7, 75))


def test_bash_completes():
    script = """source <("$0" completion bash)
    try() { COMP_WORDS=("$@"); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _aduan; echo "${COMPREPLY[*]}"; }
    try aduan ti; try aduan ticket re; try aduan tickets --state he; try aduan --config x quarantine ''
    try aduan scale classifier=2 re"""
    done = subprocess.run(["bash", "-c", script, BIN / "aduan"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["tickets ticket", "reply resume refuse reopen", "held", "list show retry",
                                        "responder="]
    assert run("completion", "zsh").stdout.startswith("#compdef aduan\n")
    assert run("completion", "fish").returncode == USAGE


def test_a_good_configuration_is_said_to_be_good(desk):
    assert desk.aduan("config", "check").returncode == OK
    assert json.loads(desk.aduan("config", "check", "--json").stdout)["ok"] is True


def test_a_wrong_key_has_its_place_and_the_nearest_one(desk):
    desk.change("shortcodes:", "shortcods:")
    done = desk.aduan("config", "check")
    line = 1 + next(n for n, text in enumerate(desk.config.read_text().splitlines()) if "shortcods" in text)
    assert (done.returncode, done.stdout) == (CONFIG, "")
    assert f"{desk.config}:{line}:3:" in done.stderr and "shortcodes" in done.stderr
    problem = json.loads(desk.aduan("config", "check", "--json").stdout)["problems"][0]
    assert (problem["file"], problem["line"], problem["column"]) == (str(desk.config), line, 3)
    assert desk.aduan("tickets").returncode == CONFIG


def test_every_file_is_looked_at_in_one_check(desk):
    (desk.dir / "replies").mkdir()
    (desk.dir / "replies/id.yaml").write_text("received: \"{nomor}\"\n")
    (desk.dir / "categories.yaml").write_text("categories: [\n")
    desk.change(f"{ROOT}/etc/replies", str(desk.dir / "replies"))
    desk.change(f"{ROOT}/etc/categories.yaml", str(desk.dir / "categories.yaml"))
    problems = json.loads(desk.aduan("config", "check", "--json").stdout)["problems"]
    assert {str(desk.dir / "replies/id.yaml"), str(desk.dir / "categories.yaml")} == {p["file"] for p in problems}


def test_no_configuration_is_said_so(tmp_path):
    done = run("--config", tmp_path / "none.yaml", "status")
    assert done.returncode == CONFIG and "none.yaml" in done.stderr and "--config" in done.stderr
    assert run("status", env={"ADUAN_CONFIG": str(tmp_path / "other.yaml")}).stderr.count("other.yaml")


def test_the_reference_is_the_parsers_table():
    keys = {row["key"] for row in json.loads(run("config", "reference", "--json").stdout)["keys"]}
    text = run("config", "reference").stdout
    assert {"desk.name", "store.dir", "replies.rate"} <= keys and all(key in text for key in keys)


def test_a_key_is_never_overwritten(desk):
    assert desk.aduan("keygen").returncode == OK
    first = (desk.dir / "store.key").read_text()
    assert desk.aduan("keygen").returncode == NOT_ALLOWED
    assert (desk.dir / "store.key").read_text() == first
    assert desk.aduan("keygen", desk.dir / "other.key").returncode == OK


def test_classify_says_why_and_what_the_reply_costs(desk):
    result = valid(json.loads(desk.aduan("classify", REPORT, "--json").stdout), "classification")
    assert (result["type"], result["category"], result["agency"]) == ("pengaduan", "jalan", "dpupr")
    assert result["sure"] and result["model"] and result["guesses"]["category"][0]["label"] == "jalan"
    assert result["urgency"] == "normal" and result["reply"]["segments"] >= 1 and result["reply"]["text"]
    for rule in result["rules"]:
        assert result["text"].encode()[rule["at"]:rule["at"] + rule["length"]].decode() == rule["matched"]
    text = desk.aduan("classify", REPORT).stdout
    assert "jalan" in text and "berlubang" in text and result["reply"]["text"] in text
    assert desk.aduan("classify", "-", "--json", input=REPORT + "\n").stdout == desk.aduan(
        "classify", REPORT, "--json").stdout


def test_classify_shows_the_places(desk):
    text = "Lampu \u2600 mati di RT 03/RW 05 kel. Medono, Pekalongan"
    result = valid(json.loads(desk.aduan("classify", text, "--json").stdout), "classification")
    assert [(p["kind"], p["code"]) for p in result["places"]] == [
        ("rt_rw", None), ("kelurahan", "33.75.01.1002"), ("kota", "33.75"), ("kabupaten", "33.26")]
    for place in result["places"]:
        assert text.encode()[place["at"]:place["at"] + place["length"]].decode() == place["text"]
    batch = json.loads(desk.aduan("classify", "--json", "--batch", "-", input=text + "\n").stdout)
    assert batch["places"] == result["places"]
    shown = desk.aduan("classify", text).stdout
    assert "Kelurahan Medono (33.75.01.1002)" in shown and "Kabupaten Pekalongan (33.26)" in shown
    told = desk.aduan("classify", "--explain", text).stdout
    assert "Tempat Kota Pekalongan (33.75), nilai" in told and "atau Kabupaten Pekalongan (33.26)" in told
    desk.change("language: id", "language: en")
    assert "Place RT 03/RW 05, score" in desk.aduan("classify", "--explain", text).stdout


def test_a_bad_table_of_places_is_refused_with_its_place(desk):
    good = (ROOT / "etc/places/pekalongan.tsv").read_text()
    table = desk.dir / "districts.tsv"
    table.write_text(good.replace("33.75.02\tkecamatan", "33.75.02\tkota"))
    line = 1 + next(n for n, text in enumerate(table.read_text().splitlines()) if text.startswith("33.75.02\t"))
    desk.change(f"{ROOT}/etc/places/pekalongan.tsv", str(table))
    problem = json.loads(desk.aduan("config", "check", "--json").stdout)["problems"][0]
    assert (problem["file"], problem["line"], problem["column"]) == (str(table), line, 10)
    assert "kecamatan" in problem["message"] and desk.aduan("config", "check").returncode == CONFIG
    done = desk.aduan("classify", "--json", REPORT)
    assert json.loads(done.stdout)["places"] == [] and "no places are looked for" in done.stderr
    table.write_text(good)
    assert desk.aduan("config", "check").returncode == OK
    desk.change('regency: "33.75"', 'regency: "33.99"')
    assert "desk.regency" in desk.aduan("config", "check").stderr


def test_classify_reads_a_text_a_line(desk):
    texts = [REPORT, "", "tolong rumah tetangga kebakaran, ada anak terjebak di dalam", "byte \\ \u00e9 \u2603"]
    (desk.dir / "texts.txt").write_text("\n".join(texts))
    lines = desk.aduan("classify", "--json", "--batch", desk.dir / "texts.txt").stdout.splitlines()
    results = [valid(json.loads(line), "classification") for line in lines]
    assert [r["line"] for r in results] == [1, 2, 3, 4]
    assert [r["urgency"] for r in results[:3]] == ["normal", "normal", "emergency"]
    assert results[1]["reason"] == "empty"
    one = json.loads(desk.aduan("classify", "--json", REPORT).stdout)
    assert all(one[key] == value for key, value in results[0].items() if key != "line")
    short = desk.aduan("classify", "--batch", "-", input="\n".join(texts)).stdout.splitlines()
    assert len(short) == 4 and short[0].split("\t")[:3] == ["1", "pengaduan", "jalan"]
    assert desk.aduan("classify", "--batch", desk.dir / "nothing.txt").returncode == NOT_FOUND
    assert desk.aduan("classify").returncode == USAGE
    assert desk.aduan("classify", REPORT, "--batch", "-").returncode == USAGE
    assert desk.aduan("classify", "--explain", "--batch", "-").returncode == USAGE


def test_classify_explains_in_sentences(desk):
    text = desk.aduan("classify", "--explain", "tolong rumah tetangga kebakaran, ada anak terjebak di dalam").stdout
    assert "DARURAT" in text and "Kata yang mendukung" in text and "\u201ckebakaran\u201d" in text
    assert "Tidak dibuatkan tiket: empty" in desk.aduan("classify", "--explain", "").stdout
    notice = "Kode OTP Anda 4471, berlaku 5 menit. Jangan berikan kepada siapa pun"
    assert "jadi tidak berkategori" in desk.aduan("classify", "--explain", notice).stdout
    assert json.loads(desk.aduan("classify", "--json", notice).stdout)["decided_by"]["category"] == "type"
    desk.change("language: id", "language: en")
    text = desk.aduan("classify", "--explain", REPORT + " dasar goblok bajingan").stdout
    assert "Category jalan" in text and "No emergency" in text and "Marked kasar" in text
    assert "not sure" not in text.lower()
    assert "Not sure enough" in desk.aduan("classify", "--explain", "pak tolong dibantu ya warga sini sudah lelah").stdout
    assert "aturan pasti" not in text and "fixed rule" in desk.aduan("classify", "--explain", "DARURAT pak").stdout


def test_without_a_model_the_rules_decide_and_say_so(desk):
    (desk.dir / "broken.bin").write_bytes(b"ADUANMOD" + bytes(5000))
    for path in ("broken.bin", "nowhere.bin"):
        desk.config.write_text(desk.config.read_text().split("  model:")[0].replace(
            "  language: id\n", f"  language: id\n  model: {path}\n"))
        done = desk.aduan("classify", "--json", REPORT)
        result = valid(json.loads(done.stdout), "classification")
        assert result["category"] == "jalan" and result["model"] is None and result["guesses"] == {}
        assert "the rules decide alone" in done.stderr and path in done.stderr
        assert "aturan memutuskan sendiri" in desk.aduan("classify", "--explain", REPORT).stdout
        check = desk.aduan("config", "check")
        assert check.returncode == CONFIG and path in check.stderr
        desk.config.write_text(desk.config.read_text().replace(f"  model: {path}\n", ""))


def test_train_gives_the_same_bytes_each_time(desk):
    texts = desk.dir / "texts"
    texts.mkdir()
    lines = (ROOT / "etc/training/jalan.tsv").read_text().splitlines() + (
        ROOT / "etc/training/sampah.tsv").read_text().splitlines()[2:] + (
        ROOT / "etc/training/spam.tsv").read_text().splitlines()[2:40]
    (texts / "all.tsv").write_text("\n".join(lines) + "\n")
    args = ["--texts", texts, "--lexicon", ROOT / "etc/lexicon.tsv"]
    for name in ("one.bin", "two.bin"):
        done = desk.aduan("train", *args, desk.dir / name, "--json")
        assert done.returncode == OK, done.stderr
        result = json.loads(done.stdout)
        assert result["texts"] == len(lines) - 2 and result["bytes"] == (desk.dir / name).stat().st_size
    assert (desk.dir / "one.bin").read_bytes() == (desk.dir / "two.bin").read_bytes()
    desk.change("  language: id\n", "  language: id\n  model: one.bin\n")
    assert json.loads(desk.aduan("classify", "--json", REPORT).stdout)["model"] == result["model"]
    assert desk.aduan("train", "--texts", desk.dir / "nothing", desk.dir / "x.bin").returncode != OK
    (texts / "all.tsv").write_text("\n".join(lines[:3]) + "\n")
    assert "at least" in desk.aduan("train", *args, desk.dir / "x.bin").stderr


@pytest.mark.parametrize("text, more, reason", [
    ("", [], "empty"), (REPORT, ["--to", "9999"], "unknown_shortcode"), (REPORT, ["--sender", "X" * 21], "bad_sender"),
])
def test_classify_says_why_there_is_no_ticket(desk, text, more, reason):
    result = json.loads(desk.aduan("classify", text, "--json", *more).stdout)
    assert (result["ticket"], result["reason"]) == (False, reason)


def test_what_strangers_wrote_cannot_steer_the_terminal(desk):
    done = desk.aduan("classify", "jalan\x1b[2J rusak \u202e berlubang", "--no-color")
    assert done.returncode == OK and "\x1b" not in done.stdout and "\u202e" not in done.stdout


def test_replies_lint(desk):
    result = json.loads(desk.aduan("replies", "lint", "--json").stdout)
    assert result["ok"] is True and any("received" in line for line in result["lines"])


def test_without_aduand_and_store_each_says_what_is_missing(desk):
    desk.aduan("keygen")
    for args, code in ((["status"], NOT_RUNNING), (["scale", "classifier=2"], NOT_RUNNING), (["reload"], NOT_RUNNING),
                       (["verify"], STORE), (["tickets"], STORE), (["tail"], STORE), (["status", "--wait", 0], 4)):
        done = desk.aduan(*args)
        assert done.returncode == code and done.stderr.startswith(f"aduan {args[0]}: "), args
    status = valid(json.loads(desk.aduan("status", "--json").stdout), "status")
    assert status["aduand"]["state"] == "not_running" and status["store"]["available"] is False


def test_without_a_key_the_sentence_says_how_to_make_one(desk):
    done = desk.aduan("tickets")
    assert done.returncode == STORE and "aduan keygen" in done.stderr


def test_send_says_why_no_answer_can_come(desk):
    done = desk.aduan("send", "halo")
    assert (done.returncode, done.stdout) == (FAILED, "") and "smsc = fake" in done.stderr
    desk.change(f"port: {desk.fake_port}", "port: 0")
    assert desk.aduan("send", "halo").returncode == CONFIG
    assert desk.aduan("send", "halo", "--timeout", "soon").returncode == USAGE
    assert desk.aduan("top").returncode == USAGE


def test_send_takes_answers_that_come_before_it_has_said_everything(desk):
    """More than sockets hold: whoever answers before reading it all is heard while the rest is still on its way."""
    count, first, text = 4000, 6281300000000, "x" * 4000
    answers = b"".join(b"1708 %d text ok\n" % (first + n) for n in range(count))
    with socket.create_server(("127.0.0.1", desk.fake_port)) as server:
        def answer():
            peer, _ = server.accept()
            with peer:
                seen = len(peer.recv(1))
                peer.sendall(answers)
                while seen < count * len(text):
                    seen += len(peer.recv(1 << 20))
                peer.recv(1)  # until it hangs up
        bearerbox = threading.Thread(target=answer)
        bearerbox.start()
        done = desk.aduan("send", "--count", count, "--from", first, "--json", text)
        bearerbox.join()
    assert done.returncode == OK, done.stderr
    assert json.loads(done.stdout)["answered"] == count


# --- on a real line


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    from line import Line
    with Line(tmp_path_factory.mktemp("line")) as made:
        yield made.start()


def sent(line, number, text=REPORT):
    """The ticket of one SMS whose answer has come."""
    answer = line.aduan("send", "--from", number, text)
    found = line.tickets("--sender", number)
    assert str(found[0]["id"]) in answer.stdout and answer.stdout.count("\n") == 1 and "answered" in answer.stderr
    return found[0]


def change(line, *args, code=OK):
    done = line.aduan("--as", "siti", "ticket", *args, check=False)
    assert done.returncode == code, done.stderr
    return done


def test_status_is_ready_and_follows_its_schema(line):
    status = valid(json.loads(line.aduan("status", "--wait", 20, "--json").stdout), "status")
    assert status["aduand"]["state"] == "ready" and all(link["up"] for link in status["links"])
    text = line.aduan("status").stdout
    assert "classifier.1" in text and "\x1b" not in text


def test_an_sms_is_answered_and_its_ticket_shown(line):
    ticket = sent(line, "6281300000001")
    assert ticket["text"] == REPORT and ticket["state"] == "received"
    whole = valid(line.ticket(ticket["id"]), "ticket")
    assert whole["replies"][0]["text"] and whole["message"]["smsc"] == "fake" and "sender" not in whole
    card = line.aduan("ticket", "show", f"#{ticket['id']}").stdout
    assert REPORT in card and "6281300000001" not in card


def test_an_sms_in_ucs2_keeps_every_character(line):
    text = "ꦥꦏꦸꦭꦤ꧀ 🙏 lampu\njalan mati"
    assert sent(line, "6281300000002", text)["text"] == text


def test_many_are_sent_from_many_numbers(line):
    result = json.loads(line.aduan("send", "--count", 5, "--from", "6281300000098", "--json", REPORT).stdout)
    assert result["answered"] == 5 and len({answer["to"] for answer in result["answers"]}) == 5
    assert line.tickets("--sender", "6281300000102")


def test_no_answer_is_a_failure_with_a_cause(line):
    done = line.aduan("send", "--from", "BANKKITA", "--timeout", 1, REPORT, check=False)
    assert (done.returncode, done.stdout) == (FAILED, "") and "aduan status" in done.stderr
    assert line.aduan("send", "--no-wait", "--from", "BANKKITA", REPORT).stdout == ""


def test_a_phone_on_a_pipe_prints_only_answers(line):
    done = line.aduan("phone", "--from", "6281300000003",
                      text="Lampu jalan mati\n/from 6281300000004\nSampah menumpuk")
    assert len(done.stdout.splitlines()) == 2
    assert line.tickets("--sender", "6281300000003") and line.tickets("--sender", "6281300000004")


def test_pages_and_filters(line):
    sent(line, "6281300000005")
    page = valid(line.json("tickets", "--limit", 1), "tickets")
    assert page["more"] and page["after"] == page["tickets"][0]["id"]
    following = line.json("tickets", "--limit", 1, "--after", page["after"])
    assert following["tickets"][0]["id"] < page["after"]
    done = line.aduan("tickets", "--limit", 1)
    assert f"--after {page['after']}" in done.stderr and len(done.stdout.splitlines()) == 2
    assert line.tickets("--category", "jalan", "--since", "1h", "--agency", "dpupr")
    assert not line.tickets("--since", "2099-01-01") and not line.tickets("--until", "2001-01-01T00:00:00Z")
    assert not line.tickets("--category", "air") and not line.tickets("--shortcode", "1709")
    assert line.aduan("tickets", "--state", "receved", check=False).stderr.count('"received"')
    assert line.aduan("tickets", "--since", "soon", check=False).returncode == USAGE


def test_a_ticket_goes_its_way(line):
    number = "6281300000006"
    ident = sent(line, number)["id"]
    wrong = ident + 1 if ident % 10 < 9 else ident - 1
    change(line, "verify", ident)
    change(line, "assign", ident, "dpupt", code=NOT_FOUND)
    change(line, "assign", ident, "dlh", "salah alamat")
    change(line, "refuse", ident, "bukan kami")
    change(line, "assign", ident, "dpupr")
    change(line, "start", ident)
    change(line, "verify", ident, code=NOT_ALLOWED)
    change(line, "show", wrong, code=USAGE)
    change(line, "note", ident, " ", code=USAGE)
    change(line, "note", ident, "\x1b[2Jpetugas ke lokasi")
    assert "1 segment, GSM-7" in change(line, "reply", ident, "Sudah ditambal").stderr
    assert "UCS-2 because of U+2026" in change(line, "reply", ident, "Terima kasih…").stderr
    change(line, "close", ident)
    change(line, "reopen", ident)
    change(line, "hold", ident)
    change(line, "resume", ident)
    assert json.loads(change(line, "archive", ident, "--json").stdout)["state"] == "archived"
    whole = valid(line.ticket(ident), "ticket")
    assert [note["verb"] for note in whole["notes"]][:3] == ["verify", "assign", "refuse"]
    assert {note["actor"] for note in whole["notes"]} == {"siti"} and whole["agency"] == "dpupr"
    assert len(whole["replies"]) == 3
    assert "\x1b" not in line.aduan("ticket", "show", ident).stdout


def test_a_number_is_shown_on_request_and_noted(line):
    number = "6281300000007"
    ident = sent(line, number)["id"]
    done = change(line, "show", ident, "--reveal", "--json")
    whole = valid(json.loads(done.stdout), "ticket")
    assert whole["sender"] == number and "siti" in done.stderr
    assert whole["notes"][-1]["actor"] == "siti" and "reveal" in whole["notes"][-1]["text"]


def test_tail_tells_history_and_follows(line):
    events = [valid(json.loads(text), "event")
              for text in line.aduan("tail", "--from", 1, "--count", 4, "--json").stdout.splitlines()]
    assert [event["sequence"] for event in events] == [1, 2, 3, 4]
    assert len(line.aduan("tail", "--since", "1h", "--count", 2).stdout.splitlines()) == 2
    last = line.status()["store"]["events"]
    with subprocess.Popen([BIN / "aduan", "--config", line.config, "tail", "--json", "--from", str(last + 1)],
                          stdout=subprocess.PIPE, text=True) as tail:
        sent(line, "6281300000008")
        kinds = [json.loads(tail.stdout.readline())["kind"] for _ in range(3)]
        tail.send_signal(signal.SIGTERM)
        assert "ticket_opened" in kinds and tail.wait(10) == OK


def test_figures_follow_their_schemas(line):
    proof = valid(line.verify(), "verify")
    assert proof["ok"] and proof["figures"]["tickets"] > 0
    assert line.aduan("verify").returncode == OK
    assert valid(line.json("stats"), "stats")["tickets"] == proof["figures"]["tickets"]
    assert valid(line.json("quarantine", "list"), "quarantine")["quarantine"] == []
    assert line.aduan("quarantine").stdout == ""


def test_one_sms_is_shown_raw_and_without_its_sender(line):
    number = "6281300000009"
    ticket = sent(line, number)
    key = next(e["message"] for e in line.events() if e["kind"] == "ticket_opened" and e["ticket"] == ticket["id"])
    raw = valid(line.json("message", "show", key), "message")
    assert bytes.fromhex(raw["body_hex"]).decode() == raw["text"] == REPORT
    assert (raw["fate"], raw["ticket"], raw["receiver"], raw["reason"]) == ("ticket", ticket["id"], "1708", None)
    card = line.aduan("message", "show", key).stdout
    assert raw["body_hex"] in card and number not in card and number not in json.dumps(raw)
    assert line.aduan("message", "show", key[:-1], check=False).returncode == USAGE
    assert line.aduan("message", "show", key.upper(), check=False).returncode == USAGE
    assert line.aduan("message", "show", "f" * 40, check=False).returncode == NOT_FOUND


def test_workers_are_scaled_drained_and_resumed(line):
    assert "classifier 1 → 3" in line.aduan("scale", "classifier=3", "responder=2", "--wait").stdout
    workers = line.status()["workers"]
    assert (workers["classifier"]["running"], workers["responder"]["running"]) == (3, 2)
    assert line.json("scale", "classifier=1", "responder=1", "--wait")["workers"]["classifier"] == 1
    for wrong in ("classifer=2", "classifier=999", "classifier", "classifier=x"):
        assert line.aduan("scale", wrong, check=False).returncode == USAGE
    line.aduan("drain", "classifier.1", "--wait")
    assert line.pid("classifier.1") is None
    assert line.aduan("status", "--wait", 0, check=False).returncode == FAILED
    line.aduan("resume", "classifier.1")
    line.aduan("status", "--wait", 20)
    assert line.aduan("resume", "classifier.1", check=False).returncode == NOT_ALLOWED


def test_a_wrong_file_is_refused_at_reload(line):
    good = line.config.read_text()
    assert line.json("reload")["told"] >= 3
    for old, new, hint in (("desk:", "dusk:", f"{line.config}:"), ("4 GiB", "5 GiB", "store.map_bytes")):
        line.config.write_text(good.replace(old, new, 1))
        done = line.aduan("reload", check=False)
        line.config.write_text(good)
        assert done.returncode == CONFIG and hint in done.stderr, done


def test_backup_and_restore(line):
    """The last of this file: it stops the line."""
    copy = line.dir / "copy"
    line.aduan("backup", copy)
    assert line.aduan("backup", copy, check=False).returncode == NOT_ALLOWED
    assert line.aduan("restore", copy, check=False).returncode == BUSY
    before = line.verify()["figures"]
    line.aduan("stop", "--wait")
    assert line.aduan("restore", copy, check=False).returncode == NOT_ALLOWED
    (line.dir / "store").rename(line.dir / "store.before")
    assert line.aduan("restore", copy).returncode == OK
    after = line.verify()
    assert after["ok"] and after["figures"]["tickets"] == before["tickets"]
