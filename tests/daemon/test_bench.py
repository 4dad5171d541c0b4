"""The bench on 2,000 findings: every engine must find the same.

Nothing here looks at a time.  Of the peers those that `make all` builds and
SQLite are asked; Groonga and DuckDB need packages of their own and join in
`make bench`.
"""

import json
import os
import subprocess
import xml.etree.ElementTree

import pytest

from zgdaemon import Daemon, binary, sanitized

QUERIES = 15
# Classes a peer answers whose answers are the same by definition.
CLASSES = {"bare Xapian": 8, "SQLite FTS5": 12, "C columns": 6, "CRoaring": 9}

pytestmark = pytest.mark.skipif(
    sanitized(), reason="thousands of queries, many times slower"
)


def bench(keep, *args, size=2000):
    command = [binary("zhenggai-bench"), "--size", str(size), "--keep", keep]
    command += ["--queries", str(QUERIES), "--skip", "groonga"]
    command += ["--skip", "duckdb", "--seconds", "1"]
    return subprocess.run(
        command + list(args), capture_output=True, text=True, timeout=280
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


def test_figures_and_plots(kept, tmp_path):
    """A second run asks only; it leaves a table, JSON and plots."""
    figures, plots = str(tmp_path / "f.json"), str(tmp_path / "plots")
    done = bench(kept, "--json", figures, "--plots", plots)
    assert done.returncode == 0, done.stderr
    assert "loading" not in done.stderr
    with open(figures, encoding="utf-8") as handle:
        found = json.load(handle)
    assert found["findings"] == 2000
    engines = found["engines"]
    assert set(engines) == {"zhenggai"} | set(CLASSES)
    for name, many in CLASSES.items():
        classes = engines[name]["classes"]
        assert sum(c["compared"] for c in classes.values()) == many
        assert all(c["queries"] == QUERIES for c in classes.values())
        assert all(c in done.stdout for c in classes)
    assert engines["zhenggai"]["compact_mb"] <= engines["zhenggai"]["disk_mb"]
    for name in ("latency.svg", "costs.svg"):
        root = xml.etree.ElementTree.parse(os.path.join(plots, name)).getroot()
        text = "".join(root.itertext())
        assert all(engine in text for engine in ("zhenggai", "bare Xapian"))
        assert "prefers-color-scheme:dark" in text


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
