"""The scorer: what the parser answers against gold facts, field by field.

A case is NAME.txt (or NAME.html) with NAME.gold.json beside it; the schema is
in tests/README.md.  A member that the gold leaves out is not scored; `null`
means that the text is silent and the parser must be silent as well.

Texts are compared after NFKC with punctuation and blanks dropped, and with the
characters that the gold's `variants` name as one (a traditional copy has them:
[["統", "统"], ...]).
"""

import glob
import json
import os
import re
import unicodedata
from collections import Counter, defaultdict

PINYIN = re.compile(
    r"(?<=[㐀-鿿])[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿ]{1,6}[)）]"
)

DOCUMENT_TEXT = (
    "title author unit_level region kind inspecting_body team round source"
).split()
DOCUMENT_EXACT = (
    "inspect_start inspect_end feedback_date publish_date year"
).split()
DATES = {"inspect_start", "inspect_end", "feedback_date"}
DECLARED = (
    "aspects categories problems tasks measures done basically_done phased "
    "in_progress long_term deferred not_done"
).split()
DECLARED_LATER = "transferred rate".split()  # absent in the older gold files
PARSED = (
    "sections categories problems findings atomic_findings measures"
).split()
SILENT = {"status": "unknown", "status_source": "none", "repeat": "none"}


# ---- cases -------------------------------------------------------------------


class Case:
    def __init__(self, path, gold):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.gold = gold
        self.accept = gold.get("accept", True)
        self.layout = gold.get("layout") or (
            "look-alike" if not self.accept else "none"
        )
        noise = gold.get("noise") or []
        self.noise = noise if isinstance(noise, list) else [noise]

    def keys(self, by):
        if by == "layout":
            return [self.layout]
        if by == "kind":
            return [self.gold.get("kind_of_text") or self.layout]
        return self.noise or ["clean"]

    def body(self, force=False):
        """(bytes, Content-Type) of the request."""
        with open(self.path, "rb") as handle:
            data = handle.read()
        if not force and not self.path.endswith(".html"):
            return data, "text/plain; charset=utf-8"
        kind = "html" if self.path.endswith(".html") else "text"
        made = {kind: data.decode("utf-8"), "force": force}
        return json.dumps(made, ensure_ascii=False).encode(), "application/json"


def cases(folders):
    out = []
    for folder in folders:
        for gold in sorted(glob.glob(os.path.join(folder, "*.gold.json"))):
            stem = gold[: -len(".gold.json")]
            found = [stem + e for e in (".txt", ".html") if os.path.exists(stem + e)]
            if not found:
                raise FileNotFoundError("no text beside " + gold)
            with open(gold, encoding="utf-8") as handle:
                made = json.load(handle)
            if "findings" in made or made.get("accept") is False:
                out += [Case(path, made) for path in found]
    return out


# ---- comparing ---------------------------------------------------------------


class Text:
    """Normalises texts of one case."""

    def __init__(self, gold):
        self.fold = {}
        for pair in gold.get("variants") or []:
            first = min(self.fold.get(c, c) for c in pair)
            old = {self.fold.get(c, c) for c in pair} | set(pair)
            for c in [c for c in self.fold if self.fold[c] in old] + list(pair):
                self.fold[c] = first

    def plain(self, value):
        text = unicodedata.normalize("NFKC", PINYIN.sub("", str(value)))
        return "".join(self.fold.get(c, c) for c in text if c.isalnum())

    def number(self, value):
        """A numbering token: its brackets and stops count."""
        if value is None:
            return None
        text = unicodedata.normalize("NFKC", value)
        return re.sub(r"\s", "", text).replace("．", ".").rstrip(".、:")

    def same(self, want, got):
        if want is None or got is None:
            return want is got
        if isinstance(want, str) and isinstance(got, str):
            return self.plain(want) == self.plain(got)
        return want == got


class Count:
    __slots__ = ("gold", "got", "right", "silent", "silent_right")

    def __init__(self):
        self.gold = self.got = self.right = self.silent = self.silent_right = 0

    def add(self, gold, got, right):
        """Numbers of one place; `gold` 0 is a place where the text is silent."""
        self.gold += gold
        self.got += got
        self.right += right
        if gold == 0:
            self.silent += 1
            self.silent_right += got == 0

    def precision(self):
        return self.right / self.got if self.got else None

    def recall(self):
        return self.right / self.gold if self.gold else None

    def null(self):
        return self.silent_right / self.silent if self.silent else None

    def f1(self):
        total = self.gold + self.got
        return 2 * self.right / total if total else None


class Board:
    """Counts per field, once over all and once per group."""

    def __init__(self, by=None):
        self.by = by
        self.total = defaultdict(Count)
        self.groups = defaultdict(lambda: defaultdict(Count))
        self.size = Counter()
        self.misses = []  # (field, case name, place, want, got)

    def boards(self, case):
        out = [self.total]
        if self.by:
            out += [self.groups[key] for key in case.keys(self.by)]
        return out

    def add(self, case, field, gold, got, right, place="", want=None, have=None):
        for board in self.boards(case):
            board[field].add(gold, got, right)
        if field != "heads" and (right < gold or right < got):
            self.misses.append((field, case.name, place, want, have))

    def value(self, case, text, field, want, have, place=""):
        """One value, None where silent."""
        gold, got = int(want is not None), int(have is not None)
        right = int(gold and text.same(want, have))
        self.add(case, field, gold, got, right, place, want, have)


def multiset(want, have):
    """(gold, got, right) of two Counters."""
    return sum(want.values()), sum(have.values()), sum((want & have).values())


def amounts(items, keys):
    out = Counter()
    for item in items or []:
        key = tuple(item.get(k) for k in keys)
        if keys[1] == "yuan":
            key = (key[0], round(float(key[1]) * 100))
        out[key] += 1
    return out


def parts_allowed(want, whole, parts):
    """What the answer has: its wholes, and those parts that the gold lists."""
    return whole + ((want - whole) & parts)


def bigrams(text):
    return Counter(text[i : i + 2] for i in range(max(1, len(text) - 1)))


def alike(a, b):
    """Near enough to be meant by one another, though not equal."""
    if a == b:
        return 1.0
    if not a or not b:
        return 0.0
    x, y = bigrams(a), bigrams(b)
    shared = sum((x & y).values())
    return shared / max(1, min(sum(x.values()), sum(y.values())))


def align(want, have, same):
    """Pairs (i, j) in order: equal heads first (longest common subsequence),
    then, inside the gaps, heads that are alike."""
    n, m = len(want), len(have)
    table = [[0] * (m + 1) for _ in range(n + 1)]
    equal = [[same(want[i], have[j]) for j in range(m)] for i in range(n)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            table[i][j] = max(table[i + 1][j], table[i][j + 1])
            if equal[i][j]:
                table[i][j] = max(table[i][j], 1 + table[i + 1][j + 1])
    pairs, i, j = [], 0, 0
    while i < n and j < m:
        if equal[i][j] and table[i][j] == 1 + table[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    out, low_i, low_j = [], 0, 0
    for i, j in pairs + [(n, m)]:
        at = low_j
        for k in range(low_i, i):
            best = max(
                range(at, j), key=lambda c: alike(want[k], have[c]), default=None
            )
            if best is not None and alike(want[k], have[best]) >= 0.5:
                out.append((k, best))
                at = best + 1
        if i < n:
            out.append((i, j))
        low_i, low_j = i + 1, j + 1
    return out


# ---- scoring -----------------------------------------------------------------


def score_document(board, case, text, got):
    doc = case.gold.get("document") or {}
    for name in DOCUMENT_TEXT:
        if name in doc:
            board.value(case, text, name, doc[name], got.get(name))
    for name in DOCUMENT_EXACT:
        if name in doc:
            board.value(case, text, name, doc[name], got.get(name))
            if name in DATES:
                board.value(case, text, "dates", doc[name], got.get(name), name)
    if "class" in doc:
        board.value(case, text, "class", doc["class"], got.get("doc_class"))
    for name in ("units", "inferred"):
        if doc.get(name) is not None:
            want = Counter(text.plain(u) for u in doc[name])
            have = Counter(text.plain(u) for u in got.get(name) or [])
            board.add(
                case, name, *multiset(want, have), "", doc[name], got.get(name)
            )
    if "declared" in doc:
        score_declared(board, case, text, doc["declared"], got["declared"])
    for name in PARSED:
        if name in (doc.get("parsed") or {}):
            board.value(
                case, text, "counts", doc["parsed"][name], got["parsed"][name], name
            )


def score_declared(board, case, text, want, have):
    for name in DECLARED + [n for n in DECLARED_LATER if n in want]:
        board.value(case, text, "declared", want.get(name), have[name], name)
    if want.get("series") is not None:
        keys = ("name", "total", "done")
        board.add(
            case,
            "series",
            *multiset(amounts(want["series"], keys), amounts(have["series"], keys)),
            "",
            want["series"],
            [{k: s[k] for k in keys} for s in have["series"]],
        )


def head_of(finding, text):
    return text.plain(finding.get("head") or finding.get("head_starts") or "")


def score_findings(board, case, text, got):
    gold = case.gold["findings"]
    answer = got["findings"]
    want = [head_of(f, text) for f in gold]
    have = [head_of(f, text) for f in answer]
    starts = any("head_starts" in f for f in gold)

    def same(a, b):
        return b.startswith(a) if starts else a == b

    right = 0
    pairs = align(want, have, same)
    for i, j in pairs:
        w, g = gold[i], answer[j]
        heads = same(want[i], have[j])
        numbers = "number" not in w or (
            text.number(w["number"]) == text.number(g["number"])
        )
        right += heads and numbers
        board.add(
            case, "head", 1, 1, int(heads), "#%s" % w["n"],
            w.get("head") or w.get("head_starts"), g["head"],
        )  # fmt: skip
        score_finding(board, case, text, w, g)
    equal = sum(same(want[i], have[j]) for i, j in pairs)
    board.add(case, "heads", len(gold), len(answer), equal)
    paired_i, paired_j = {i for i, _ in pairs}, {j for _, j in pairs}
    lost = ["- " + want[i][:40] for i in range(len(want)) if i not in paired_i]
    extra = ["+ " + have[j][:40] for j in range(len(have)) if j not in paired_j]
    board.add(
        case, "findings", len(gold), len(answer), right, "",
        "%d, lost: %s" % (len(gold), lost[:5]),
        "%d, extra: %s" % (len(answer), extra[:5]),
    )  # fmt: skip


def unframed(section):
    """在“…”方面, 关于…方面: whether the frame of a section belongs to it can be
    argued, so it does not count."""
    if section is None:
        return None
    return re.sub(r"^(在|关于|關於)|方面$", "", section.strip())


def silent(name, value):
    if value in (0, False, SILENT.get(name)):
        return None
    return value


def score_finding(board, case, text, want, got):
    place = "#%s" % want["n"]

    def value(name, have):
        if name in want:
            board.value(
                case, text, name, silent(name, want[name]), silent(name, have), place
            )

    for name in (
        "problem status sustain status_source rules_made cases "
        "deadline responsible repeat"
    ).split():
        value(name, got[name])
    if "section" in want:
        board.value(
            case, text, "section", unframed(want["section"]),
            unframed(got["section"]), place,
        )  # fmt: skip
    if "number" in want:
        number = text.number(got["number"])
        gold = text.number(want["number"])
        right = int(gold is not None and gold == number)
        board.add(
            case, "number", int(gold is not None), int(number is not None), right,
            place, want["number"], got["number"],
        )  # fmt: skip
    value("statements", len(got["statements"]))
    value("listed_measures", sum(m["listed"] for m in got["measures"]))
    score_amounts(board, case, want, got, place)
    if "documents" in want:
        have = [d["text"] for d in got["documents"] if d["number"]]
        w = Counter({text.plain(d) for d in want["documents"]})
        h = Counter({text.plain(d) for d in have})
        board.add(
            case, "documents", *multiset(w, h), place, want["documents"], have
        )
    if "category" in want:
        first = (want["category"] or [None])[0]
        board.value(
            case, text, "category", first, (got["category"] or [None])[0], place
        )


def score_amounts(board, case, want, got, place):
    for name, keys in (("money", ("kind", "yuan")), ("people", ("kind", "n", "unit"))):
        if name not in want:
            continue
        w = amounts(want[name], keys)
        whole = amounts([m for m in got[name] if not m["part"]], keys)
        parts = amounts([m for m in got[name] if m["part"]], keys)
        h = parts_allowed(w, whole, parts)
        board.add(
            case, name, *multiset(w, h), place, want[name],
            [{k: m[k] for k in keys + ("approx", "part")} for m in got[name]],
        )  # fmt: skip
        score_approx(board, case, name, want[name], got[name], place)


def score_approx(board, case, name, want, got, place):
    """余, 约, 多: only where the amount itself was found."""
    number = "yuan" if name == "money" else "n"
    for w in want:
        if not w.get("approx"):
            continue
        same = [g for g in got if float(g[number]) == float(w[number])]
        if same:
            hit = int(any(g["approx"] for g in same))
            board.add(case, "approx", 1, hit, hit, place, w, same[0])


def score(client, found, board):
    for case in found:
        body, kind = case.body()
        board.size.update(case.keys(board.by) if board.by else [])
        res = client.post("/v1/parse", body, {"Content-Type": kind})
        if res.status not in (200, 422):  # a form that is not read (yet)
            board.add(case, "read", 1, 0, 0, "", "an answer", repr(res)[:200])
            continue
        board.add(case, "read", 1, 1, 1)
        accepted = res.status == 200
        if not case.accept:
            board.add(
                case, "rejected", 1, int(not accepted), int(not accepted), "",
                case.gold.get("kind_of_text"), "accepted" if accepted else None,
            )  # fmt: skip
            continue
        board.add(
            case, "accepted", 1, int(accepted), int(accepted), "", "accepted",
            None if accepted else res.json["error"]["message"],
        )  # fmt: skip
        if not accepted:  # the other fields are judged all the same
            body, kind = case.body(force=True)
            res = client.post("/v1/parse", body, {"Content-Type": kind})
            assert res.status == 200, "%s, forced: %r" % (case.path, res)
        got = res.json
        got = got.get("bulletin", got)
        text = Text(case.gold)
        score_document(board, case, text, got)
        score_findings(board, case, text, got)
