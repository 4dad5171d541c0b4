#!/usr/bin/env python3
"""Checks the hand-written gold of tests/genre against its texts.

It knows nothing of the parser.  What it proves: every text has gold and every
gold a text; strings of the gold stand in the text, findings in their order;
numbers, amounts, people and documents stand between a finding's head and the
next one; the counts of `parsed` are the sums of the findings.

    tests/genre/check.py [NAME ...]      exit status 1 if anything is wrong
"""
import glob
import html
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CLASSES = {"single_unit", "multi_unit", "round_summary", "audit_report",
           "table_notice", "template"}
STATES = {"unknown", "done", "basically_done", "phased", "in_progress",
          "long_term", "deferred", "not_done", "transferred"}
UNITS = {"": 1, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}


def squeeze(s):
    """Blanks and line ends do not count: a page may break a line anywhere."""
    return re.sub(r"[\s\u3000\u200b]", "", s)


def read_text(base):
    for ext in (".txt", ".html"):
        if os.path.exists(base + ext):
            with open(base + ext, encoding="utf-8") as f:
                raw = f.read()
            if ext == ".html":
                raw = re.sub(r"(?s)<(script|style).*?</\1>", "", raw)
                raw = html.unescape(re.sub(r"<[^>]+>", "", raw))
            return raw
    return None


def yuan_in(s):
    out = set()
    for num, unit in re.findall(r"(\d[\d,，]*(?:\.\d+)?)[余餘多]?([万萬亿億]?)[余餘]?元", s):
        n = float(re.sub("[,，]", "", num)) * UNITS[unit]
        out.add(round(n, 2))
    return out


def check_finding(f, body, whole, say):
    for key in ("section", "problem", "responsible"):
        if f.get(key) and squeeze(f[key]) not in whole:
            say(f"{key} not in the text: {f[key]}")
    for doc in f.get("documents", []):
        # the gold gives 〔〕; copies print other brackets
        want = re.sub(r"[〔〕\[\]()（）【】]", "", squeeze(doc))
        if want not in re.sub(r"[〔〕\[\]()（）【】]", "", body):
            say(f"document not in the finding: {doc}")
    amounts = yuan_in(body)
    for m in f.get("money", []):
        if round(float(m["yuan"]), 2) not in amounts:
            say(f"amount not in the finding: {m['yuan']}")
    for p in f.get("people", []):
        unit = "人次" if p.get("unit") == "人次" else "(?:人(?!次)|[名位个])"
        if p["n"] and not re.search(r"(?<!\d)%d余?%s" % (p["n"], unit),
                                    body.replace(",", "")):
            say(f"people not in the finding: {p}")
    if f.get("status", "unknown") not in STATES:
        say(f"no such status: {f['status']}")
    if "status" in f and "status_source" in f:
        if (f["status"] == "unknown") != (f["status_source"] == "none"):
            say("status and status_source disagree")
    for c in f.get("category", []):
        if not re.fullmatch(r"c(0[1-9]|1\d|2[0-8])", c):
            say(f"no such category: {c}")


def check_bulletin(name, gold, text, bad):
    doc, finds, whole = gold["document"], gold["findings"], squeeze(text)
    say = lambda msg: bad.append(f"{name}: {msg}")
    if doc.get("class") not in CLASSES:
        say(f"class {doc.get('class')}")
    for key in ("title", "team", "round", "source"):
        if doc.get(key) and squeeze(doc[key]) not in whole:
            say(f"{key} not in the text: {doc[key]}")
    at, starts = 0, []
    for i, f in enumerate(finds):
        pos = whole.find(squeeze(f["head"]), at)
        if pos < 0:
            say(f"finding {i + 1}: head not found in order: {f['head']}")
            return
        if f["n"] != i + 1:
            say(f"finding {i + 1}: n is {f['n']}")
        number = f.get("number")
        if number and squeeze(number) not in whole[max(0, pos - 16):pos]:
            say(f"finding {i + 1}: {number} does not stand before its head")
        starts.append(pos)
        at = pos + 1
    for i, f in enumerate(finds):
        end = starts[i + 1] if i + 1 < len(starts) else len(whole)
        check_finding(f, whole[starts[i]:end], whole,
                      lambda m, i=i: say(f"finding {i + 1}: {m}"))
    parsed = doc.get("parsed", {})
    sums = {"findings": len(finds),
            "atomic_findings": sum(f.get("statements", 1) for f in finds),
            "measures": sum(f.get("listed_measures", 0) for f in finds)}
    for key, n in sums.items():
        if key in parsed and parsed[key] != n:
            say(f"parsed.{key} is {parsed[key]}, the findings give {n}")


def main():
    bad, seen = [], 0
    for sub in ("", "no", "unseen", os.path.join("unseen", "no")):
        folder = os.path.join(HERE, sub) if sub else HERE
        files = glob.glob(os.path.join(folder, "*.txt"))
        files += glob.glob(os.path.join(folder, "*.html"))
        bases = {os.path.splitext(p)[0] for p in files}
        golds = {p[:-len(".gold.json")]
                 for p in glob.glob(os.path.join(folder, "*.gold.json"))}
        for base in sorted(bases ^ golds):
            bad.append(f"{os.path.basename(base)}: text or gold is missing")
        for base in sorted(bases & golds):
            name = os.path.basename(base)
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            seen += 1
            with open(base + ".gold.json", encoding="utf-8") as f:
                gold = json.load(f)
            if gold["accept"] == (os.path.basename(folder) == "no"):
                bad.append(f"{name}: accept is {gold['accept']} in this folder")
            elif gold["accept"]:
                check_bulletin(name, gold, read_text(base), bad)
            elif not gold.get("kind_of_text"):
                bad.append(f"{name}: kind_of_text is missing")
    for line in bad:
        print(line)
    print(f"{seen} texts, {len(bad)} faults")
    return 1 if bad or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
