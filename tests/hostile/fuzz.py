"""Damaged inputs of every kind, one after the other: nothing but a documented refusal comes out, soon, and nothing is kept.

    python -m tests.hostile.fuzz --inputs 10000 --seed 1

prints how many of each kind were taken and refused, the slowest of each, the memory before and after, and every input that
another error came of; `--kind maps --only 1234` asks one of them again. Its exit status is 1 where there is anything wrong.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.hostile.inputs import KINDS

PATIENCE = 1.0  # seconds of the processor, for one input


@dataclass(frozen=True)
class Asked:
    """What came of one input."""

    kind: str
    number: int
    given: Any
    taken: bool
    seconds: float
    wrong: str = ""  # the traceback


def asked(kind: str, number: int, seed: int) -> Asked:
    """One input of the kind; the same number and seed make the same input."""
    given = KINDS[kind].damage(Random(f"{seed} {kind} {number}"))
    began = time.process_time()
    try:
        taken, wrong = KINDS[kind].ask(given), ""
    except Exception:
        taken, wrong = False, traceback.format_exc()
    return Asked(kind, number, given, taken, time.process_time() - began, wrong)


def all_asked(inputs: int, seed: int, kind: str = "") -> Iterator[Asked]:
    """So many inputs, the kinds by turns; a page takes longer than all others together."""
    quick = [kind for kind in KINDS if kind != "pages"]
    turns = [kind] if kind else [*quick * 3, "pages"]
    for number in range(inputs):
        yield asked(turns[number % len(turns)], number, seed)


def memory() -> float:
    """MB that this process holds, garbage collected."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main() -> int:
    """Ask them, and say what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, default="", help="one kind alone")
    parser.add_argument("--only", type=int, help="the number of one input, of that kind")
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # Streamlit's: it misses a page
    warnings.simplefilter("ignore")
    if options.only is not None:
        one = asked(options.kind, options.only, options.seed)
        print(shown(one.given, 10_000), f"taken: {one.taken}, {one.seconds:.2f} s", one.wrong, sep="\n")
        return bool(one.wrong)
    for _ in all_asked(options.inputs // 10, options.seed + 1, options.kind):  # what is loaded and cached once, is
        pass
    before, began = memory(), time.monotonic()
    counts = {kind: [0, 0] for kind in KINDS}
    slowest: dict[str, Asked] = {}
    wrong = []
    for one in all_asked(options.inputs, options.seed, options.kind):
        counts[one.kind][one.taken] += 1
        if one.kind not in slowest or slowest[one.kind].seconds < one.seconds:
            slowest[one.kind] = one
        if one.wrong or one.seconds > PATIENCE:
            wrong.append(one)
    for kind, slow in slowest.items():
        refused, taken = counts[kind]
        count = f"{kind:9} {taken:5} taken {refused:5} refused"
        print(f"{count}, slowest {slow.seconds:.2f} s, no. {slow.number}: {shown(slow.given)}")
    print(f"{options.inputs:,} inputs in {time.monotonic() - began:.0f} s")
    print(f"memory: {before:.0f} MB before, {memory():.0f} MB after")
    for one in wrong:
        print(f"\n{one.kind} no. {one.number}, {one.seconds:.2f} s: {shown(one.given, 2_000)}\n{one.wrong}")
    print(f"{len(wrong)} inputs were answered late or with an error that nobody expects")
    return bool(wrong)


def shown(given: Any, longest: int = 60) -> str:
    """An input in signs that any terminal can show."""
    written = ascii(given)
    return written if len(written) <= longest else f"{written[: longest // 2]} ... {written[-longest // 2 :]}"


if __name__ == "__main__":
    sys.exit(main())
