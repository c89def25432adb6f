# SPDX-License-Identifier: BSD-2-Clause
"""Writes the seed corpus of a fuzz target: seeds.py TARGET DIRECTORY. Seeds are valid inputs to start from."""
import json
import os
import sys

import seeds_model

ID = bytes(range(16))
ETC = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../etc")


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    """One protobuf field: an int as a varint, bytes or str with their length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def body(**fields):
    return b"".join(field(int(k[1:]), v) for k, v in fields.items())


def frame_seeds():
    sms = body(f1=ID, f2=1795289760, f3="+6281234567890", f4="1708", f5="Jalan berlubang",
               f6=b"\x05\x00\x03\x07\x02\x01",
               f7=1, f9="telco", f22="main", f23=1)
    mt = body(f1=ID, f2="1708", f3="+6281234567890", f4="Terima kasih", f9="main", f10=31)
    report = body(f1=ID, f2=1795289760, f3=ID, f4=8, f6="id:1 stat:DELIVRD")
    status = body(f1="box", f2="box1", f3=7, f4=2, f5=1, f6=9, f11="all well",
                  f12=body(f1="main", f2="127.0.0.1", f3=13001, f4=1), f13=body(f1="mo", f2=3))
    bodies = [
        body(f1="classifier", f2="classifier.1", f3=42, f4=ID, f5=512),
        body(f1="box1", f2=ID, f3=1),
        body(f1=1),
        field(1, sms) * 3,
        field(1, ID) * 5,
        field(1, mt) * 2,
        field(1, body(f1=ID, f2=1)) * 2,
        field(1, report) * 2,
        b"",
        body(f1=6, f2="malformed"),
        status,
    ]
    return [bytes([0xAD, 2, kind, 0]) + data for kind, data in enumerate(bodies, 1)]


def text_seeds():
    words = "Jalan berlubang €5 {café} ꦗꦮ 😀 #1916449"
    bodies = [words.encode(), words.encode("utf-16-be"), words.encode("utf-16"), b"Jalan \x80\xe9\xff",
              b"\xd8\x00\x00A",
              bytes(range(128)), b"", b"\x05\x00\x03\x07\x05\x02", b"\x06\x08\x04\x12\x34\x03\x01", b"#1000013",
              b"a\0b"]
    return [bytes([choice]) + data for choice in range(28) for data in bodies]


DESK = "desk: {name: x, shortcodes: ['1708']}\n"
BOXES = "boxes: [{name: box1, bearerboxes: [{name: main}]}]\n"


def config_seeds():
    """A small file, that with one thing more or wrong at a time, and the shipped one."""
    good = DESK + BOXES
    more = ["store: {map_bytes: 512 MiB}", "store: {map_bytes: 5}", "store: {map_bytes: 7 XiB}",
            "store: {map_bytes: 9999 TiB}", "store: {map_bytes: x}",
            "store: {map_bytes: 99999999999999999999}", "store: {dir: ''}", "store: {dir: []}",
            "run: {log_level: debug}", "run: {log_level: loud}",
            "run: {log_level: {}}", "run: {dir: " + "/x" * 60 + "}", "feed: {enabled: no}", "feed: {enabled: maybe}",
            "feed: {enabled: []}",
            "feed: {publish: 'tcp://*:5708', replay: 'tcp://*:5709'}",
            "feed: {publish: 'tcp://*:5708', replay: 'tcp://*:5708'}", "feed: {publish: x, replay: y}",
            "feed: {publish: 'tcp://*:1'}", "feed: {publish: 'tcp://*:1', replay: y}",
            "workers: {classifiers: 9, max: 3}", "workers: {responders: 9, max: 3}",
            "workers: {classifiers: 99}", "workers: {classifiers: -1}", "workers: {classifers: 1}", "wrkers: {}",
            "workers: 5", "workers: {max: [1]}",
            "supervision: {restart_first_ms: 5000, restart_max_ms: 100}",
            "retention: {days: 30, categories: 'jalan=365, darurat=0'}",
            "retention: {categories: 'jalan'}", "retention: {categories: 'jalan=x'}", "retention: {categories: '=1'}",
            "retention: {categories: 'a=99999'}",
            "smoke: {sender: '" + "9" * 30 + "'}", "smoke: {port: 70000}", "events: {keep_days: 90}", "a: 1\na: 2",
            "a: &x [*x]", "&x a: [*x, &y [*y]]", "a: [" * 40,
            "a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {q: 1}}}}}}}}}}}}}}}}", "---\na: 1",
            "a: !!int x", 'a: "\\0"', "? [a]\n: b", "a: \"\\xzz\"", "[1]: 2",
            "bomb: [&a [x,x,x,x,x,x,x,x,x], &b [*a,*a,*a,*a,*a,*a,*a,*a,*a], &c [*b,*b,*b,*b,*b,*b,*b,*b,*b], &d "
            "[*c,*c,*c,*c,*c,*c,*c,*c,*c], "
            "&e [*d,*d,*d,*d,*d,*d,*d,*d,*d], &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]]"]
    desks = ["desk: {name: '', shortcodes: ['1']}\n", "desk: {name: x, shortcodes: []}\n",
             "desk: {name: x, shortcodes: ['1', '1']}\n", "desk: {shortcodes: ['1']}\n",
             "desk: {name: x, shortcodes: 1}\n", "desk: {name: x, shortcodes: [[1]]}\n",
             "desk: {name: x, shortcodes: [abc]}\n", "desk: {name: x, shortcodes: ['1'], language: fr}\n",
             "desk: {name: x, shortcodes: ['1'], language: en, peak_age_s: 0}\n", "desk: []\n",
             "desk: {name: " + "x" * 99 + ", shortcodes: ['1']}\n",
             "desk: {name: x, shortcodes: [" + ", ".join(f"'{n}'" for n in range(70)) + "]}\n"]
    links = ["tls: yes", "tls: yes, tls_ca: a.pem, tls_cert: b.pem, tls_name: n", "tls_ca: a.pem", "tls_cert: b.pem",
             "tls: yes, tls_name: n", "port: 0", "port: x",
             "status_url: 'http://127.0.0.1:13000/store-status.txt?password=x'", "status_url: nosuch", "nme: x",
             "host: '" + "h" * 300 + "'", "host: 'a,b'", "tls_ca: 'a,b', tls: yes",
             "smsbox_id: 'a,b'", "smsbox_id: ''"]
    boxes = ["boxes: []\n", "boxes: x\n", "boxes: [x]\n", "boxes: [{name: box1}]\n",
             "boxes: [{name: box1, bearerboxes: []}]\n", "boxes: [{name: aduand, bearerboxes: [{name: m}]}]\n",
             "boxes: [{name: a/b, bearerboxes: [{name: m}]}]\n", "boxes: [{name: feed.1, bearerboxes: [{name: m}]}]\n",
             "boxes: [{name: b, bearerboxes: [{name: m}, {name: m}]}]\n",
             "boxes: [{name: b, bearerboxes: [{name: m}]}, {name: b, bearerboxes: [{name: n}]}]\n",
             "boxes: [{name: a, bearerboxes: [{name: m}]}, {name: b, bearerboxes: [{name: m}]}]\n",
             "boxes: [{bearerboxes: [{name: m}]}]\n", "boxes: [{name: b, bearerboxes: [{port: 1}]}]\n"]
    texts = [good] + [good + line + "\n" for line in more]
    texts += [desk + BOXES for desk in desks] + [DESK + box for box in boxes]
    texts += [DESK + f"boxes: [{{name: b, bearerboxes: [{{name: m, {link}}}]}}]\n" for link in links]
    shipped = etc_file("aduan.yaml")
    bare = b"".join(line for line in shipped.splitlines(True) if not line.lstrip().startswith(b"#"))
    odd = [b"{}", b"", b"- 1\n- [", b"\xff\xfe", b"a\0b", b"- 1\n", b"x", b"a: \xff", "\ufeffa: 1".encode("utf-16-le"),
           b"\t- x"]
    return [text.encode() for text in texts] + odd + [shipped, bare]


def templates_seeds():
    whole = [etc_file(f"replies/{name}.yaml") for name in ("id", "en")]
    lines = ["received: '{ticket}'", "received: '{nosuch}'", "staff: |\n  {text}", "received: '{{ {ticket} }} [[x]]'",
             "received: '{ticket'", "received: '{ticket}}'",
             "received: '] {ticket}'", "received: '[ {ticket} [x]]'", "received: '[x] {ticket}'",
             "received: '[ {ticket}'", "received: ''", "received: []", "recieved: 'x'",
             "received: '{ticket} " + "panjang " * 100 + "'", "received: '{ticket} \U0001f600 " + "x" * 300 + "'",
             "- x", "x"]
    changed = []
    for line in lines:
        name = line.split(":")[0]
        kept = [one for one in whole[0].decode().split("\n") if not one.startswith(f"{name}:")]
        changed.append("\n".join(kept + [line, ""]).encode())
    doubled = [whole[0].replace(b"{ticket}", b"{{x}} {ticket} }}"), whole[0].replace(b"{ticket}", b"{tiket}"),
               whole[0] + b"more: x\n"]
    return whole + [line.encode() for line in lines] + changed + doubled


def redact_seeds():
    data = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data")
    seeds = []
    for name in sorted(os.listdir(data)):
        if name.startswith("redact_"):
            with open(os.path.join(data, name), "rb") as file:
                seeds += [line.split(b"\t")[0] for line in file.read().splitlines()]
    return seeds


def sealed_seeds():
    clear = body(f1=1, f2=ID, f3=1795289760, f5=ID)
    secret = [body(f7="Jalan berlubang", f8=b"\x05\x00\x03\x07\x02\x01", f17="Jalan berlubang", f28="TELKOMSEL"),
              body(f13="jalan: berlubang", f14="Jalan berlubang", f16=body(f1=7, f2="siti", f3="note", f4="Halo")),
              body(f17="Terima kasih", f28="Halo"), body(f2="+6281234567890"), body(f15="delivered")]
    inside = [bytes([0x80 | at, len(clear)]) + clear + each for at, each in enumerate(secret)]
    # "Terima kasih. Laporan Anda diterima …" as a Reply's text of 145 bytes, compressed (test_record_compress.c)
    frame = bytes.fromhex("0100010d010013010373e303cb9c95d8e30421843105fcb95601569b51bd5af9172385f9a10a51")
    frames = [bytes([0xc0 | at, len(clear)]) + clear + each + (145).to_bytes(2, "little") for at in range(len(secret))
              for each in (frame, frame[:20])]
    raw = [bytes([at]) + clear + field(100, bytes([0, 1]) + bytes(44)) for at in range(len(secret))]
    return inside + frames + raw + [bytes([at]) + clear + field(100, b"") for at in range(len(secret))]


def piece(data):
    """As fuzz_piece() of fuzz.h reads it."""
    data = data.encode() if isinstance(data, str) else data
    return len(data).to_bytes(2, "little") + data


def etc_file(name):
    with open(os.path.join(ETC, name), "rb") as file:
        return file.read()


def parts_seeds():
    frames = frame_seeds()
    good = [[frame[:4], frame[4:]] for frame in frames]
    odd = [[], [b""], [frames[0][:4]], [frames[0][:4], b"", b""], [b"\xad\x01\x01\0", b""], [b"\0" * 4, b""],
           [frames[0][:4], b"\xff"], [b"x", b""]]
    plain = [b"\0" + b"".join(map(piece, parts)) for parts in good + odd]
    routed = [b"\1" + b"".join(map(piece, [b"\0who!"] + parts)) for parts in good + odd]
    return plain + routed + [b"\1" + piece(b"r" * 256) + b"".join(map(piece, good[0]))]


def box_seeds():
    def step(actor, his, data=b""):
        return bytes([actor, his]) + data

    def hear(who, kind, data):
        return step(0, who, piece(bytes([0xAD, 2, kind, 0]) + data))

    def uuid(n, fill=0):
        return bytes([n]) + bytes([fill]) * 15

    def hello(who, name, life=ID, role="classifier", credit=4):
        return hear(who, 1, body(f1=role, f2=name, f3=42, f4=life, f5=credit))

    ack = lambda who, n: hear(who, 5, field(1, uuid(n)))
    mt = lambda n, link="main": body(f1=bytes([n]) * 16, f2="1708", f3="+62812", f4="Halo", f9=link, f10=31, f13=1)
    submit = hear(0, 6, field(1, mt(1)) + field(1, mt(2)) + field(1, mt(3, "other")))
    arrivals = b"".join(step(2, n) for n in (0, 1, 2, 18, 35))
    meet = hello(0, "c.1") + hello(1, "c.2", bytes(16))
    return [meet + arrivals + ack(0, 0) + ack(1, 1) + ack(0, 9) + hear(0, 9, b"") + step(6, 20),
            meet + submit + step(5, 0x01) + step(5, 0x12) + step(5, 0xA3) + submit,
            meet + submit + step(3, 0) + step(3, 1) + step(4, 0) + submit,
            arrivals + hello(0, "c.1") + step(6, 255) + hello(0, "c.1", bytes(16)) + step(6, 255) * 3,
            hello(0, "r", role="responder") + hear(2, 3, body(f1=1)) + hear(2, 11, b""),
            hello(0, "c.1") + hear(0, 2, b"\xff") + hear(0, 77, b"") + hear(1, 5, field(1, uuid(1))),
            hello(0, "c.1", credit=1) + step(7, 1) + arrivals + step(6, 10) + step(7, 0) + step(6, 10),
            hello(0, "c.1") + hello(1, "c.1", bytes(16)) + hello(0, "c.9") + hear(0, 3, b"") + hear(0, 9, b"")
            + step(6, 60)]


def command_seeds():
    lines = ["", "--help", "--version", "-h", "help", "help ticket", "help ticket show", "help nothing", "nonsense",
             "ticket", "ticket shw 1", "tickt show 1", "ticket --help", "--config x status", "--config=x --json status",
             "--config", "--json=1 status", "--nosuch", "status --nosuch", "status --watch=1",
             "--as ani ticket note 1000015 halo",
             "ticket note 1000015 -- --halo", "ticket note 1000015 a b c", "ticket note 1000015", "-- status",
             "--no-color tickets --state received --since 2d --limit 5", "tickets --since x", "tickets --limit 0",
             "tickets --limit=5 --category jalan --agency dpupr --json", "tickets --state nonsense",
             "scale classifier=4 responder=2", "scale classifier", "scale classifier=x", "scale =1",
             "scale classifier=9999999999999999999999", "scale classifier=4 --wait --timeout 5", "scale \xff=1",
             "scale " + "x" * 40 + "=1", "scale classifier=1 --timeout 0", "drain", "drain classifier.1", "resume x",
             "stop", "reload",
             "send Halo --from +6281 --to 1708 --host ::1 --port 1 --timeout 1", "send Halo --port x",
             "send Halo --port 70000",
             "send Halo --from x\ty", "send Halo --from " + "9" * 40, "send Halo --timeout 99999",
             "phone --from 99999999",
             "phone --from=", "completion bash", "completion zsh", "completion fish", "config reference --markdown",
             "ticket assign 1000015 dpupr", "ticket reply #1000015 Terima", "ticket close x", "ticket hold 1000015",
             "quarantine list", "quarantine", "quarantine show " + "0" * 40, "quarantine show zz",
             "quarantine show " + "AbCdEf01" * 5,
             "message show " + "6920c1f45f3a1b7d7f2a4c0e9d6b8a1c2e3f4a5b", "classify a b", "tail --since 10m", "trai x",
             "integrator add acme --tier public --key x", "feed trim --before 2026-11-01T08:00:00Z",
             "tickets list --state closed"]
    texts = [line.replace(" ", "\n").encode("latin-1") for line in lines]
    return texts + [b"ticket\nnote\n1000015\nPetugas ke lokasi besok", b"send\nHalo\n--from\na b", b"\n", b"\n" * 30]


def options_seeds():
    need = ["--name", "box1", "--inbound", "ipc:///run/a.in", "--outbound", "ipc:///run/a.out"]
    link = ["--bearerbox", "name=main,host=127.0.0.1,port=13001,id=aduan"]
    bad = ["name=main", "name", "x=1", "name=a,name=b", "name=,host=h", "name=m!,host=h,port=1,id=a",
           "name=m,host=h,port=0,id=a",
           "name=m,host=h,port=x,id=a", "name=m,host=h,port=1,id=a,tls=maybe", "name=m,host=h,port=1,id=a,ca=f",
           "name=m,host=h,port=99999999999999999999,id=a", "name=m,host=" + "h" * 300 + ",port=1,id=a"]
    tls = "name=t,host=h,port=1,id=a,tls=yes,ca=f,cert=g,tls-name=n"
    rows = [need + link, ["--help"], ["--version"], ["--nosuch"], ["--name"], need, link, need + link + link,
            need + link + ["--bearerbox", tls, "--status", "ipc:///run/s", "--lock", "/run/l", "--log-level", "debug"],
            need + link + ["--log-level", "loud"], need + link + ["--drain-seconds", "5"],
            need + link + ["--drain-seconds", "x"],
            need + link + ["--drain-seconds", "9999"], ["--name", "b/x"] + need[2:] + link,
            need[:4] + ["--outbound", "ipc:///run/a.in"] + link,
            need + [w for i in range(17) for w in ("--bearerbox", f"name=m{i},host=h,port=1,id=a")],
            need + ["--bearerbox", "name=a,host=h,port=1,id=a,tls=no"]]
    return ["\n".join(row).encode() for row in rows + [need + ["--bearerbox", text] for text in bad]]


def control_seeds():
    def question(verb, args=None):
        return json.dumps({"v": 1, "verb": verb, **({} if args is None else {"args": args})}).encode()
    good = [question(verb) for verb in ("ping", "status", "scale", "drain", "resume", "reload", "stop", "nosuch",
                                        "sclae")]
    good += [question("scale", {"classifier": 4, "responder": 0}), question("scale", {}),
             question("scale", {"feed": 1}),
             question("scale", {"classifier": -1}), question("scale", {"classifier": 1.5}),
             question("scale", {"classifier": 999}),
             question("drain", {"target": "classifier"}), question("drain", {"target": "x"}),
             question("drain", {"target": 1}),
             question("resume", {"target": "all"}), question("ping", []), b"", b"{", b"[]", b"1",
             b'{"v":2,"verb":"ping"}',
             b'{"v":1}', b'{"v":1,"v":1,"verb":"ping"}', b"\xff", b'{"v":1,"verb":"\xc3\xa9"}', b"[" * 3000]
    status = [frame[4:] for frame in frame_seeds()[-1:]]
    state = body(f1="classifier", f2="classifier.1", f3=7, f4=3, f5=1, f6=9, f7=1, f8=2, f9=3, f10=4, f11="well")
    links = field(12, body(f1="m" * 60, f2="h" * 200, f3=1, f4=1)) * 40 + field(13, body(f1="c", f2=1)) * 60
    return ([bytes([0]) + text for text in good] + [bytes([shape]) + good[0] for shape in (1, 2, 3)]
            + [bytes([4]) + text for text in status + [state, state + links, b"\xff"]])


def answer_seeds():
    return [b'{"v":1,"ok":true,"result":{"x":5}}', b'{"v":1,"ok":false,"error":"stopping","code":"busy"}',
            b'{"v":1,"ok":false}',
            b'{"v":1,"ok":false,"code":"nosuch"}', b'{"v":2,"ok":true,"result":{}}', b'{"v":1,"ok":true}',
            b'{"v":1,"ok":true,"result":1}',
            b"", b"{", b"[1]", b'{"v":"1"}', b'{"v":1,"ok":true,"result":{"a":[1.5e300,null,"\\u00e9"]}}']


def feed_seeds():
    ask = lambda **fields: body(f1=1, f2=b"id", **fields)
    replay = lambda *parts: ask(f4=b"".join(parts))
    credit, after = field(7, 3), field(2, 1)
    requests = [ask(f3=b""), replay(credit), replay(credit, after), replay(credit, field(3, 1)),
                replay(credit, field(4, "cursor")),
                replay(credit, field(2, 99)), replay(credit, field(1, ID)), replay(credit, field(1, b"x")), replay(),
                replay(field(7, 5000)), replay(credit, field(4, "")), replay(credit, field(6, "v1.full.")),
                replay(credit, field(6, "v1.full.") * 65), replay(credit, field(6, "v1.acme.")),
                replay(credit, field(6, "v1." + "x" * 300)),
                replay(credit, field(5, 2)), ask(f5=body(f1=2)), ask(f6=b""), ask(f7=body(f1="cursor", f2=ID, f3=1)),
                ask(f7=body(f1="", f2=ID, f3=1)), ask(f7=body(f1="c", f2=b"short", f3=1)), ask(f7=body(f1="c", f3=1)),
                ask(),
                body(f1=2, f2=b"id", f3=b""), body(f1=1, f3=b""), body(f1=1, f2=b"i" * 17, f3=b""), b"", b"\xff"]
    one_by_one = [how + piece(request) for request in requests for how in (b"\0", b"\2")]
    other = lambda n, **fields: body(f1=1, f2=bytes([n]), **fields)
    many = b"\0" + b"".join(piece(other(n, f4=field(7, 1))) for n in range(6))
    return one_by_one + [many, b"\1" + piece(requests[0]),
                         b"\0" + piece(requests[1]) * 2 + piece(requests[16]) + piece(requests[17]),
                         b"\0" + piece(replay(field(7, 1), field(6, "v1.full.ticket."))) + piece(requests[16]),
                         b"\2" + piece(requests[18]) * 2 + piece(requests[4])]


def page_seeds():
    head = b"HTTP/1.0 200 OK\r\nServer: Kannel\r\n\r\n"
    title = b"[SMS ID] [Type] [Time] [Sender] [Receiver] [SMSC ID] [BOX ID] [Flags] [UDH] [Message]\n"
    row = (b"[00010203-0405-0607-0809-0a0b0c0d0e0f] [MT-REPLY] [2026-11-22 02:00:00] [1708] [+62812] [smpp] [aduan] []"
           b" [] [teks]\n")
    pages = [head + title + row * 3, head + title, head + title + row[:40] + b"\n", head + title + b"x\n",
             head + b"Denied\n",
             b"HTTP/1.1 404 no\n", head, b"", head + title + b"\n" + row + b"[" + b"x" * 600 + b"\n",
             head + title + row[:-1]]
    return [bytes([cut]) + page for cut in (0, 6, 99) for page in pages]


def packet_seeds():
    undefined = b"\xff\xff\xff\xff"

    def text(value):
        value = value.encode() if isinstance(value, str) else value
        return len(value).to_bytes(4, "big") + value

    def number(value):
        return value.to_bytes(4, "big", signed=True)

    uuid = text("00010203-0405-0607-0809-0a0b0c0d0e0f")

    def sms(kind, body_text, dlr_url=undefined, receiver=text("1708")):
        """The fields of gw/msg-decl.h in their order."""
        return number(2) + b"".join([
            text("+6281234567"), receiver, text(b""), body_text, number(1795289760), text("main"), text("628"),
            text("fid"),
            text("svc"), text("acc"), uuid, number(kind), number(-1), number(-1), number(0), number(-1), number(-1),
            number(-1), number(8), dlr_url, number(-1), number(-1), undefined, text("UTF-8"), text("box"),
            text("binfo"),
            number(-1), number(-1), number(-1), number(-1), text("?smpp?a=1")])
    acks = [number(3) + number(value) + number(1795289760) + uuid for value in range(6)]
    admin = [number(1) + number(value) + text("box1") for value in range(6)]
    heartbeat = [number(0) + number(7), number(4) + text("a") + number(1) + text("b") + number(2) + text("c")]
    kinds = [sms(kind, text("Jalan berlubang €")) for kind in range(6)]
    reports = [sms(kind, undefined,
                   text("00010203-0405-0607-0809-0a0b0c0d0e0f.17")) for kind in range(6)]
    reports += [sms(kind, text(b""), text("x" * 36)) for kind in range(6)] + [sms(3, undefined, uuid)]
    broken = [b"", b"\0", number(99), number(4), number(5), number(2) + number(-2), number(2) + number(2**31 - 1),
              kinds[0][:60],
              acks[0][:-1], acks[0].replace(b"-", b"x")]
    texts = ["Halo 😀 €", b"\xf0\x9f\x98", b"\xed\xa0\x80\xc3\xa9\xe2\x82\xac"]
    packets = acks + admin + heartbeat + kinds + reports + broken
    return packets + [t.encode() if isinstance(t, str) else t for t in texts]


def number_seeds():
    senders = ["", "+6281234567890", "6281234567890", "081234567", "1708", "+1708", "+621708", "621708", "TELKOMSEL",
               "12", "+", "+62 812",
               "+62800000001", "62800000001", "12345678901234567890", "123456789012345678901", b"\xff\xfe", "a" * 30,
               "0812-3456", "123456"]
    receivers = ["1708", "+621708", "", "9999"]
    texts = [b"Jalan berlubang", b"", b"\0\1\2\3"]
    return [piece(sender) + piece(receiver) + text
            for sender in senders for receiver in receivers[:2] for text in texts[:2]] + [
        piece(senders[1]) + piece(receiver) + text for receiver in receivers for text in texts]


def words_seeds():
    words = ["00010203-0405-0607-0809-0a0b0c0d0e0f", "0001020304050607-0809-0a0b0c0d0e0f-000",
             "00010203-0405-0607-0809-0A0B0C0D0E0F",
             "0001020g-0405-0607-0809-0a0b0c0d0e0f", "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", "#" * 40, "1000015",
             "#1000015", "1 000 015",
             "##1", "99999999999999999999999", "public", "agency", "full", "acme", "a_b-9", "Acme", "x" * 33,
             "v1.acme.", "v1.acme.jalan.",
             "v1.acme", "v1.other.", "45s", "30m", "12h", "2d", "1w", "9x", "100001s", "2026-11-01", "2026-11-01 08:00",
             "2026-11-01T08:00:00",
             "2026-11-01T08:00:00Z", "1950-01-01", "2026-13-01", "http://127.0.0.1:13000/store-status.txt?password=x",
             "http://[::1]:80/",
             "http://[::1/", "http://1.2.3.4/x", "http:///x", "http://h:1/", "http://1.2.3.4:/",
             "http://1.2.3.4:99999/", "http://1.2.3.4", "ftp://x/",
             "http://1.2.3.4/a b", "http://[::1]x/", "http://" + "1" * 80 + "/", "", "cursor name", "c" * 65,
             "caf\u00e9"]
    return [word.encode() for word in words]


def files_seeds():
    hexes = "0123456789abcdef" * 4
    key = f"aduan keys 1\nlookup {hexes}\nseal 1 {hexes}\n"
    keys = [key, key + f"seal 2 {hexes}\n", key + f"seal 1 {hexes}\n", key + f"seal 65535 {hexes}\n",
            key + f"seal 65536 {hexes}\n", key[:-1],
            key.upper(), "aduan keys 2\n", "", f"aduan keys 1\nlookup {hexes}\n", key.replace("seal 1", "seal 0"),
            key.replace("seal 1", "seal x"),
            key.replace("f", "g"), key + "".join(f"seal {n} {hexes}\n" for n in range(2, 20)), key + "x" * 3000, "a\0b",
            key.replace("seal 1 ", "seal 1")]
    curve = ["D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs\n", "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs", "x" * 41, "",
             " " * 40 + "\n",
             "#" * 40 + "\n"]
    count = {"classifier": 2, "responder": 1}
    fleet = [{"v": 1, "count": count, "file": count, "held": ["classifier.1", "all"]}, {"v": 2},
             {"v": 1, "count": count, "file": {}, "held": []},
             {"v": 1, "count": count, "file": count, "held": [1]},
             {"v": 1, "count": count, "file": count, "held": ["a", "a"]}, [],
             {"v": 1, "count": {"classifier": 999999, "responder": -1}, "file": count, "held": []},
             {"v": 1, "count": {"classifier": 60, "responder": 60}, "file": {"classifier": 3, "responder": 1},
              "held": ["x" * 60]},
             {"v": 1, "count": count, "file": count, "held": [f"box{n}" for n in range(70)]}]
    tsv = ["jln\tjalan\ngk\ttidak\n", "# x\n\nbgt\tbanget\tmore\r\n", "no tab\n", "a\t\n", "a\t" + "w " * 9 + "\n",
           "wr.wb\tx\n", "\tx\n",
           "a\t" + "w" * 300 + "\n", "jln\tjalan raya\njln\tjalan\njalan\tdalan\nraya\traya\n", "a\xff\tb\n"]
    header = "text\ttype\tcategory\turgency\tflags\tlanguage\n"
    texts = [header + "Jalan rusak\tpengaduan\tjalan\tnormal\t\tid\nTolong "
             "kebakaran\tpengaduan\tdarurat\temergency\tkasar,hoaks\tid\n" * 3,
             header + "x\tpengaduan\n", header + "x\tp\tc\tsoon\t\tid\n", header + "x\tp\tc\tnormal\tnosuch\tid\n",
             "x\n", "# only\n", header]
    rows = [(0, text.encode("latin-1")) for text in keys] + [(1, text.encode()) for text in curve]
    rows += [(2, json.dumps(one).encode()) for one in fleet] + [(2, b"{")]
    rows += [(3, text.encode("latin-1")) for text in tsv] + [(3, etc_file("lexicon.tsv")[:3000])]
    return [bytes([kind]) + data for kind, data in rows + [(4, text.encode()) for text in texts]]


SMALL_AGENCIES = """fallback: humas
agencies:
  humas: {name: {id: Humas, en: Press}}
  pu: {name: {id: PU, en: Works}, categories: [jalan], words: {3: [aspal]}, phrases: {4: [jalan tol]},
       patterns: {2: {tol: 'tol\\b'}}}
"""
SMALL_CATEGORIES = """defaults: {category: lainnya, type: lainnya, type_with_category: pengaduan}
category:
  jalan: {name: {id: jalan, en: roads}, agency: pu, words: {4: [berlubang], -2: [lampu]}, phrases: {4: [jalan rusak]},
          patterns: {3: {rusak: '\\bjalan.{0,9}rusak'}}}
  lainnya: {name: {id: lainnya, en: other}}
type:
  pengaduan: {threshold: 1, words: {1: [mohon]}}
  lainnya: {}
urgency: {emergency: {threshold: 4, type: pengaduan, category: jalan, words: {100: [kebakaran]}}}
language: {id: {words: {1: [yang]}}, en: {words: {1: [the]}}}
refusal: {auto_reply: {threshold: 4, phrases: {4: [auto reply]}}}
"""


def rules_seeds():
    good = SMALL_CATEGORIES
    changed = [("jalan: {name", "Jalan!: {name"), ("agency: pu", "agency: nosuch"), ("agency: pu", "agncy: pu"),
               ("category: lainnya", "category: nosuch"),
               ("4: [berlubang]", "0: [berlubang]"), ("4: [berlubang]", "x: [berlubang]"),
               ("4: [berlubang]", "500: [berlubang]"),
               ("[berlubang]", "[dua kata]"), ("[berlubang]", "['']"), ("[berlubang]", "berlubang"),
               ("[jalan rusak]", "[' ']"), ("'\\bjalan", "'(jalan"),
               ("threshold: 1", "threshold: x"), ("threshold: 4, type: pengaduan", "type: pengaduan"),
               ("auto_reply", "nosuch"), ("emergency:", "soon:"),
               ("language: {id", "language: {xx"), ("defaults: ", "default: "),
               ("{id: jalan, en: roads}", "{id: jalan}"), ("{id: jalan, en: roads}", "jalan"),
               ("[berlubang]", "[berlubang, berlubang]"), ("type:\n", "type: []\n"),
               ("  lainnya: {}", "  lainnya: {words: {4: [&a x, *a]}}"),
               ("[jalan rusak]", "[" + "kata " * 40 + "]"), ("category: jalan, words", "category: nosuch, words"),
               ("type: pengaduan, cat", "type: nosuch, cat")]
    texts = [good] + [good.replace(old, new) for old, new in changed] + ["", "[]", "a: [", "{}"]
    agencies = [SMALL_AGENCIES] + [SMALL_AGENCIES.replace(old, new) for old, new in
                                   [("fallback: humas", "fallback: x"), ("fallback", "falback"),
                                    ("[jalan]", "[nosuch]"), ("en: Press", "fr: Press"),
                                    ("pu: {", "PU x: {"), ("3: [aspal]", "3: aspal"),
                                    ("agencies:", "agencies: {}\nx:")]] + ["", "x"]
    seeds = [piece(text) + SMALL_AGENCIES.encode() for text in texts]
    seeds += [piece(good) + text.encode() for text in agencies]
    return seeds + [piece(etc_file("categories.yaml")[:6000]) + SMALL_AGENCIES.encode(),
                    piece(good) + etc_file("agencies.yaml")[:3000]]


def understand_seeds():
    texts = ["Jalan berlubang di depan pasar Grogolan, mohon diperbaiki", "TOLONG KEBAKARAN di gang mawar!!! cepaaat",
             "s4ya gk tau knp lmpu jln mati",
             "Sampah menumpuk dimana2, bau bgt. trims", "the road is broken, please fix",
             "Saya sedang rapat, pesan otomatis", "", "a\u0301bc\u200b \U0001f600",
             "rumahsakitumum tidak ada dokter belum datang", "Lampu2nya mati semua di Jl. Merdeka no 5 RT 01/02",
             "1" * 40, "ber-jalan-jalan ke \u00c9cole",
             "bisulan jalanan kekurangan memperbaiki pertanggungjawaban", "tolongggggg bantuuuu", "x" * 300]
    lines = [line.split(b"\t")[0] for name in ("jalan.tsv", "darurat.tsv", "kurang.tsv",
                                               "spam.tsv") for line in etc_file(f"training/{name}").splitlines()[2:22]]
    plain = [text.encode() for text in texts] + lines
    return [b"\1" + text for text in plain] + [b"\3" + texts[0].encode("utf-16-be"), b"\2" + bytes(range(256))]


def places_seeds():
    texts = ["RT.03/RW.05 kel. Medono", "didepan kantor kelurahan Medono", "BDG jl. K.H. Mas Mansyur no. 45A", "",
             "Solok, Sumbar", "kab. Kep. Aru", "rt02rw07 gg.III", "kotapekalongan, dipekalongan", "Pak Bima di Bima",
             "perum griya asri blok C2 rt. tiga", "\u2600 di KLEGO\u203c", "malang nasib di Malang"]
    harmless = [line for line in etc_file("../tests/data/redact_harmless.txt").splitlines() if not line.startswith(b"#")]
    inside = etc_file("places/pekalongan.tsv")
    head = b"33\tprovinsi\tJawa Tengah\tJateng\n33.75\tkota\tPekalongan\t~Pekalongan,!Kota Batik\tPKL\n"
    tables = [head + inside, head, head + b"33.75\tkota\tPekalongan\n", head.replace(b"kota", b"kabupaten", 1), b"33",
              b"33\tprovinsi\t\n", b"33\tprovinsi\tA\t\t\t\t\n", b"33.7\tkota\tA\n", b"33\tprovinsi\t\xff\n",
              b"33.75.01\tkecamatan\tA\n", b"33\tprovinsi\tKepulauan A\n33.01\tkabupaten\tKepulauan A-B C\n"]
    return [b"\0" + text.encode() for text in texts] + [b"\0" + line for line in harmless] + [b"\1" + t for t in tables]


def fake_seeds():
    part = lambda n, total=2, udh="%05%00%03%07%02%0": f"1708 +62812 udh {udh}{n} data Halo%20dunia+{n}"
    lines = ["1708 +62812 text Terima kasih", "1708 +62812 data Halo%20%C3%A9%zz%4",
             "1708 +62812 ucs-2 %00H%00a%D8%3D%DE%00", part(1) + "\n" + part(2), part(2) + "\n" + part(2),
             part(1) + "\r", "1708 +62812 udh %05%00%03%07%02%05 data x",
             "1708 +62812 udh %06%08%04%00%01%02%01 data %00H", "1708 +62812 udh x", "1708 +62812 udh x text y",
             "1708 +62812 nosuch x", "1708", "", " x text y", "1708 " + "9" * 40 + " text y",
             "1708 +62812 text a\nsecond line\n1708 +62812 text b", "Caf\u00e9 \U0001f600",
             part(1) + "\n" + part(2).replace("Halo", "%FF%00")]
    return [line.encode() for line in lines] + [b"1708 +62812 text \xff\xfe", b"a\0b"]


MAKERS = {"frame": frame_seeds, "text": text_seeds, "config": config_seeds, "templates": templates_seeds,
          "redact": redact_seeds,
          "sealed": sealed_seeds, "parts": parts_seeds, "box": box_seeds, "command": command_seeds,
          "options": options_seeds,
          "control": control_seeds, "answer": answer_seeds, "feed": feed_seeds, "page": page_seeds,
          "packet": packet_seeds,
          "number": number_seeds, "words": words_seeds, "files": files_seeds, "rules": rules_seeds,
          "understand": understand_seeds,
          "fake": fake_seeds, "places": places_seeds, "model": seeds_model.seeds}


def main():
    target, directory = sys.argv[1:]
    for i, seed in enumerate(MAKERS[target]()):
        with open(os.path.join(directory, f"seed-{i:03}"), "wb") as file:
            file.write(seed)


main()
