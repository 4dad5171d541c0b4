"""The naive model: search and statistics recounted in plain Python.

Nothing here is shared with the daemon: text is normalised with Python's own
unicodedata, a match is a scan, a count is a Counter.  A finding is a dict in
the shape of the API.  Queries and filters are small trees, rendered to the
daemon's languages and evaluated here, so that no parser of ours can agree
with a parser of the daemon's by sharing its mistakes.
"""

import re
import unicodedata
from collections import Counter
from fractions import Fraction

# Traditional characters that the fixtures use, with their simplified forms.
T2S = str.maketrans(
    "離審計處問題學習幹務報檔會黨紀錄購業經費關於執規條開發辦農監車廠鎮統",
    "离审计处问题学习干务报档会党纪录购业经费关于执规条开发办农监车厂镇统",
)
# Pinyin that converters glue behind a Han character: 統(tǒng).
PINYIN = re.compile(
    "(?<=[\u3400-\u9fff])\\((?=[a-z]*[^a-z)])[a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+\\)"
)
TEXT_FIELDS = ("section", "problem", "head", "measures")


def is_han(char):
    return (
        "\u3400" <= char <= "\u9fff"
        or "\U00020000" <= char <= "\U0003ffff"
        or char == "〇"
    )


def canon(text):
    """Canonical text: NFKC, folded, simplified; a run of anything that is no
    letter and no number is one blank; blanks beside a digit are dropped when
    the other side is a digit or Han."""
    text = unicodedata.normalize("NFKC", text).lower().translate(T2S)
    text = PINYIN.sub("", text)
    out, blank, only_space = [], False, True
    for char in text:
        if unicodedata.category(char) == "Cf":  # zero width
            continue
        if unicodedata.category(char)[0] in "LN":
            if blank and out:
                joins = only_space and (
                    (out[-1].isdigit() and (char.isdigit() or is_han(char)))
                    or (is_han(out[-1]) and char.isdigit())
                )
                if not joins:
                    out.append(" ")
            out.append(char)
            blank, only_space = False, True
        else:
            blank = True
            only_space = only_space and char.isspace()
    return "".join(out)


def is_alnum(char):
    return char.isascii() and char.isalnum()


def run_at(text, run, at, prefix=False):
    """Does canonical `run` stand at `at`, whole units only?"""
    if not text.startswith(run, at):
        return False
    end = at + len(run)
    if at and is_alnum(run[0]) and is_alnum(text[at - 1]):
        return False
    if end < len(text) and is_alnum(run[-1]) and is_alnum(text[end]):
        return prefix
    return True


def has_run(text, run, prefix=False):
    at = text.find(run)
    while at >= 0:
        if run_at(text, run, at, prefix):
            return True
        at = text.find(run, at + 1)
    return False


def occurrences(raw, run):
    """Shortest (start, end) character ranges of `raw` whose canonical form is
    the canonical `run`, at unit borders."""
    found = []
    for start in range(len(raw)):
        if not canon(raw[start]):
            continue
        for end in range(start + 1, min(len(raw), start + 3 * len(run) + 8) + 1):
            got = canon(raw[start:end])
            if got == run:
                # Borders are judged in the whole, not in the cut.
                before = canon(raw[:end])
                whole = canon(raw[:start])
                ok = before.endswith(run) and not (
                    is_alnum(run[0])
                    and whole
                    and is_alnum(whole[-1])
                    and canon(raw[start - 1])
                )
                after = canon(raw[end : end + 1])
                if after and is_alnum(run[-1]) and is_alnum(after[0]):
                    ok = False
                if ok:
                    found.append((start, end))
                break
            if not run.startswith(got) and not got.startswith(run[:1]):
                break
    return found


_seen = {}  # id(finding) -> (finding, canonical texts); holds the finding


def texts(finding):
    """Canonical texts by search field; computed once per finding."""
    if id(finding) not in _seen:
        _seen[id(finding)] = (
            finding,
            {
                name: [canon(item) for item in raw_texts(finding, name)]
                for name in TEXT_FIELDS
            },
        )
    return _seen[id(finding)][1]


def raw_texts(finding, name):
    if name == "measures":
        measures = finding.get("measures") or []
        items = [m["text"] if isinstance(m, dict) else m for m in measures]
        if not items and finding.get("text"):
            items = [finding["text"]]
        return items
    value = finding.get(name)
    return [value] if value else []


# ---- queries -----------------------------------------------------------------
# ("run", text, field or None, prefix) ("and", [..]) ("or", [..]) ("not", tree)


def render_query(tree, outer=True):
    kind = tree[0]
    if kind == "run":
        _, text, field, prefix = tree
        word = '"%s"' % text if " " in text or "，" in text else text
        return (field + ":" if field else "") + word + ("*" if prefix else "")
    if kind == "not":
        return "-" + render_query(tree[1], False)
    glue = " OR " if kind == "or" else " "
    text = glue.join(render_query(child, False) for child in tree[1])
    return text if outer else "(" + text + ")"


def query_match(tree, finding):
    if tree is None:
        return True
    kind = tree[0]
    if kind == "run":
        _, text, field, prefix = tree
        run = canon(text)
        have = texts(finding)
        names = (field,) if field else TEXT_FIELDS
        return any(
            has_run(item, run, prefix) for name in names for item in have[name]
        )
    if kind == "not":
        return not query_match(tree[1], finding)
    test = any if kind == "or" else all
    return test(query_match(child, finding) for child in tree[1])


def query_runs(tree):
    """The runs that must be highlighted: (text, field, prefix)."""
    if tree is None or tree[0] == "not":
        return []
    if tree[0] == "run":
        return [tree[1:]]
    return [run for child in tree[1] for run in query_runs(child)]


# ---- filters -----------------------------------------------------------------
# ("cmp", field, op, value) ("in", field, [v]) ("range", field, lo, hi)
# ("exists", field) ("and", [..]) ("or", [..]) ("not", tree)


def quoted(value):
    text = str(value)
    if text.isascii() and text.isalnum():
        return text
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def render_filter(tree, outer=True):
    kind = tree[0]
    if kind == "cmp":
        return "%s %s %s" % (tree[1], tree[2], quoted(tree[3]))
    if kind == "in":
        return "%s IN [%s]" % (tree[1], ", ".join(quoted(v) for v in tree[2]))
    if kind == "range":
        return "%s %s TO %s" % (tree[1], quoted(tree[2]), quoted(tree[3]))
    if kind == "exists":
        return "%s EXISTS" % tree[1]
    if kind == "not":
        return "NOT " + render_filter(tree[1], False)
    text = (" %s " % kind.upper()).join(
        render_filter(child, False) for child in tree[1]
    )
    return text if outer else "(" + text + ")"


COMPARE = {
    "=": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
}
SIGNALS = ("has_deadline", "has_owner", "has_number", "has_document")


def text_of(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def values(finding, field):
    """The facet values of a finding, as strings; [] when it has none."""
    if field in SIGNALS:
        value = finding["signals"][field]
    else:
        value = finding.get(field)
    if value is None:
        return []
    if isinstance(value, list):
        return [text_of(v) for v in dict.fromkeys(value)]
    return [text_of(value)]


NUMERIC = ("year",)
MEASURES = (
    "money_recovered",
    "money_allocated",
    "people_handled",
    "rules_made",
    "measures",
)


def numbers(finding, field):
    """What order and ranges compare: a measure, or a numeric facet."""
    if field in MEASURES:
        return [measure(finding, field)]
    return [int(value) for value in values(finding, field)]


def filter_match(tree, finding):
    if tree is None:
        return True
    kind = tree[0]
    if kind == "cmp":
        _, field, op, value = tree
        if op == "!=":
            return not filter_match(("cmp", field, "=", value), finding)
        if op == "=" and field not in MEASURES:
            return text_of(value) in values(finding, field)
        want = Fraction(value)
        return any(COMPARE[op](have, want) for have in numbers(finding, field))
    if kind == "in":
        wanted = {text_of(v) for v in tree[2]}
        return any(have in wanted for have in values(finding, tree[1]))
    if kind == "range":
        _, field, low, high = tree
        return any(
            Fraction(low) <= have <= Fraction(high)
            for have in numbers(finding, field)
        )
    if kind == "exists":
        if tree[1] in MEASURES:
            return measure(finding, tree[1]) != 0
        return bool(values(finding, tree[1]))
    if kind == "not":
        return not filter_match(tree[1], finding)
    test = any if kind == "or" else all
    return test(filter_match(child, finding) for child in tree[1])


def matches(findings, query=None, filter_=None):
    return [
        f for f in findings if query_match(query, f) and filter_match(filter_, f)
    ]


# ---- counts ------------------------------------------------------------------


def facet(findings, field):
    """Counter of the values of one field."""
    counts = Counter()
    for finding in findings:
        counts.update(values(finding, field))
    return counts


def facet_answer(result):
    """The daemon's facet as a Counter of strings."""
    return Counter({text_of(v["value"]): v["count"] for v in result["values"]})


def keys_of(finding, group_by):
    """Every group a finding stands in; None where it has no value."""
    keys = [()]
    for field in group_by:
        own = values(finding, field) or [None]
        keys = [key + (value,) for key in keys for value in own]
    return keys


def group(findings, group_by):
    """Groups as {key tuple: [findings]}."""
    groups = {}
    for finding in findings:
        for key in keys_of(finding, group_by):
            groups.setdefault(key, []).append(finding)
    return groups


def money(finding, kind):
    """Sum in fen, exact; a part inside its parent's bracket is not added."""
    return sum(
        round(Fraction(str(m["yuan"])) * 100)
        for m in finding.get("money") or []
        if m["kind"] == kind and not m.get("part")
    )


def measure(finding, name):
    """Value of a summable measure, as a Fraction in API units."""
    truth = finding.get("_truth")
    if truth is not None:
        return Fraction(truth[name])
    if name in ("money_recovered", "money_allocated"):
        return Fraction(money(finding, name.split("_")[1]), 100)
    if name == "people_handled":
        return Fraction(
            sum(
                p["n"]
                for p in finding.get("people") or []
                if p["kind"] == "handled" and not p.get("part")
            )
        )
    if name == "rules_made":
        return Fraction(finding.get("rules_made") or 0)
    return Fraction(len(finding.get("measures") or []))


def metric(text, findings, total):
    """One metric over a group; None when undefined."""
    op, _, arg = text.partition(":")
    if op == "count":
        return Fraction(len(findings))
    if op == "share":
        return Fraction(len(findings), total) if total else None
    if op == "distinct":
        return Fraction(len(facet(findings, arg)))
    if op == "rate":
        if not findings:
            return None
        field, _, value = arg.partition("=")
        hit = sum(value in values(f, field) for f in findings)
        return Fraction(hit, len(findings))
    numbers = [measure(f, arg) for f in findings]
    if op == "sum":
        return sum(numbers, Fraction(0))
    if not numbers:
        return None
    if op == "avg":
        return sum(numbers) / len(numbers)
    return {"min": min, "max": max}[op](numbers)


def same_number(got, want, what=""):
    """Integers must be equal, fractions equal to double precision."""
    if want is None:
        assert got is None, "%s: %r, expected null" % (what, got)
        return
    assert got is not None, "%s: null, expected %s" % (what, want)
    assert not isinstance(got, bool), "%s: %r" % (what, got)
    if want.denominator == 1:
        assert got == want, "%s: %r, expected %s" % (what, got, want)
    else:
        assert abs(got - float(want)) <= 1e-9 * max(1.0, abs(float(want))), (
            "%s: %r, expected %s" % (what, got, want)
        )
