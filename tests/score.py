#!/usr/bin/env python3
"""Scores the parser of a running build on folders of texts with gold facts.

  tests/score.py FOLDER... [--by layout|noise|kind] [--show N] [--field F]
                 [--json] [--min FILE --set NAME] [--raise FILE --set NAME]
  tests/score.py --generate N [--look-alikes M] [--seed S] [--keep DIR] ...

Starts a daemon of its own on a temporary directory.  Rows: how often the gold
has the field, precision (right of what the parser gave), recall (right of what
the gold has), null (silent where the text is silent).  `findings` counts number
and whole head; the fields of a finding are judged on the findings that could be
matched with the gold's.  --generate makes N labelled bulletins with
zhenggai-corpus, of a new seed unless one is given.  --min compares with the
thresholds of one set ({set: {field: {precision|recall|null: least}}}) and ends
with 1 below them; --raise lifts those of a set to just below what was reached
and never lowers one.
"""

import argparse
import json
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import zgscore  # noqa: E402
from zgdaemon import Daemon, binary  # noqa: E402

ORDER = (
    "read accepted rejected class findings heads head number section problem statements "
    "listed_measures title units author unit_level region kind inspecting_body "
    "team round dates inspect_start inspect_end feedback_date publish_date year "
    "source inferred declared series counts status sustain status_source money "
    "people approx rules_made cases documents deadline responsible repeat category"
).split()
GROUPED = (
    "accepted rejected class findings section units team dates declared counts "
    "status money people category"
).split()


def cell(value):
    return "      -" if value is None else "%7.3f" % value


def table(board):
    print("%-16s %7s %7s %7s %7s" % ("field", "gold", "prec", "recall", "null"))
    for field in ORDER:
        c = board.total.get(field)
        if c:
            cells = " ".join(cell(v) for v in (c.precision(), c.recall(), c.null()))
            print("%-16s %7d %s" % (field, c.gold, cells))


def groups(board):
    names = [f for f in GROUPED if f in board.total]
    width = max([8] + [len(key) for key in board.size])
    head = " ".join("%8s" % n[:8] for n in names)
    print("\n%-*s %5s %s   (F1)" % (width, "by " + board.by, "texts", head))
    for key in sorted(board.size):
        cells = " ".join(
            " " + cell(board.groups[key][n].f1() if n in board.groups[key] else None)
            for n in names
        )
        print("%-*s %5d %s" % (width, key, board.size[key], cells))


def short(value):
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 160 else text[:159] + "…"


def misses(board, limit, field):
    shown = Counter()
    order = sorted(board.misses, key=lambda m: ORDER.index(m[0]))
    for name, case, place, want, have in order:
        if field and name not in field:
            continue
        if name == "dates" or shown[name] == limit:
            continue
        shown[name] += 1
        print("\n%s  %s %s" % (name, case, place))
        print("  expected %s\n  got      %s" % (short(want), short(have)))


def as_json(board):
    def counts(fields):
        return {
            f: {
                "gold": c.gold,
                "got": c.got,
                "right": c.right,
                "precision": c.precision(),
                "recall": c.recall(),
                "null": c.null(),
            }
            for f, c in fields.items()
        }

    out = {"fields": counts(board.total)}
    if board.by:
        out["by"] = board.by
        out["groups"] = {k: counts(v) for k, v in board.groups.items()}
    return out


def below(board, minimum):
    """What the thresholds {field: {precision|recall|null: least}} miss."""
    out = []
    for field, wants in minimum.items():
        for what, least in wants.items():
            c = board.total.get(field)
            value = getattr(c, what)() if c else None
            if value is None or value < least:
                seen = "nothing scored" if value is None else "%.4f" % value
                out.append("%s %s: %s, at least %s" % (field, what, seen, least))
    return out


def lifted(board, minimum, margin):
    """The thresholds of `minimum`, each no lower than before."""
    out = {}
    for field, wants in minimum.items():
        c = board.total.get(field)
        out[field] = {}
        for what, least in wants.items():
            value = getattr(c, what)() if c else None
            reached = 0 if value is None else math.floor((value - margin) * 1000) / 1000
            out[field][what] = max(least, reached)
    return out


def dump(sets):
    """A field a line, so that a change is a line."""
    lines = []
    for name, fields in sets.items():
        rows = ",\n".join(
            "  %s: %s" % (json.dumps(f), json.dumps(w)) for f, w in fields.items()
        )
        lines.append(" %s: {\n%s\n }" % (json.dumps(name), rows))
    return "{\n%s\n}\n" % ",\n".join(lines)


def raise_thresholds(board, path, name, margin):
    with open(path, encoding="utf-8") as handle:
        sets = json.load(handle)
    sets[name] = lifted(board, sets[name], margin)
    with open(path, "w", encoding="utf-8") as handle:
        handle.write(dump(sets))


def generate(folder, bulletins, look_alikes, seed, more=()):
    """Labelled texts by the generator of the same build."""
    command = [binary("zhenggai-corpus"), "--out", folder, "--seed", str(seed)]
    for name, n in (("--bulletins", bulletins), ("--look-alikes", look_alikes)):
        if n:
            command += [name, str(n)]
    subprocess.run(command + list(more), check=True)


def run(folders, by=None):
    found = zgscore.cases(folders)
    if not found:
        raise SystemExit("no NAME.gold.json in " + ", ".join(folders))
    board = zgscore.Board(by)
    with Daemon() as daemon:
        zgscore.score(daemon.client("unix"), found, board)
    return board


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="*")
    parser.add_argument("--generate", type=int, default=0, metavar="N")
    parser.add_argument("--look-alikes", type=int, metavar="M", help="N / 4")
    parser.add_argument("--seed", type=int, help="a new one each time")
    parser.add_argument("--keep", metavar="DIR", help="of the generated texts")
    parser.add_argument("--by", choices=["layout", "noise", "kind"])
    parser.add_argument("--show", type=int, default=0, metavar="N")
    parser.add_argument("--field", action="append", help="only this one in --show")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--min", metavar="FILE")
    parser.add_argument("--raise", dest="lift", metavar="FILE")
    parser.add_argument("--margin", type=float, default=0.01, help="of --raise")
    parser.add_argument("--set", default="generated")
    o = parser.parse_args()
    if not o.folder and not o.generate:
        parser.error("folders, or --generate N")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # | head
    with tempfile.TemporaryDirectory(prefix="zg-score-") as made:
        folders = list(o.folder)
        if o.generate:
            folders.append(o.keep or made)
            seed = o.seed or random.SystemRandom().randrange(1, 1 << 31)
            look_alikes = o.generate // 4 if o.look_alikes is None else o.look_alikes
            print("seed %d" % seed, file=sys.stderr)
            generate(folders[-1], o.generate, look_alikes, seed)
        board = run(folders, o.by)
    if o.json:
        print(json.dumps(as_json(board), ensure_ascii=False, indent=1))
    else:
        table(board)
        if o.by:
            groups(board)
        misses(board, o.show, o.field)
    if o.lift:
        raise_thresholds(board, o.lift, o.set, o.margin)
    if not o.min:
        return 0
    with open(o.min, encoding="utf-8") as handle:
        faults = below(board, json.load(handle)[o.set])
    for fault in faults:
        print("below the threshold: " + fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
