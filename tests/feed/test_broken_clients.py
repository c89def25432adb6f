# SPDX-License-Identifier: BSD-2-Clause
"""A client with one rule broken gets that rule named by the conformance test, and no other. broken.py has them."""

import concurrent.futures

import pytest

import clients
from broken import MORE, WHOLE
from verdict import SCENES, conformance

AT_ONCE = 10


@pytest.fixture(scope="module")
def verdicts():
    clients.prepare()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        def tried(name, *more):
            return pool.submit(conformance, "fake", "-", "--json", "--patience", "20", *more, "--", "/usr/bin/python3",
                               clients.HERE / "broken.py", name)
        yield {**{name: tried(name) for name in reversed(WHOLE)},
               **{name: tried(name, "--rules", rule) for name, (rule, _) in MORE.items()}}


@pytest.mark.parametrize("rule", WHOLE)
def test_the_rule_that_is_broken_is_named_and_no_other(verdicts, rule):
    code, verdict = verdicts[rule].result()
    assert code == 1 and verdict["broken"] == [rule], verdict
    assert set(verdict["rules"]) == SCENES
    assert all(each["pass"] is True for name, each in verdict["rules"].items() if name not in (rule, "mixed")), verdict


@pytest.mark.parametrize("name", MORE)
def test_it_is_named_however_it_is_broken(verdicts, name):
    code, verdict = verdicts[name].result()
    assert code == 1 and verdict["broken"] == [MORE[name][0]], verdict


def test_every_rule_has_its_broken_client():
    assert set(WHOLE) == SCENES - {"mixed"}
