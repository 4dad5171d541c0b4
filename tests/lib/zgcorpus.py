"""Fixtures: the sample bulletins with their gold files, and random findings."""

import glob
import json
import os

from zgdaemon import ROOT

SAMPLES = os.path.join(ROOT, "tests", "samples")


def samples():
    """[(name, text, gold)] of every sample bulletin that has a gold file."""
    out = []
    for path in sorted(glob.glob(os.path.join(SAMPLES, "*.txt"))):
        gold = path[: -len(".txt")] + ".gold.json"
        if not os.path.exists(gold):
            continue
        with open(path, encoding="utf-8", newline="") as handle:
            text = handle.read()
        with open(gold, encoding="utf-8") as handle:
            out.append((os.path.basename(path)[:-4], text, json.load(handle)))
    assert out, "no sample bulletins in " + SAMPLES
    return out


def gold_findings(name, gold):
    """The gold file's findings with the facets of their bulletin, in the
    shape that zgnaive counts."""
    doc = gold["document"]
    out = []
    for f in gold["findings"]:
        merged = dict(f)
        merged["id"] = "%s#%d" % (name, f["n"])
        merged["bulletin"] = name
        merged["unit"] = doc["units"][0]
        for field in (
            "unit_level region kind inspecting_body round year title"
        ).split():
            merged[field] = doc.get(field)
        out.append(merged)
    return out


def sample_lines():
    """The samples as lines of an import, with their file name as id."""
    return [{"id": name, "text": text} for name, text, _ in samples()]


# ---- random findings ---------------------------------------------------------

WORDS = (
    "离任 审计 工程 处理 采购 招标 公车 维修 党费 收缴 档案 管理 学习 研讨 决策 "
    "程序 换届 选举 往来 挂账 接待 台账"
).split()
LATIN = "PPP EPC 2021 21 OA5 abc abcd".split()
UNITS = ["青禾县水务局", "云泽市交通局", "蓝川县教育局", "石浦镇", "岚山 集团", "港务\"一\"公司"]
LEVELS = ["county", "city", "township", "enterprise", None]
REGIONS = ["青禾县", "云泽市", "蓝川县", None]
KINDS = ["巡察", "巡视", "审计"]
ROUNDS = ["一届第一轮", "一届第二轮", None]
BODIES = ["青禾县委", "云泽市委"]
STATES = (
    "done basically_done phased in_progress long_term deferred not_done "
    "transferred unknown"
).split()
CATEGORIES = "c01 c05 c08 c11 c14 c18".split()


def phrase(rng, least=2, most=6):
    parts = []
    for _ in range(rng.randint(least, most)):
        parts.append(rng.choice(LATIN) if rng.random() < 0.12 else rng.choice(WORDS))
        if rng.random() < 0.15:
            parts.append(rng.choice("，、"))
    # Two Latin or digit words side by side would melt into one.
    text = parts[0]
    for part in parts[1:]:
        if text[-1].isascii() and part[0].isascii():
            text += "和"
        text += part
    return text


def random_finding(rng, number):
    """A ready finding and, in `_truth`, what its measures must sum to."""
    truth = {
        "money_recovered": 0,
        "money_allocated": 0,
        "people_handled": 0,
        "rules_made": 0,
    }
    measures = [phrase(rng) + "。" for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.4:
        tenths = rng.randint(1, 900)
        truth["money_recovered"] = tenths * 1000
        measures.append("追缴资金%d.%d万元。" % divmod(tenths, 10))
    if rng.random() < 0.3:
        wan = rng.randint(1, 500)
        truth["money_allocated"] = wan * 10000
        measures.append("拨付资金%d万元。" % wan)
    if rng.random() < 0.3:
        truth["people_handled"] = rng.randint(1, 20)
        measures.append("批评教育%d人。" % truth["people_handled"])
    if rng.random() < 0.3:
        truth["rules_made"] = rng.randint(2, 9)
        measures.append("制定制度%d项。" % truth["rules_made"])
    rng.shuffle(measures)
    truth["measures"] = len(measures)
    finding = {
        "id": "r%05d" % number,
        "unit": rng.choice(UNITS),
        "unit_level": rng.choice(LEVELS),
        "region": rng.choice(REGIONS),
        "kind": rng.choice(KINDS),
        "round": rng.choice(ROUNDS),
        "inspecting_body": rng.choice(BODIES),
        "section": rng.choice(["履行职责不力", "管党治党不严", None]),
        "head": phrase(rng) + "问题",
        "measures": measures,
        "category": rng.sample(CATEGORIES, rng.choice([1, 1, 2])),
        # Skewed and correlated, as real facets are.
        "status": rng.choice(STATES) if rng.random() < 0.4 else "done",
        "sustain": rng.random() < 0.2,
        "year": rng.choice([None] + list(range(2016, 2026)) * 2),
        "_truth": truth,
    }
    return finding


def line_of(finding):
    """The import line: without the test's own members and without nulls."""
    return {
        key: value
        for key, value in finding.items()
        if not key.startswith("_") and value is not None
    }
