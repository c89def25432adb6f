# SPDX-License-Identifier: BSD-2-Clause
"""What is broken when: drawn from a seed alone, so that a seed replays it."""

import random

# How often which process is the victim; several of one role share the weight of the role.
VICTIMS = [("aduand", 2), ("box", 5), ("classifier", 5), ("responder", 5), ("bearerbox", 3)]
# kill: SIGKILL. stop: SIGSTOP, and SIGCONT later. stop_kill: SIGSTOP, and SIGKILL later. term: SIGTERM.
HARMS = [("kill", 10), ("stop", 4), ("stop_kill", 2), ("term", 3)]
# Heartbeats are 1 s and 5 s: short ones are not noticed, long ones make a process lost.
STOPS_S = [(0.05, 0.9), (1.0, 4.0), (5.5, 9.0)]


class Fault:
    def __init__(self, at, victim, number, harm, seconds):
        self.at, self.victim, self.number, self.harm, self.seconds = at, victim, number, harm, seconds

    def __str__(self):
        held = f" {self.seconds:.1f} s" if self.harm.startswith("stop") else ""
        return f"{self.at:.2f} {self.harm} {self.victim}{self.number or ''}{held}"


def pick(rng, weighted):
    return rng.choices([what for what, _ in weighted], [weight for _, weight in weighted])[0]


def draw(seed, count, seconds, counts):
    """`count` faults over `seconds`, in order. counts: how many there are of a role."""
    rng = random.Random(seed)
    faults = []
    for at in sorted(rng.uniform(0.02, 1.0) * seconds for _ in range(count)):
        victim = pick(rng, VICTIMS)
        number = rng.randint(1, counts[victim]) if victim in counts else 0
        harm = pick(rng, HARMS)
        span = rng.uniform(*STOPS_S[rng.randrange(len(STOPS_S))])
        faults.append(Fault(at, victim, number, harm, span))
    return faults


def each_once(seconds, counts):
    """One kill -9 of each process, evenly spread: every box, classifier and responder, aduand and bearerbox."""
    victims = [(role, n) for role, many in counts.items() for n in range(1, many + 1)]
    victims += [("aduand", 0), ("bearerbox", 0)]
    step = seconds / (len(victims) + 1)
    return [Fault((i + 1) * step, victim, number, "kill", 0.0) for i, (victim, number) in enumerate(victims)]
