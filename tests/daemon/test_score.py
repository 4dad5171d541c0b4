"""How right the parser is, on generated bulletins whose facts are known.

The thresholds of score.min.json lie just below what the parser reaches; a
change that reads fewer bulletins right fails here.  `make parser-score` shows
the whole table.
"""

import copy
import json
import os
import subprocess
import sys

import pytest

from zgdaemon import ROOT

sys.path.insert(0, os.path.join(ROOT, "tests"))

import score  # noqa: E402
import zgscore  # noqa: E402

SEED = 20241101
BULLETINS = 150
LOOK_ALIKES = 48


def minimum(name):
    path = os.path.join(ROOT, "tests", "score.min.json")
    with open(path, encoding="utf-8") as handle:
        return json.load(handle)[name]


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("generated"))
    score.generate(folder, BULLETINS, LOOK_ALIKES, SEED)
    return folder


def test_generated(texts):
    board = score.run([texts])
    faults = score.below(board, minimum("generated"))
    assert not faults, "\n".join(faults)


def test_written_by_hand():
    names = ("samples", "genre", "genre/no", "genre/unseen",
             "genre/unseen/no")
    board = score.run([os.path.join(ROOT, "tests", name) for name in names])
    faults = score.below(board, minimum("by_hand"))
    assert not faults, "\n".join(faults)


def fields_that_fall(client, case, spoil):
    """The fields that are less right when the gold is spoilt."""

    def right(gold):
        board = zgscore.Board()
        other = copy.copy(case)
        other.gold = gold
        other.accept = gold["accept"]
        zgscore.score(client, [other], board)
        return {f: (c.right, c.silent_right) for f, c in board.total.items()}

    before = right(case.gold)
    gold = copy.deepcopy(case.gold)
    spoil(gold)
    after = right(gold)
    return {f for f in before if after.get(f, (0, 0)) < before[f]}


@pytest.mark.parametrize(
    "field,spoil",
    [
        ("title", lambda g: g["document"].update(title="中共虚构县委通报")),
        ("units", lambda g: g["document"].update(units=["虚构单位"])),
        ("dates", lambda g: g["document"].update(feedback_date="1999-01-01")),
        ("counts", lambda g: g["document"]["parsed"].update(findings=999)),
        ("heads", lambda g: g["findings"].pop(1)),
        ("heads", lambda g: g["findings"][0].update(head="全然不同的一句话")),
        ("status", lambda g: g["findings"][0].update(status="deferred")),
        (
            "money",
            lambda g: g["findings"][0].update(money=[{"kind": "other", "yuan": 7}]),
        ),
        (
            "people",
            lambda g: g["findings"][0].update(
                people=[{"kind": "other", "n": 7, "unit": "人"}]
            ),
        ),
        ("deadline", lambda g: g["findings"][0].update(deadline="1999-01")),
        ("category", lambda g: g["findings"][0].update(category=["c99"])),
        ("accepted", lambda g: g.update(accept=False)),
    ],
)
def test_the_scorer_notices(daemon, field, spoil):
    """An answer that differs from the gold costs its field, and a threshold
    of 1 is then missed."""
    case = zgscore.cases([os.path.join(ROOT, "tests", "samples")])[-1]
    case.gold["accept"] = True
    assert field in fields_that_fall(daemon.client(), case, spoil)


def test_thresholds_fail():
    board = zgscore.Board()
    case = zgscore.Case("/nowhere/x.txt", {"layout": "F1"})
    text = zgscore.Text({})
    board.value(case, text, "team", "市委第一巡察组", "市委第二巡察组")
    board.value(case, text, "team", "市委第一巡察组", "市委第一 巡察组")
    assert score.below(board, {"team": {"precision": 0.5}}) == []
    assert score.below(board, {"team": {"precision": 0.6}})
    assert score.below(board, {"round": {"recall": 0.1}}), "nothing was scored"


def test_thresholds_only_rise():
    board = zgscore.Board()
    board.total["team"].add(10, 10, 9)
    old = {"team": {"precision": 0.5, "recall": 0.95}, "round": {"recall": 0.4}}
    new = {"team": {"precision": 0.89, "recall": 0.95}, "round": {"recall": 0.4}}
    assert score.lifted(board, old, 0.01) == new
    assert json.loads(score.dump({"generated": new})) == {"generated": new}


def test_the_gold_written_by_hand_stands_in_its_texts():
    check = os.path.join(ROOT, "tests", "genre", "check.py")
    done = subprocess.run([sys.executable, check], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
