"""The bench on 2,000 findings: every engine must find the same.

Nothing here looks at a time.  Of the peers those that `make all` builds and
SQLite are asked; Groonga and DuckDB need packages of their own and join in
`make bench`.
"""

import json
import os
import pty
import re
import subprocess
import sys
import xml.etree.ElementTree

import pytest

from zgdaemon import Daemon, binary, sanitized

QUERIES = 15
# Classes a peer answers whose answers are the same by definition.
CLASSES = {"bare Xapian": 8, "SQLite FTS5": 12, "C columns": 6, "CRoaring": 9}
ONLY_LOADED = ("Xapian, all terms", "Xapian, positions")
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")

pytestmark = pytest.mark.skipif(
    sanitized(), reason="thousands of queries, many times slower"
)


def command(keep, *args, size=2000):
    command = [binary("zhenggai-bench"), "--size", str(size), "--keep", keep]
    command += ["--queries", str(QUERIES), "--skip", "groonga"]
    command += ["--skip", "duckdb", "--seconds", "1"]
    return command + list(args)


def bench(keep, *args, size=2000):
    return subprocess.run(
        command(keep, *args, size=size), capture_output=True, text=True, timeout=280
    )


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder in which the bench has loaded and compared."""
    folder = str(tmp_path_factory.mktemp("bench") / "kept")
    done = bench(folder, "--check")
    assert done.returncode == 0, done.stderr
    expected = QUERIES * sum(CLASSES.values())
    assert "%d answers compared, 0 differ" % expected in done.stderr
    assert done.stdout == ""
    return folder


@pytest.fixture(scope="module")
def measured(kept, tmp_path_factory):
    """A second run there, which measures: its output and its figures."""
    folder = tmp_path_factory.mktemp("figures")
    figures, plots = str(folder / "f.json"), str(folder / "plots")
    done = bench(kept, "--json", figures, "--plots", plots)
    assert done.returncode == 0, done.stderr
    with open(figures, encoding="utf-8") as handle:
        return done, json.load(handle), figures, plots


def test_figures(measured):
    done, found, _, _ = measured
    assert found["findings"] == 2000 and 300 < found["characters"] < 700
    engines = found["engines"]
    assert set(engines) == {"zhenggai"} | set(CLASSES) | set(ONLY_LOADED)
    for name, many in CLASSES.items():
        classes = engines[name]["classes"]
        assert sum(c["compared"] for c in classes.values()) == many
        assert all(c["queries"] == QUERIES for c in classes.values())
        assert all(c in done.stdout for c in classes)
    mine = engines["zhenggai"]
    assert 0 < mine["compact_kb"] <= mine["disk_kb"]
    for key in ("compact_s", "load_cpu_s", "load_peak_mb", "start_ms", "cold_ms"):
        assert mine[key] > 0, key
    assert mine["requests_per_s"] > 0


def test_what_an_earlier_run_has_loaded_is_only_asked(measured):
    done, found, _, _ = measured
    for name in ("zhenggai", "bare Xapian", "SQLite FTS5"):
        assert "loading " + name not in done.stderr
        engine = found["engines"][name]
        assert engine["loaded_earlier"] and engine["load_per_s"] > 0
        note = r"^%s .*loaded on %s by an earlier run$" % (name, engine["loaded"])
        assert re.search(note, done.stdout, re.M)
    # --check has no use for what is loaded for its cost alone.
    for name in ONLY_LOADED:
        assert "loading %s: " % name in done.stderr
        assert not found["engines"][name]["loaded_earlier"]
        assert found["engines"][name]["classes"] == {}


def test_goals(measured):
    """A verdict is what the figures say."""
    done, found, _, _ = measured
    assert "figures to reach at 100,000 findings (this run: 2000)" in done.stdout
    goals = {goal["what"]: goal for goal in found["goals"]}
    assert len(goals) == len(found["goals"])
    for goal in goals.values():
        assert all(goal[k] in done.stdout for k in ("what", "goal", "measured"))
    mine, xapian = found["engines"]["zhenggai"], found["engines"]["bare Xapian"]

    def of(cls, key):
        return mine["classes"][cls][key] / xapian["classes"][cls][key]

    all_terms = found["engines"]["Xapian, all terms"]["load_per_s"]
    rates = mine["requests_per_s"] / xapian["requests_per_s"]
    for what, reached in {
        "single word, median": of("word", "median_us") <= 1.2,
        "three words, median": of("three", "median_us") <= 0.7,
        "phrase, 95 %": of("phrase", "p95_us") <= 0.3,
        "word + three filters, median": of("filter", "median_us") <= 1.0,
        "word + three facets, 95 %": of("facets", "p95_us") <= 0.5,
        "text of 60 characters, best 20, median": mine["classes"]["text"]["median_us"] <= 2000,
        "throughput, single words, 8 connections": rates >= 0.8,
        "load, all stored durably": mine["load_per_s"] / all_terms >= 1.6,
        "disk a finding, compacted": mine["compact_kb"] <= 3.0,
        "resident memory after all queries": mine["rss_mb"] <= 200,
        "start on the index, warm": mine["start_ms"] <= 300,
    }.items():
        assert goals[what]["verdict"] == ("met" if reached else "NOT MET"), what
    # There is no DuckDB in this run.
    assert goals["aggregate, one field, median"]["verdict"] == "-"


def test_plots(measured):
    _, _, _, plots = measured
    for name in ("latency.svg", "costs.svg"):
        root = xml.etree.ElementTree.parse(os.path.join(plots, name)).getroot()
        text = "".join(root.itertext())
        assert all(engine in text for engine in ("zhenggai", "bare Xapian"))
        assert "prefers-color-scheme:dark" in text
        height = float(root.get("height"))
        for bar in root.iter("{http://www.w3.org/2000/svg}rect"):
            if bar.get("y"):
                assert float(bar.get("y")) + float(bar.get("height")) < height


def test_tables_of_the_readme(measured, tmp_path):
    """The README holds what the tool writes: the same tables, line by line but
    for the figures."""
    _, _, figures, _ = measured
    tool = [sys.executable, os.path.join(ROOT, "tools", "bench", "readme_table.py")]
    made = subprocess.run(
        tool + [figures], capture_output=True, text=True, check=True
    ).stdout
    heads = [one for one in made.splitlines() if one.startswith(("| median", "| fig", "|  |"))]
    assert len(heads) == 3
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as handle:
        readme = handle.read()
    assert all(head in readme.splitlines() for head in heads)
    copy = tmp_path / "README.md"
    copy.write_text(readme, encoding="utf-8")
    subprocess.run(tool + ["--write", str(copy), figures], check=True)
    written = copy.read_text(encoding="utf-8")
    assert made.strip() in written
    mark = "<!-- figures"
    assert written.split(mark)[0] == readme.split(mark)[0]
    mark = "<!-- end of the figures -->"
    assert written.split(mark)[1] == readme.split(mark)[1]


def test_one_engine_is_loaded_anew(kept):
    done = bench(kept, "--check", "--reload", "zhenggai")
    assert done.returncode == 0, done.stderr
    assert "loading zhenggai: " in done.stderr
    assert done.stderr.count("loading ") == 1
    assert ", 0 differ" in done.stderr


def test_half_a_load_is_loaded_anew(kept):
    record = os.path.join(kept, "xapian.loaded")
    with open(record, "r+", encoding="utf-8") as handle:
        handle.truncate(len(handle.read()) // 2)
    done = bench(kept, "--check")
    assert done.returncode == 0, done.stderr
    assert "loading bare Xapian: " in done.stderr
    assert done.stderr.count("loading ") == 1


def test_progress_on_a_terminal(kept):
    leader, follower = pty.openpty()
    shown = b""
    with subprocess.Popen(
        command(kept, "--check"), stdout=subprocess.DEVNULL, stderr=follower
    ) as run, os.fdopen(leader, "rb", buffering=0) as screen:
        os.close(follower)
        try:
            while True:
                shown += screen.read(65536)
        except OSError:  # the end of a terminal that nobody holds any more
            pass
    assert run.returncode == 0, shown
    assert b"asking word  [" in shown
    assert re.search(rb"\] +0 %, \S+ left", shown)
    assert re.search(rb"\r\x1b\[K\[ *\d+:\d\d\] asking crosstab: ", shown)


def test_folder_of_another_size_is_left_alone(kept):
    before = sorted(os.listdir(kept))
    done = bench(kept, "--check", size=3000)
    assert done.returncode == 1
    assert "another size" in done.stderr
    assert sorted(os.listdir(kept)) == before


def test_no_time_is_printed_when_answers_differ(kept):
    """One finding more in one of the engines must be noticed."""
    with open(os.path.join(kept, "findings.ndjson"), encoding="utf-8") as lines:
        one = json.loads(next(lines))
    daemon = Daemon(data=os.path.join(kept, "zhenggai")).start()
    try:
        daemon.client().import_lines([dict(one, id="one-more")])
        daemon.stop()
    finally:
        daemon.discard()
    done = bench(kept)
    assert done.returncode == 1
    assert "DIFFERENT" in done.stderr
    assert done.stdout == ""
