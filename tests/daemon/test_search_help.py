"""Synonyms, suggestions and paging by cursor, over the sockets and by the
command."""

import json
import random
import threading

import pytest
import zgcorpus
from test_cli import cli

FILE = """version = {version}
[c01]
zh = 甲
en = one
cues = 补课
[synonyms]
{synonyms}
[words]
words = {words}
"""


def write(path, version="1", synonyms="", words=""):
    text = FILE.format(version=version, synonyms=synonyms, words=words)
    path.write_text(text, encoding="utf-8")


def put(client, heads, first=0):
    lines = [{"id": "s%d" % (first + i), "head": h} for i, h in enumerate(heads)]
    answers = client.import_lines(lines)
    assert all(a["ok"] for a in answers[:-1]), answers


def ids(answer):
    return sorted(h["id"] for h in answer["hits"])


# ---- synonyms ----------------------------------------------------------------


@pytest.fixture
def tutoring(start, tmp_path):
    path = tmp_path / "分类.ini"
    write(path, synonyms="有偿补课 = 办班补课 校外兼课\n三重一大 = 议事规则")
    daemon = start(args=["--taxonomy", str(path)])
    client = daemon.client()
    put(client, ["教师有偿补课屡禁不止", "在职教师校外兼课", "假期辦班補課收費",
                 "议事规则不健全", "补课"])
    return daemon, client, path


def test_synonyms_only_when_asked(tutoring):
    _, client, _ = tutoring
    assert ids(client.search(q="有偿补课")) == ["s0"]
    assert "expanded" not in client.search(q="有偿补课")
    answer = client.search(q="有偿补课", synonyms=True)
    assert ids(answer) == ["s0", "s1", "s2"] and answer["total"] == 3
    assert answer["expanded"] == [{"q": "有偿补课", "with": ["办班补课", "校外兼课"]}]
    for hit in answer["hits"]:
        start, n = hit["highlights"]["head"][0]
        marked = hit["head"].encode()[start : start + n].decode()
        assert marked in ("有偿补课", "校外兼课", "辦班補課")
    # From any member, by GET too, and counted as the hits are.
    answer = client.get("/v1/search", q="校外兼课", synonyms="true", facets="status")
    assert answer.json["total"] == 3
    assert answer.json["facets"]["status"]["values"][0]["count"] == 3


def test_what_synonyms_leave_alone(tutoring):
    _, client, _ = tutoring
    find = lambda q, **more: ids(client.search(q=q, synonyms=True, **more))
    assert find('"有偿补课"') == ["s0"]
    assert find("有偿补课*") == ["s0"]
    assert find("教师有偿补课") == ["s0"]  # only a whole word
    assert find("教师 有偿补课") == ["s0", "s1"]
    assert find("head:有偿补课") == ["s0", "s1", "s2"]
    assert find("measures:有偿补课") == []
    assert find("教师 -校外兼课") == []  # its group is excluded
    assert find("有偿补课 OR 三重一大") == ["s0", "s1", "s2", "s3"]
    assert find("补课") == ["s0", "s2", "s4"]
    answer = client.search(q="补课", synonyms=True)
    assert answer["expanded"] == []


def test_synonyms_are_read_again(tutoring):
    _, client, path = tutoring
    first = client.search(q="有偿补课", synonyms=True, cursor="*", limit=1)
    write(path, "2", synonyms="有偿补课 = 补课")
    loaded = client.ok("POST", "/v1/taxonomy/reload")
    assert loaded["changed"] is True
    assert (loaded["synonym_groups"], loaded["words"]) == (1, 2)
    shown = client.ok("GET", "/v1/taxonomy")
    assert (shown["synonym_groups"], shown["words"]) == (1, 2)
    assert client.search(q="有偿补课", synonyms=True)["total"] == 3
    assert client.search(q="校外兼课", synonyms=True)["total"] == 1
    # The list that the cursor pages through is another one now.
    res = client.post("/v1/search", {"q": "有偿补课", "synonyms": True, "limit": 1,
                                     "cursor": first["next_cursor"]})
    assert res.status == 400 and res.json["error"]["code"] == "invalid_cursor"


@pytest.mark.parametrize("bad", [
    "有偿补课 = ", "有偿补课 = 办班补课\n办班补课 = 校外兼课", "有偿补课 = 有偿补课",
    "有偿补课 办班补课 = 校外兼课", "甲 = 乙乙", "= 有偿补课",
    "甲甲 = " + " ".join("词%d" % i for i in range(16))])
def test_bad_synonyms_change_nothing(tutoring, bad):
    _, client, path = tutoring
    write(path, "2", synonyms=bad)
    res = client.post("/v1/taxonomy/reload")
    error = res.json["error"]
    assert res.status == 400 and error["code"] == "invalid_taxonomy"
    assert "line " in error["message"]
    assert client.search(q="有偿补课", synonyms=True)["total"] == 3


# ---- suggestions -------------------------------------------------------------

TEXTS = ["未按规定开展离任审计", "离任审计整改不到位", "党费收缴不及时", "公务接待超标准",
         "往来帐目混乱", "银行账户清理不彻底", "西安项目推进缓慢", "PPP项目管理混乱"]


@pytest.fixture
def texts(daemon):
    client = daemon.client()
    put(client, TEXTS)
    return daemon, client


@pytest.mark.parametrize("q,want,why,total", [
    ("lirenshenji", "离任审计", "pinyin", 2),
    ("li ren shen ji", "离任审计", "pinyin", 2),
    ("LiRen shenji", "离任审计", "pinyin", 2),
    ("ｌｉｒｅｎｓｈｅｎｊｉ", "离任审计", "pinyin", 2),
    ("li'ren'shen'ji", "离任审计", "pinyin", 2),
    ("lrsj", "离任审计", "initials", 2),
    ("离任申计", "离任审计", "sound", 2),
    ("離任審記", "离任审计", "sound", 2),
    ("往来帐日", "往来帐目", "shape", 1),
    ("离任甲计", "离任审计", "edit", 2),
    ("离任审计计", "离任审计", "edit", 2),
    ("离审计", "离任审计", "edit", 2),
    ("任离审计", "离任审计", "edit", 2),
    ("yinhangzhanghu", "银行账户", "pinyin", 1),  # 行: hang, not xing
    ("xianxiangmu", "西安项目", "pinyin", 1),  # xi'an, not xian
    ("离任申计 整改", "离任审计 整改", "sound", 1),
    ("整改 lirenshenji", "整改 离任审计", "pinyin", 1),
    ("-整改 离任申计", "-整改 离任审计", "sound", 1),
    ("gongwujiedai", "公务接待", "pinyin", 1),
])
def test_suggested(texts, q, want, why, total):
    _, client = texts
    answer = client.search(q=q)
    assert answer["total"] == 0 and answer["hits"] == []
    assert {"q": want, "total": total, "why": why} in answer["suggestions"]
    # What is offered was counted.
    for s in answer["suggestions"]:
        assert client.search(q=s["q"])["total"] == s["total"] > 0


def test_not_suggested(texts):
    _, client = texts
    assert "suggestions" not in client.search(q="往来帐目")  # one hit
    assert "suggestions" not in client.search(q="")
    assert "suggestions" not in client.search(q="!!!")  # asks for everything
    assert "suggestions" not in client.search(q="离任申计", suggest=False)
    assert "suggestions" not in client.search(q="离任申计", offset=1)
    assert client.search(q="离任审计", suggest=True)["suggestions"] == []
    for q in ("高速公路", "zzzz", "hello", "x", "12345", "“离任申计”", "head:离任申计",
              "离任申计*", "a1b2"):
        assert client.search(q=q)["suggestions"] == [], q
    # The filter holds for what is offered.
    answer = client.search(q="离任申计", filter="year = 2020")
    assert answer["suggestions"] == []


def test_not_suggested_for_the_filter(daemon):
    """What only the filter keeps from being found is spelled well enough."""
    client = daemon.client()
    lines = [{"id": "a%d" % i, "head": "离任申计", "year": 2020} for i in range(3)]
    lines.append({"id": "b", "head": "离任审计", "year": 2021})
    assert all(a["ok"] for a in client.import_lines(lines)[:-1])
    answer = client.search(q="离任申计", filter="year = 2021")
    assert answer["total"] == 0 and answer["suggestions"] == []
    answer = client.search(q="离任申计", filter="year = 2021", suggest=True)
    assert [s["q"] for s in answer["suggestions"]] == ["离任审计"]


def test_suggestions_follow_the_index(texts):
    _, client = texts
    assert client.search(q="gaosugonglu")["suggestions"] == []
    put(client, ["高速公路征地补偿"], first=90)
    want = [{"q": "高速公路", "total": 1, "why": "pinyin"}]
    assert client.search(q="gaosugonglu")["suggestions"] == want
    assert client.request("DELETE", "/v1/findings/s90").status in (200, 204)
    assert client.search(q="gaosugonglu")["suggestions"] == []


def test_words_of_the_file_come_first(start, tmp_path):
    """Both are read alike; the user's dictionary knows which is meant."""
    path = tmp_path / "分类.ini"
    write(path, words="公示")
    client = start(args=["--taxonomy", str(path)]).client()
    put(client, ["公式错误", "公式不对", "公式公式", "公示不足"])
    said = [s["q"] for s in client.search(q="gongshi")["suggestions"]]
    assert said == ["公示", "公式"]
    write(path, "2")
    client.ok("POST", "/v1/taxonomy/reload")
    said = [s["q"] for s in client.search(q="gongshi")["suggestions"]]
    assert said == ["公式", "公示"]


def test_any_query_may_be_asked_for_help(small):
    """Random queries: nothing fails, all that is offered finds what it says."""
    rng = random.Random(20261125)
    client = small.client()
    pieces = zgcorpus.WORDS + zgcorpus.LATIN + [
        "-", "OR", "(", ")", "“", "”", "*", "head:", " ", "　", "lian", "xian",
        "审", "计", "，", "ａｂ", "shen", "q", "𠀀", "é"]
    asked = 0
    for _ in range(400):
        q = "".join(rng.choice(pieces) for _ in range(rng.randint(1, 6)))
        res = client.post("/v1/search", {"q": q, "suggest": True, "limit": 0})
        assert res.status in (200, 400), (q, res)
        if res.status == 400:
            continue
        asked += 1
        for s in res.json["suggestions"]:
            total = client.search(q=s["q"], limit=0)["total"]
            assert total == s["total"] > res.json["total"], (q, s)
    assert asked > 100


def test_help_while_others_write(daemon):
    """One vocabulary for all workers, made anew under their feet."""
    put(daemon.client(), TEXTS * 20)
    wrong, stop = [], threading.Event()

    def ask(number):
        with daemon.client() as client:
            while not stop.is_set():
                q, want = (("lirenshenji", "离任审计"), ("公物接待", "公务接待"))[number % 2]
                found = client.search(q=q, limit=0)["suggestions"]
                if not found or found[0]["q"] != want or found[0]["total"] < 20:
                    wrong.append((q, found))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    client = daemon.client()
    for n in range(12):
        put(client, ["第%d批：离任审计" % n, "公务接待"], first=1000 + 2 * n)
    stop.set()
    for t in threads:
        t.join(60)
    assert not wrong, wrong[:3]


# ---- cursors -----------------------------------------------------------------


def pages(client, between=None, **body):
    body = dict(body, cursor="*")
    while True:
        answer = client.search(**body)
        yield answer
        if answer["next_cursor"] is None:
            return
        assert len(answer["hits"]) == body.get("limit", 20)
        body["cursor"] = answer["next_cursor"]
        if between:
            between()


@pytest.mark.parametrize("body", [
    {"q": "审计"}, {"q": "整改 问题", "operator": "or"}, {}, {"sort": ["unit"]},
    {"sort": ["-year", "unit", "money_recovered"]}, {"q": "制度", "sort": ["year", "score"]},
    {"filter": "year >= 2018", "sort": ["score:asc"], "q": "工作"}])
def test_pages_are_the_list(sampled, body):
    client = sampled.client()
    whole = client.search(**body, limit=1000)
    assert "next_cursor" not in whole
    for limit in (1, 7, 64):
        got = [h for p in pages(client, **body, limit=limit) for h in p["hits"]]
        assert len(got) == whole["total"]
        assert sorted(h["id"] for h in got) == ids(whole)
        # Scores are added up in another order: alike to the last bit but one.
        assert [round(h["score"], 5) for h in got] == pytest.approx(
            [round(h["score"], 5) for h in whole["hits"]], abs=2e-5)
        if body.get("sort") and "score" not in body["sort"][0]:
            assert [h["id"] for h in got] == [h["id"] for h in whole["hits"]]


def test_the_size_of_a_page_may_change(sampled):
    """A cursor counts nothing: it goes on wherever the list goes on."""
    client = sampled.client()
    answer = client.search(limit=200, cursor="*")
    rest = client.search(limit=1000, cursor=answer["next_cursor"])
    assert len(rest["hits"]) == answer["total"] - 200
    assert rest["next_cursor"] is None


def test_pages_while_findings_come_and_go(daemon):
    """What does not change comes once, in its old order."""
    rng = random.Random(7)
    client = daemon.client()
    made = [zgcorpus.random_finding(rng, n) for n in range(150)]
    client.import_lines([zgcorpus.line_of(f) for f in made])
    for body in ({"q": " ".join(zgcorpus.WORDS[:12]), "operator": "or"},
                 {"sort": ["unit", "-year"]}):
        before = [h["id"] for p in pages(client, **body, limit=1000)
                  for h in p["hits"]]
        changed = set()

        def change():
            again = rng.randrange(150)
            lines = [zgcorpus.line_of(zgcorpus.random_finding(rng, n))
                     for n in (again, 1000 + rng.randrange(500))]
            client.import_lines(lines)
            changed.update(line["id"] for line in lines)

        after = [h["id"] for p in pages(client, change, **body, limit=9)
                 for h in p["hits"]]
        assert changed
        keep = [i for i in before if i not in changed]
        assert [i for i in after if i in set(keep)] == keep


def test_cursors_are_refused(sampled, small):
    client = sampled.client()
    cursor = client.search(q="整改", limit=1, cursor="*")["next_cursor"]
    altered = cursor[:9] + ("A" if cursor[9] != "A" else "B") + cursor[10:]
    for body in ({"q": "整改", "cursor": altered}, {"q": "整改", "cursor": "x" * 300000},
                 {"q": "整改", "cursor": ""}, {"q": "整改", "cursor": "**"},
                 {"q": "问题", "cursor": cursor}, {"q": "整改", "cursor": cursor, "offset": 1},
                 {"q": "整改", "cursor": cursor, "limit": 0},
                 {"q": "整改", "cursor": cursor, "sort": ["year"]},
                 {"q": "没有这样的词", "cursor": cursor}):
        res = client.post("/v1/search", body)
        error = res.json["error"]
        assert res.status == 400, body
        assert error["code"] == "invalid_cursor" and error["param"] == "cursor"
    # Of another index.
    res = small.client().post("/v1/search", {"q": "整改", "cursor": cursor})
    assert res.status == 400 and res.json["error"]["code"] == "invalid_cursor"
    # And it goes into a URL as it is.
    res = client.get("/v1/search", q="整改", cursor=cursor, limit="2")
    assert res.status == 200 and len(res.json["hits"]) == 2


# ---- the command -------------------------------------------------------------


def test_the_command_suggests(texts):
    daemon, _ = texts
    code, out, _ = cli(daemon, "search", "lirenshenji")
    assert code == 0 and "您是不是要找：离任审计（2 条）" in out
    code, out, _ = cli(daemon, "--lang", "en", "search", "lrsj")
    assert code == 0 and "did you mean: 离任审计 (2)" in out
    code, out, _ = cli(daemon, "search", "离任审计")
    assert code == 0 and "您是不是要找" not in out


def test_the_command_expands(tutoring):
    daemon, _, _ = tutoring
    code, out, _ = cli(daemon, "search", "有偿补课", "--synonyms")
    assert code == 0 and "共 3 条" in out
    assert "同义词：有偿补课 = 办班补课 = 校外兼课" in out
    assert "校外兼课" in cli(daemon, "search", "校外兼课")[1]


def test_the_command_pages(texts):
    daemon, client = texts
    code, out, _ = cli(daemon, "search", "--cursor", "*", "-n", "3")
    assert code == 0 and "共 8 条，本页 3 条" in out
    seen = [t for t in TEXTS if t in out]
    cursor = out.split("--cursor ")[1].split()[0]
    code, out, _ = cli(daemon, "search", "--cursor", cursor, "-n", "6")
    assert code == 0 and "--cursor" not in out
    assert sorted(seen + [t for t in TEXTS if t in out]) == sorted(TEXTS)
    code, out, _ = cli(daemon, "search", "--all", "-n", "3")
    assert code == 0 and "共 8 条，显示第 1–8 条" in out
    assert all(t in out for t in TEXTS) and " 8. " in out
    code, out, _ = cli(daemon, "search", "--all", "-n", "3", "--json")
    assert [len(json.loads(line)["hits"]) for line in out.splitlines()] == [3, 3, 2]
    code, _, err = cli(daemon, "search", "--cursor", "nonsense")
    assert code == 2 and "invalid_cursor" in err
