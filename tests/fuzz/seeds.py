# SPDX-License-Identifier: BSD-2-Clause
"""Writes the seed corpus of a fuzz target: seeds.py TARGET DIRECTORY. Seeds are valid inputs to start from."""
import os
import sys

ID = bytes(range(16))


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
    sms = body(f1=ID, f2=1795289760, f3="+6281234567890", f4="1708", f5="Jalan berlubang", f6=b"\x05\x00\x03\x07\x02\x01",
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
    return [bytes([0xAD, 1, kind, 0]) + data for kind, data in enumerate(bodies, 1)]


def text_seeds():
    words = "Jalan berlubang €5 {café} ꦗꦮ 😀 #1916449"
    bodies = [words.encode(), words.encode("utf-16-be"), words.encode("utf-16"), b"Jalan \x80\xe9\xff", b"\xd8\x00\x00A",
              bytes(range(128)), b"", b"\x05\x00\x03\x07\x05\x02", b"\x06\x08\x04\x12\x34\x03\x01", b"#1000013", b"a\0b"]
    return [bytes([choice]) + data for choice in range(28) for data in bodies]


def config_seeds():
    etc = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../etc")
    seeds = [b"{}", b"desk: {name: x, shortcodes: ['1708']}", b"a: &x [1]\nb: *x\n", b"- 1\n- [", b"\xff\xfe", b"a: 1\na: 2\n"]
    path = os.path.join(etc, "aduan.yaml")
    if os.path.exists(path):
        with open(path, "rb") as file:
            whole = file.read()
        lines = [line for line in whole.splitlines(True) if not line.lstrip().startswith(b"#")]
        seeds += [whole, b"".join(lines)]
    return seeds


def templates_seeds():
    replies = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../etc/replies")
    seeds = [b"received: '{ticket}'\n", b"received: '{nosuch}'\n", b"staff: |\n  {text}\n"]
    for name in ("id.yaml", "en.yaml"):
        path = os.path.join(replies, name)
        if os.path.exists(path):
            with open(path, "rb") as file:
                seeds.append(file.read())
    return seeds


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
    raw = [bytes([at]) + clear + field(100, bytes([0, 1]) + bytes(44)) for at in range(len(secret))]
    return inside + raw + [bytes([at]) + clear + field(100, b"") for at in range(len(secret))]


def main():
    target, directory = sys.argv[1:]
    make = {"frame": frame_seeds, "text": text_seeds, "config": config_seeds,
            "templates": templates_seeds, "redact": redact_seeds, "sealed": sealed_seeds}.get(target, lambda: [b""])
    for i, seed in enumerate(make()):
        with open(os.path.join(directory, f"seed-{i:03}"), "wb") as file:
            file.write(seed)


main()
