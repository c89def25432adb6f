# SPDX-License-Identifier: BSD-2-Clause
"""A model file small enough to be mutated, laid out as workers/core/model/model_priv.h and text/lexicon_priv.h say."""
import os
import re
import struct

MODEL = f"{os.path.dirname(os.path.abspath(__file__))}/../../workers/core/model"
VERSION, FEATURES, NAME_BYTES, ALIGN, RARITY_BITS = 4, 2, 96, 64, 12
EMPTY = 0xFFFFFFFF
GROUPS = 6
HEAD = "<8sII32sQIIIIII6Q6d16s"


def lexicon_hash(word):
    value = 2166136261
    for byte in word:
        value = ((value ^ byte) * 16777619) & EMPTY
    return value ^ value >> 15


def lexicon_block(spellings):
    """spellings: word → the words it stands for, each a pair of word and stem. Sorted by spelling."""
    text, entries, words, count = b"", [], [], 1

    def put(piece):
        nonlocal text
        at = text.find(piece)
        if at < 0:
            at, text = len(text), text + piece
        return at

    for spelling in sorted(spellings):
        meanings = spellings[spelling]
        entries.append(struct.pack("<IIBBBB", put(spelling), len(words), len(spelling), len(meanings), 0, 0))
        for word, stem in meanings:
            words.append(struct.pack("<IIBBBB", put(word), put(stem), len(word), len(stem), 0, 0))
    while count <= 2 * len(entries):
        count *= 2
    buckets = [0] * count
    for number, spelling in enumerate(sorted(spellings), 1):
        at = lexicon_hash(spelling) & (count - 1)
        while buckets[at]:
            at = (at + 1) & (count - 1)
        buckets[at] = number
    block = struct.pack("<4sIIIII", b"ALX1", len(entries), len(words), count, len(text), 0)
    block += b"".join(entries) + b"".join(words) + struct.pack(f"<{count}I", *buckets) + text
    return block + bytes(-len(block) % 8)


WORDS = {b"jalan": [(b"jalan", b"jalan")], b"jln": [(b"jalan", b"jalan")], b"berlubang": [(b"berlubang", b"lubang")],
         b"gk": [(b"tidak", b"tidak")], b"bgt": [(b"banget", b"banget")], b"ada": [(b"ada", b"ada")],
         b"trims": [(b"terima", b"terima"), (b"kasih", b"kasih")]}


def version(header, name):
    with open(f"{MODEL}/{header}", encoding="utf-8") as text:
        return int(re.search(rf"{name} = (\d+)", text.read())[1])


def model(heads, slots=8, rows=3, flags=0, spellings=None):
    """heads: (name, labels, flag), or (name, labels, flag, its twin's head from 1, label). Every slot but one has a row,
    so that most words of any text meet one."""
    written = version("model_priv.h", "MODEL_VERSION"), version("feature.h", "FEATURES_VERSION")
    if written != (VERSION, FEATURES):
        raise ValueError(f"models are of version {written} now: lay the seeds out as model_priv.h says, then set "
                         "VERSION and FEATURES")
    outputs = [label for head in heads for label in head[1]]
    items = len(outputs) + -len(outputs) % 8
    first, head_part = 0, b""
    for name, labels, flag, *twin in heads:
        head_part += struct.pack(f"<{NAME_BYTES}s6I3d", name, first, len(labels), flag, 0, *(twin or (0, 0)),
                                 1.5, -0.25, 0.5)
        first += len(labels)
    parts = [head_part,
             b"".join(struct.pack(f"<{NAME_BYTES}s2d4I", label, 0.01, 0.1, 40, 44, 37, 0) for label in outputs),
             lexicon_block(spellings if spellings is not None else WORDS),
             b"".join(struct.pack("<II", i, i % rows << RARITY_BITS | 64 if i else EMPTY) for i in range(slots)),
             b"".join(struct.pack("<h", (row * 37 + item * 11) % 201 - 100) for row in range(rows)
                      for item in range(items))]
    size = struct.calcsize(HEAD)
    places, body, at = [], b"", size
    for part in parts:
        pad = -at % ALIGN
        places.append(at + pad)
        body += bytes(pad) + part
        at += pad + len(part)
    head = struct.pack(HEAD, b"ADUANMOD", VERSION, FEATURES, bytes(32), at, flags, len(heads), len(outputs), slots, rows,
                       items, places[0], places[1], places[2], len(parts[2]), places[3], places[4], *[1.0] * GROUPS,
                       bytes(range(16)))
    return head + body


def seeds():
    two = [(b"category", [b"jalan", b"sampah", b"lainnya"], 0), (b"kasar", [b"kasar"], 1)]
    types = b"type", [b"pengaduan", b"lainnya", b"spam"], 0
    whole = [model(two), model(two, flags=3), model([types, (b"spam", [b"spam"], 1, 1, 2)]),
             model([(b"spam", [b"spam"], 1, 2, 2), types]), model([types, (b"spam", [b"spam"], 1, 1, 3)]),
             model([types, (b"spam", [b"spam"], 1, 2, 0)]), model([(b"type", [b"aduan"], 0)]), model(two, slots=1, rows=1),
             model(two, spellings={}), model(two, slots=7), model([(b"x", [b""], 0)]), model([(b"", [b"a"], 0)])]
    cut = [whole[0][:200], whole[0][:-40], b"ADUANMOD", whole[0].replace(b"ADUANMOD", b"ADUANMOX"),
           whole[0].replace(b"ALX1", b"ALX2"), whole[0][:8] + bytes([VERSION + 1]) + whole[0][9:]]
    return [bytes([fix]) + data for data in whole + cut for fix in (0, 1)]
