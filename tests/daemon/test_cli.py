"""zhenggai, the command, against the real daemon over its Unix socket."""

import json
import os
import re
import subprocess
import unicodedata

import pytest
from zgdaemon import binary

SAMPLES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "samples")
SAMPLE = os.path.join(SAMPLES, "qinghe-water-2019.txt")


def cli(daemon, *args, stdin=b"", **env):
    keep = {k: v for k, v in os.environ.items() if not k.startswith("ZHENGGAI")}
    keep.update({"ZHENGGAI_SOCKET": daemon.sock_path, "COLUMNS": "80", **env})
    done = subprocess.run([binary("zhenggai"), *args], input=stdin, env=keep,
                          capture_output=True, timeout=120)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def test_import_reports_files_and_lines(daemon, tmp_path):
    (tmp_path / "gbk.txt").write_bytes("整改".encode("gbk"))
    (tmp_path / "lines.ndjson").write_text(
        '{"id":"a","head":"往来款长期挂账","status":"done"}\n\n{"id":\n',
        encoding="utf-8")
    code, out, err = cli(daemon, "import", SAMPLE, str(tmp_path))
    assert code == 1 and out == ""
    assert "gbk.txt: 不是整改通报：" in err  # read as GB18030, and no bulletin
    assert "lines.ndjson:3: " in err and "[invalid_json]" in err
    assert "入库 1 份、1 行，含问题 15 条，失败 2" in err
    assert daemon.client().search(q="")["total"] == 15
    # run again: nothing of it is written twice, and the report says so
    code, out, err = cli(daemon, "import", SAMPLE, str(tmp_path / "lines.ndjson"))
    assert code == 1 and "其中 2 项原已在库、内容相同，未重写" in err
    code, out, err = cli(daemon, "import", "--json", SAMPLE)
    report = json.loads(out.splitlines()[-1])["report"]
    assert code == 0 and report["in"]["unchanged"] == 1
    assert daemon.client().search(q="")["total"] == 15


def test_files_of_one_name_in_two_directories(daemon, tmp_path):
    """The path below the directory is the id: nothing replaces another."""
    text = open(SAMPLE, encoding="utf-8").read()
    for name in ("2023/通报.txt", "2024/通报.txt", "通报.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    code, _, err = cli(daemon, "import", str(tmp_path) + "/")
    assert code == 0 and "入库 3 份，含问题 42 条，失败 0" in err
    listed = json.loads(cli(daemon, "list", "--json")[1])["bulletins"]
    assert {b["id"] for b in listed} == {"2023/通报", "2024/通报", "通报"}
    code, out, _ = cli(daemon, "show", "2023/通报")
    assert code == 0 and "青禾县水务局" in out
    assert cli(daemon, "show", "2024/通报#14")[0] == 0
    assert cli(daemon, "delete", "2024/通报")[0] == 0
    assert cli(daemon, "show", "2024/通报")[0] == 3


def test_the_same_id_twice_in_one_run(daemon, tmp_path):
    text = open(SAMPLE, encoding="utf-8").read()
    for name in ("2023/通报.txt", "2024/通报.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "x.json").write_text(json.dumps(
        [{"id": "a", "head": "甲项未办"}, {"id": "a", "head": "乙项未办"},
         {"id": "通报", "text": text}, {"id": "通报", "head": "三"}]))
    code, _, err = cli(daemon, "import", str(tmp_path / "2023"),
                       str(tmp_path / "2024"), str(tmp_path / "x.json"))
    assert code == 1 and "失败 3" in err
    first = str(tmp_path / "2023/通报.txt")
    assert "2024/通报.txt: 编号 通报 已由 %s 使用" % first in err
    assert "x.json:2: 编号 a 已由 " in err
    assert "x.json:3: 编号 通报 已由 %s 使用" % first in err
    assert daemon.client().search(q="")["total"] == 14 + 2
    assert daemon.client().search(q="甲项")["total"] == 1


def test_import_counts_what_came_in(daemon, tmp_path):
    """Bulletins, lines of NDJSON and findings of a *.json, each as such."""
    text = open(SAMPLE, encoding="utf-8").read()
    finding = {"head": "往来款长期挂账", "year": 2020}
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "b.json").write_text(json.dumps(
        [dict(finding, id="b1"), {"id": "b2", "text": text}]))
    (tmp_path / "c.ndjson").write_text("".join(
        json.dumps(dict(finding, id="c%d" % i)) + "\n" for i in range(3)))
    code, _, err = cli(daemon, "import", str(tmp_path))
    assert code == 0
    assert "入库 2 份、3 行、1 项，含问题 32 条，失败 0；" in err
    code, _, err = cli(daemon, "import", str(tmp_path), "--lang", "en")
    assert "2 bulletins, 3 lines, 1 item in, 32 findings, 0 failed; " in err


def test_other_json_beside_the_bulletins(daemon):
    """One clear line a file, whatever is in it; the bulletins go in."""
    code, out, err = cli(daemon, "import", SAMPLES)
    names = os.listdir(SAMPLES)
    other = [n for n in names if n.endswith(".json")]
    bulletins = [n for n in names if n.endswith(".txt")]
    assert code == 1 and out == "" and 10 < len(other) <= 20
    told = [line.strip() for line in err.splitlines()]
    for name in other:
        assert told.count("%s: 既不是通报（无 text）也不是问题（无 head）" % (
            os.path.join(SAMPLES, name))) == 1
    assert sum("README.md: 不是整改通报：" in line for line in told) == 1
    assert "入库 %d 份，" % len(bulletins) in told[0]
    assert "失败 %d；" % (len(other) + 1) in told[0]


def test_json_of_which_some_is_no_document(daemon, tmp_path):
    (tmp_path / "a.json").write_text('[{"id":"a","head":"往来款"},{"x":1},3]')
    (tmp_path / "b.json").write_text("3")
    (tmp_path / "c.json").write_text("[]")
    code, _, err = cli(daemon, "import", str(tmp_path), "--lang", "en")
    assert code == 1 and "1 item in, 1 finding, 3 failed" in err
    assert "a.json:2: " in err and "a.json:3: " in err
    assert "b.json: neither a bulletin (no text) nor a finding (no head)" in err
    assert "c.json" not in err


@pytest.mark.parametrize("size", [194, 195, 201, 251])
def test_names_too_long_for_an_id(daemon, tmp_path, size):
    """Up to 194 bytes: the ids of findings add "#n" and end at 200."""
    name = "通报" * 30 + "x" * (size - 180)
    text = open(SAMPLE, encoding="utf-8").read()
    (tmp_path / (name + ".txt")).write_text(text, encoding="utf-8")
    code, out, err = cli(daemon, "import", str(tmp_path), "--json")
    assert code == 0 and "失败 0" in err
    made = json.loads(out.splitlines()[0])["id"]
    assert made and (made == name) == (size <= 194)
    assert cli(daemon, "show", made + "#14")[0] == 0


def test_import_of_standard_input(daemon):
    line = json.dumps({"id": "x", "head": "公务接待超标准"}) + "\n"
    code, _, err = cli(daemon, "import", "-", stdin=line.encode())
    assert code == 0 and "入库 1 行，含问题 1 条，失败 0" in err
    code, _, err = cli(daemon, "import", "-", "--lang", "en", stdin=line.encode())
    assert code == 0 and "1 line in, 1 finding, 0 failed" in err
    code, _, err = cli(daemon, "import", "-", stdin=b"\n{}\n")
    assert code == 1 and "stdin:2: " in err


@pytest.mark.parametrize("args", [
    ("search", "议事规则", "--facets", "status,category"),
    ("search", "整改", "--table"),
    ("stats", "--by", "unit,status", "--metric", "count", "--metric", "share"),
    ("stats", "--crosstab", "unit,category"),
    ("list",),
    ("parse", SAMPLE),
    ("show", "qinghe-water-2019"),
])
def test_fits_the_terminal_and_has_no_escapes(sampled, args):
    code, out, err = cli(sampled, *args)
    assert code == 0 and err == ""
    assert "\033" not in out
    assert max(width(line) for line in out.splitlines()) <= 80


def test_highlights_in_colour(sampled):
    code, out, _ = cli(sampled, "search", "议事规则", "--color", "always")
    assert code == 0 and "\033[1;33m议事规则\033[0m" in out
    _, out, _ = cli(sampled, "search", "议事规则", "--color", "never")
    assert "\033" not in out


def marked(lines):
    """All that is highlighted, run together (a line may end in a match)."""
    return "".join(re.findall("\033\\[1;33m(.*?)\033\\[0m", "".join(lines)))


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_why_a_hit_was_found(daemon, columns):
    """Head, else problem, else a measure: where the match is shown."""
    filler = "完善内部管理流程并逐项对照检查、" * 12
    daemon.client().import_lines([
        {"id": "head", "year": 2020, "head": "财政评审走过场，" + filler,
         "measures": ["重做财政评审"]},
        {"id": "problem", "year": 2021, "problem": "财政评审把关不严",
         "head": "往来款长期挂账", "measures": ["重做财政评审"]},
        {"id": "measure", "year": 2022, "head": "公务接待超标准",
         "measures": ["健全制度", filler + "送财政评审中心"]}])

    def lines(year, *more):
        code, out, _ = cli(daemon, "search", "财政评审", "--filter",
                           "year = %d" % year, "--color", "always", *more,
                           COLUMNS=columns)
        assert code == 0
        return out.splitlines()[2:]

    word = "财政评审"
    found = lines(2020)
    assert marked(found) == marked(found[:1]) == word
    assert "重做" not in "".join(found) and found[-1].endswith("head\033[0m")
    assert marked(lines(2020, "--full")) == word * 2
    found = lines(2021)
    assert marked(found[:1]) == "" and marked(found[-1:]) == word
    assert "把关不严" in found[-1] and "重做" not in "".join(found)
    found = lines(2021, "--full")
    assert marked(found) == word * 2 and "把关不严" in "".join(found)
    found = lines(2022)
    assert marked(found[:1]) == "" and marked(found) == word
    assert len(found) <= 3 + 3  # head, facts; three lines of the measure
    assert marked(lines(2022, "--full")) == word
    code, out, _ = cli(daemon, "search", "--color", "never", COLUMNS=columns)
    assert code == 0 and "重做" not in out
    assert out.count("财政评审走过场") == 1


def test_numbers_are_the_daemons(sampled):
    answer = sampled.client().aggregate(group_by=["status"], metrics=["count"])
    _, out, _ = cli(sampled, "stats", "--by", "status", "--lang", "en")
    rows = {line.split()[0]: line.split()[1] for line in out.splitlines()[4:]
            if len(line.split()) == 2}
    for group in answer["groups"]:
        assert rows[group["key"]["status"]] == str(group["count"])
    assert rows["total"] == str(answer["total"])
    _, out, _ = cli(sampled, "stats", "--by", "status", "--json")
    assert json.loads(out)["groups"] == answer["groups"]


def test_crosstab_tells_of_rows_not_listed(daemon):
    """101 rows of 100 columns are more than the 10,000 cells of an answer."""
    daemon.client().import_lines(
        [{"id": "f%d" % i, "head": "往来款长期挂账", "unit": "单位%d" % (i % 101),
          "round": "第%d轮" % (i % 100)} for i in range(202)])
    args = ("stats", "--crosstab", "unit,round")
    code, out, _ = cli(daemon, *args)
    assert code == 0
    assert "另有未列出的 1 行，共 2 条" in out
    _, out, _ = cli(daemon, *args, "--lang", "en")
    assert "1 more row, 2 findings, not listed" in out
    _, out, _ = cli(daemon, *args, "--filter", 'unit != "单位0"')
    assert "未列出" not in out


def test_export_imports_again(sampled, daemon, tmp_path):
    target = str(tmp_path / "out.ndjson")
    code, _, err = cli(sampled, "export", "--filter", "year = 2020", "-o", target)
    assert code == 0 and not os.path.exists(target + ".part")
    lines = open(target, encoding="utf-8").read().splitlines()
    assert lines and "%d 行" % len(lines) in err
    code, _, _ = cli(daemon, "import", target)
    assert code == 0
    assert daemon.client().search(q="")["total"] == len(lines)


@pytest.mark.parametrize("args, code, told", [
    (("search", "--facetz"), 2, "--facets"),
    (("serch",), 2, "search"),
    (("search", "-n", "many"), 2, "--limit"),
    (("search", "x", "--filter", "status ="), 2, "[invalid_filter, HTTP 400]"),
    (("show", "nothing"), 3, "[bulletin_not_found, HTTP 404]"),
    (("delete", "nothing"), 3, "[bulletin_not_found, HTTP 404]"),
    (("delete", "nothing#1"), 3, "[finding_not_found, HTTP 404]"),
    (("import",), 2, "-"),
    (("import", "/nonexistent.txt"), 66, "/nonexistent.txt"),
    (("stats", "--crosstab", "unit"), 2, "--crosstab"),
    (("stats", "--set", "union"), 2, "--of"),
])
def test_faults(sampled, args, code, told):
    got, out, err = cli(sampled, *args)
    assert (got, out) == (code, "") and told in err


def test_delete_one_finding(daemon):
    lines = [{"id": "x#1", "head": "公务接待超标准"},
             {"id": "x#2", "head": "往来款长期挂账"},
             {"id": "ready", "head": "会议记录不规范"}]
    daemon.client().import_lines(lines)
    code, out, err = cli(daemon, "delete", "x#1")
    assert (code, out, err) == (0, "已删除 x#1\n", "")
    assert cli(daemon, "show", "x#1")[0] == 3
    code, _, err = cli(daemon, "delete", "x#1")
    assert code == 3 and "[finding_not_found, HTTP 404]" in err
    code, _, err = cli(daemon, "delete", "ready")
    assert code == 3 and "[bulletin_not_found, HTTP 404]" in err
    code, out, _ = cli(daemon, "delete", "--finding", "ready", "x#2", "--json")
    assert code == 0
    assert [json.loads(line)["id"] for line in out.splitlines()
            if line] == ["ready", "x#2"]
    assert daemon.client().search(q="")["total"] == 0


def test_not_a_bulletin(sampled, tmp_path):
    (tmp_path / "x.txt").write_text("今天开会。", encoding="utf-8")
    code, _, err = cli(sampled, "parse", str(tmp_path / "x.txt"))
    assert code == 4 and "[not_a_bulletin, HTTP 422]" in err


def test_no_daemon(sampled, tmp_path):
    code, out, err = cli(sampled, "search", "x", "--lang", "en", "--socket",
                         str(tmp_path / "none.sock"))
    assert code == 69 and out == "" and "zhenggaid --data" in err


def test_help_of_every_command(sampled):
    _, out, _ = cli(sampled, "--help")
    names = [line.split()[0] for line in out.splitlines()
             if line.startswith("  ") and line.split()]
    assert "import" in names and "search" in names and len(names) >= 8
    for name in names:
        for lang in ("zh", "en"):
            code, text, _ = cli(sampled, name, "--help", "--lang", lang)
            assert code == 0 and "zhenggai " + name in text and "--socket" in text


DOUBTFUL = """中共泊山县档案馆支部关于巡察整改情况的通报
根据县委统一部署，2023年3月6日至5月12日，县委第一巡察组对县档案馆支部开展了巡察。6月20日，县委第一巡察组反馈了巡察意见。现将整改情况予以公布。
一、整改组织情况
反馈的6个问题，已完成整改4个，正在整改1个。
二、整改落实情况
（一）档案管理有短板
1.库房温湿度记录断档的问题。
整改情况：已完成。补建温湿度台账。
2.差旅费报销审核不严的问题。
整改情况：正在整改。清退0.3万元。
（二）队伍建设滞后
4.年轻干部培养缺少计划的问题。
整改情况：一是制定培养计划；二是安排2人跟班学习。
"""


def test_parse_shows_a_tree_with_what_is_doubtful(daemon):
    code, out, err = cli(daemon, "parse", "-", stdin=DOUBTFUL.encode(),
                         COLUMNS="100")
    assert code == 0 and err == ""
    lines = out.splitlines()
    assert lines[0] == "中共泊山县档案馆支部关于巡察整改情况的通报"
    assert "单位整改通报" in lines[1] and "处请核对" in lines[1]
    fact = {line[4:].split()[0]: line for line in lines if line[:2] == "  "
            and line[2:3] in "✓~?–" and len(line.split()) > 2}
    assert fact["单位"].startswith("  ✓") and fact["来源"].startswith("  –")
    assert fact["巡察时间"].split()[0] == "~"  # the year of the end is inferred
    assert fact["文中编号"].split()[0] == "?" and "比自述 -3" in fact["文中编号"]
    tree = out[out.index("\n\n"):out.rindex("\n\n")].strip().splitlines()
    assert tree[0] == "├─ 档案管理有短板"
    assert "└─ 队伍建设滞后" in tree
    heads = [line for line in tree if line.endswith("的问题")]
    assert [h.strip("│├└─ 1234.") for h in heads] == [
        "库房温湿度记录断档的问题", "差旅费报销审核不严的问题",
        "年轻干部培养缺少计划的问题"]
    at = tree.index(heads[2])
    assert "未说明" in tree[at + 1] and "措施 2" in tree[at + 1]
    assert any("编号有缺漏" in line for line in tree[at:])  # shown where it stands
    assert "清退 3,000 元" in out
    assert all(width(line) <= 100 for line in lines)
    assert "\033" not in out
    assert "✓ 原文写明" in lines[-1]
    code, out, _ = cli(daemon, "parse", "-", "--lang", "en", "--color", "always",
                       stdin=DOUBTFUL.encode())
    assert code == 0 and "numbers are missing: " in out and "\033[" in out
    code, out, _ = cli(daemon, "parse", "-", "--full", stdin=DOUBTFUL.encode())
    assert code == 0 and "- 二是安排2人跟班学习" in out
