"""Fixtures of the socket tests: the real daemon, on directories of its own."""

import json
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

import zgcorpus  # noqa: E402
from zgdaemon import Daemon, binary  # noqa: E402


def pytest_sessionstart(session):
    if not os.path.exists(binary("zhenggaid")):
        pytest.exit("no %s: make first" % binary("zhenggaid"), returncode=3)


def pytest_sessionfinish(session, exitstatus):
    """Nothing a test started may outlive the run."""
    for daemon in list(Daemon.live):
        daemon.discard()


@pytest.fixture(autouse=True)
def daemons_are_well():
    """A test in which any daemon died or reported a fault fails."""
    yield
    for daemon in list(Daemon.live):
        daemon.check()


def ended(daemon):
    """Ends a fixture's daemon; a bad exit status is an error."""
    try:
        daemon.stop()
    finally:
        daemon.discard()


@pytest.fixture
def daemon():
    """An empty daemon for one test."""
    made = Daemon().start()
    yield made
    ended(made)


@pytest.fixture
def start():
    """Starts daemons with options of their own: start(args=[...])."""
    made = []

    def make(**options):
        one = Daemon(**options).start()
        made.append(one)
        return one

    yield make
    problems = []
    for one in made:
        try:
            ended(one)
        except AssertionError as exc:
            problems.append(str(exc))
    assert not problems, problems


@pytest.fixture(scope="session")
def sampled():
    """The sample bulletins, read only: shared by the whole run."""
    made = Daemon().start()
    lines = made.client().import_lines(zgcorpus.sample_lines())
    failed = [line for line in lines[:-1] if not line["ok"]]
    assert not failed, failed
    yield made
    ended(made)


@pytest.fixture(scope="session")
def small_lines():
    with open(os.path.join(HERE, "cases", "small.ndjson"), encoding="utf-8") as f:
        return [json.loads(line) for line in f]


@pytest.fixture(scope="session")
def small(small_lines):
    """Ten findings written by hand, read only."""
    made = Daemon().start()
    made.client().import_lines(small_lines)
    yield made
    ended(made)
