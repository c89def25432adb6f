# SPDX-License-Identifier: BSD-2-Clause
"""Looks for words and numbers in files, in every form that an SMS line could leave them in."""

import os
import stat

FORMS = ("utf-8", "utf-16-le", "utf-16-be", "hex", "gsm7-packed", "semi-octets")


def packed(septets):
    """Septets as the air interface has them: seven bits each, the lowest first."""
    bits = sum(value << 7 * at for at, value in enumerate(septets))
    return bits.to_bytes((7 * len(septets) + 7) // 8, "little")


def packed_forms(word):
    """The whole bytes in the middle of a packed word, for each of the eight places it may begin at."""
    septets = word.encode("ascii")
    for before in range(8):
        whole = packed(bytes(before) + septets)
        first, last = (7 * before + 7) // 8, 7 * (before + len(septets)) // 8
        yield whole[first:last]


def semi_octets(number):
    """A number as SMSCs write it, its digits swapped two by two."""
    for digits in (number, number[1:]):
        even = digits[:len(digits) // 2 * 2]
        yield bytes.fromhex("".join(b + a for a, b in zip(even[::2], even[1::2])))


def forms(needle):
    """(form, bytes, folded): folded ones are looked for in lower case."""
    yield "utf-8", needle.lower().encode(), True
    yield "hex", needle.encode().hex().encode(), True
    yield "utf-16-le", needle.encode("utf-16-le"), False
    yield "utf-16-be", needle.encode("utf-16-be"), False
    if needle.isascii():
        for form in packed_forms(needle):
            yield "gsm7-packed", form, False
    if needle.isdigit():
        for form in semi_octets(needle):
            yield "semi-octets", form, False


def find(paths, needles):
    """(needle, form, file) of everything found in these files and in all below these directories."""
    found, looked_at = [], 0
    for path in files(paths):
        data = path_bytes(path)
        looked_at += len(data)
        low = data.lower()
        for needle in needles:
            found += [(needle, form, str(path)) for form, wanted, folded in forms(needle)
                      if wanted in (low if folded else data)]
    assert looked_at > 0, f"there is nothing to look at in {paths}"
    return found


def files(paths):
    for path in paths:
        if os.path.isdir(path):
            for directory, _, names in os.walk(path):
                yield from (os.path.join(directory, name) for name in sorted(names))
        else:
            yield path


def path_bytes(path):
    if not stat.S_ISREG(os.stat(path).st_mode):
        return b""
    with open(path, "rb") as file:
        return file.read()
