"""Measures cchcd beside the limits of the machine and, with --peers, beside PostgreSQL.

Nothing here is an absolute: every row is a ratio of two figures taken in one run, in
alternation, and the median of the pairs with the lowest and the highest. A row prints only
after the checks hold: rollups equal a full recompute, nothing acknowledged is missing after
kill -9 and a restart, repeated messages changed nothing.
"""

import argparse
import datetime
import json
import os
import shutil
import statistics
import sys
import tempfile
import time

import machine
import peers
from machine import AGENTS, CELLS, ROOT, WINDOW, Daemon, ask_json, die
from table import Row, print_table, say

COMMUNES, PERIODS, ROWS = 10598, 4, 117
TASKS = 200000
WAITING = 10000  # records not yet folded, in the design that folds
PACE_MS = 25  # between the messages whose publication is waited for
JOURNAL_BYTES = 340  # an encoded report of 100 cells with its header, as the agents send it


def reporting_year():
    """The last whole one: always closed, and resident from the daemon's start."""
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
    return today.year - (0 if (today.month, today.day) >= (12, 15) else 1)


class Bench:
    def __init__(self, options, folder):
        self.o, self.folder = options, folder
        self.quarter = f"{reporting_year()}-Q1"
        self.pairs = 3 if options.quick else 5
        self.rows, self.checks, self.facts = [], [], {}
        self.country = None

    # ---- the ground -------------------------------------------------------------

    def fill(self):
        """The whole country, four quarters of every row a commune fills."""
        say("filling the daemon's store and the raw one")
        ask_json("cchc-raw", "fill", self.folder, COMMUNES, PERIODS, ROWS)
        self.country = Daemon(os.path.join(self.folder, "country"), "VN", self.o.units, 200)
        self.country.start()
        for quarter in range(1, 5):
            self.country.load("fill", agents=63, window=WINDOW, cells=110, messages=0,
                              period=f"{reporting_year()}-Q{quarter}")
        self.verify(self.country, "after the first fill")
        self.facts["values"] = self.values
        self.facts["mean batch while filling"] = self.country.stop()

    def verify(self, daemon, when):
        answer = daemon.verify()
        self.values = answer["figures"]
        self.checks.append(f"verify agrees {when}: {answer['entries']} entries, "
                           f"{answer['figures']} figures, {answer['rollups']} rollups")
        return answer

    def throughput(self, ledger="main", messages=None, **more):
        messages = messages or (60 if self.o.quick else 150)
        return self.country.load(ledger, agents=AGENTS, window=WINDOW, cells=CELLS,
                                 messages=messages, period=self.quarter, **more)

    # ---- rows -------------------------------------------------------------------

    def against_lmdb(self):
        """Whole reports against raw LMDB, with the daemon's own mean batch of that run."""
        ours, theirs, batches, restart, memory = [], [], [], [], []
        for _ in range(self.pairs):
            self.country.start()
            restart.append(self.country.ready_s)
            answer = self.throughput(watch=self.country.doors["changes"])
            memory.append(self.country.anonymous_mb())
            batches.append(self.country.stop())
            raw = ask_json("cchc-raw", "reports", self.folder, answer["messages"],
                           max(1, round(batches[-1])), CELLS, JOURNAL_BYTES)
            ours.append(answer["updates_per_s"])
            theirs.append(raw["updates_per_s"])
        self.facts["acked updates/s"] = statistics.median(ours)
        self.facts["raw LMDB updates/s"] = statistics.median(theirs)
        self.facts["mean batch, messages"] = statistics.median(batches)
        self.rows += [
            Row("acked updates/s, 64 x 4 x 100 cells / raw LMDB", ours, theirs, 0.5, 1.0,
                True, f"batch {statistics.median(batches):.0f} messages"),
            Row("restart to ready, s per million values", restart,
                [self.values / 1e6] * len(restart), 0.2, 0.06, False,
                f"{statistics.median(restart):.2f} s"),
            Row("RssAnon with the country loaded, MB", memory, [1] * len(memory), 600, 200,
                False),
        ]

    def open_tasks(self):
        """The register at the daemon's start, and time that passes; not by scanning, so a
        hundred times as many tasks must not cost ten times as much."""
        runs = [ask_json("cchc-tasks", self.folder, TASKS) for _ in range(self.pairs)]
        ones = [1] * len(runs)
        self.rows += [
            Row("200,000 open tasks loaded at start, s", [run["load_s"] for run in runs], ones,
                2, 1, False),
            Row("memory for each of them, bytes", [run["bytes_each"] for run in runs], ones,
                400, 300, False),
            Row("a firing among 200,000 tasks / among 2,000",
                [run["take_us"] for run in runs], [run["take_few_us"] for run in runs],
                10, 5, False),
        ]

    def single_updates(self):
        """One agent, one update: what the daemon adds to a commit and to a flush."""
        ack, commit, published, flush, paced_flush, paced_commit = [], [], [], [], [], []
        busy = []
        times = 100 if self.o.quick else 300
        for _ in range(self.pairs):
            flush.append(ask_json("cchc-raw", "flush", self.folder, 300)["p50_us"])
            answer = self.country.load("main", agents=1, window=1, cells=1, random=True,
                                       messages=times, period=self.quarter)
            ack.append(answer["ack_p50_us"])
            commit.append(ask_json("cchc-raw", "single", self.folder, times)["p50_us"])
            probe = {"wide": True, "agents": 1, "window": 1, "cells": 1, "random": True,
                     "period": self.quarter, "watch": self.country.doors["changes"]}
            busy.append(self.country.load("wide", pace=1, messages=times,
                                          **probe)["published_p99_us"])
            published.append(self.country.load("wide", pace=PACE_MS,
                                               messages=times * 2 // 3,
                                               **probe)["published_p99_us"])
            paced_flush.append(ask_json("cchc-raw", "flush", self.folder, times // 3,
                                        PACE_MS)["p50_us"])
            paced_commit.append(ask_json("cchc-raw", "single", self.folder,
                                         times * 2 // 3, PACE_MS)["p99_us"])
        self.facts["ack p50 us"] = statistics.median(ack)
        self.facts["fdatasync p50 us"] = statistics.median(flush)
        self.facts["raw LMDB commit p99 us, 40 a second"] = statistics.median(paced_commit)
        self.rows += [
            Row("1 agent x 1 update: ack p50 / raw LMDB commit p50", ack, commit, 2, 1.4,
                False, f"{statistics.median(ack):.0f} us"),
            Row("push to published p99, one after the other / fdatasync p50", busy, flush,
                12, 6, False, f"{statistics.median(busy):.0f} us"),
            Row("push to published p99, 40 a second / fdatasync p50", published, flush,
                12, 6, False, f"{statistics.median(published):.0f} us"),
            Row("the same / fdatasync p50, 40 a second too", published, paced_flush,
                12, 6, False, f"{statistics.median(paced_flush):.0f} us"),
        ]

    def processor_per_update(self):
        """The same load on the country's tree and on one of eleven communes."""
        small = Daemon(os.path.join(self.folder, "small"), "33",
                       os.path.join(ROOT, "config", "units", "van-lam.csv"), 1)
        small.start()
        cost = {True: {small: [], self.country: []}, False: {small: [], self.country: []}}
        for _ in range(self.pairs + 1):  # the first is for warmth
            for random in (False, True):
                for daemon in (small, self.country):
                    before = daemon.cpu_s()
                    answer = daemon.load("wide", wide=True, agents=11, window=WINDOW,
                                         cells=1 if random else CELLS, random=random,
                                         messages=300 if self.o.quick else 600,
                                         period=self.quarter)
                    cost[random][daemon].append((daemon.cpu_s() - before) * 1e6 /
                                                answer["updates"])
        small.stop()
        for random, floor, goal in ((False, 1.3, 1.1), (True, 3, 2)):
            mine = cost[random]
            what = "random updates" if random else "whole reports"
            self.rows.append(Row(f"CPU per update, 10,598 communes / 11: {what}",
                                 mine[self.country][1:], mine[small][1:], floor, goal, False,
                                 f"{statistics.median(mine[self.country]):.2f} us"))

    def recompute(self):
        """verify replays every journalled value, loads every figure, rolls up and compares; the
        raw scan reads as many values as there are figures, one a key."""
        ours, theirs = [], []
        for _ in range(self.pairs):
            answer = self.country.verify()
            ours.append((answer["figures"] + self.country.updates) / answer["seconds"])
            theirs.append(ask_json("cchc-raw", "scan", self.folder)["values_per_s"])
        self.rows.append(Row("full recompute (verify) / raw scan, values/s", ours, theirs,
                             0.4, 0.8, True, f"{statistics.median(ours) / 1e6:.1f} M/s"))

    def districts(self):
        answer = self.country.cells(self.quarter, "district", 20)
        self.facts["705 districts in one request, ms"] = answer["p50_us"] / 1000
        self.facts.setdefault("705 districts, the first time, ms",
                              answer["first_us"] / 1000)
        if answer["units"] != 705:
            die(f"{answer['units']} districts were answered")
        return answer["p50_us"]

    def watchers(self):
        """The cost of those who watch: none allowed, and fifty."""
        without, watched = [], []
        codes = machine.run_quietly(["grep", ",province,", self.o.units])
        codes = [line.split(",")[0] for line in codes.splitlines()][:50]
        for _ in range(self.pairs):
            self.country.start(publish=False)
            without.append(self.throughput()["updates_per_s"])
            self.country.stop()
            self.country.start()
            crowd = machine.start_json("cchc-ask", "watch", self.country.folder,
                                       self.country.doors["changes"], 50, *codes)
            time.sleep(0.5)
            watched.append(self.throughput()["updates_per_s"])
            heard = machine.stop_json(crowd)
            self.country.stop()
            if heard["publications"] == 0:
                die("fifty watchers heard nothing")
        self.rows.append(Row("acked updates/s without publish / with 50 watchers", without,
                             watched, 1.3, 1.05, False))

    def return_of_the_lost(self):
        """Two hundred agents with seven days' messages come back at once: what do the others,
        who send one update each 50 ms, notice?"""
        calm, crowded = [], []
        days, a_day = 7, 10 if self.o.quick else 20
        quiet = {"wide": True, "agents": 11, "window": 1, "cells": 1, "random": True,
                 "pace": 50, "messages": 40, "period": self.quarter}
        for _ in range(min(self.pairs, 3)):
            calm.append(self.country.load("wide", **quiet)["ack_p99_us"])
            crowd = self.country.load_in_background(
                "crowd", agents=200, window=32, cells=20, messages=days * a_day,
                period=self.quarter)
            crowded.append(self.country.load("wide", **quiet)["ack_p99_us"])
            if crowd.wait(timeout=machine.PATIENCE_S):
                die("the crowd's load failed")
        self.facts["others' ack p99 us, calm"] = statistics.median(calm)
        self.facts["others' ack p99 us, 200 agents returning"] = statistics.median(crowded)

    def disk(self):
        """Pages in use after a compacting copy, table by table."""
        copy = os.path.join(self.folder, "compact")
        os.mkdir(copy)
        copy = os.path.join(copy, "store.mdb")
        ask_json("cchc-raw", "compact", self.country.store, copy)
        tables = ask_json("cchc-raw", "walk", copy)
        self.rows.append(Row("disk bytes a value, compacted",
                             [tables["figures"]["disk_bytes"]], [self.values], 60, 15,
                             False))
        self.journal_cost(copy, tables)

    def journal_cost(self, copy, before):
        """What a store grows by when reports of 100 cells are journalled."""
        self.country.start()
        updates = self.throughput()["updates"]
        self.country.stop()
        os.unlink(copy)
        ask_json("cchc-raw", "compact", self.country.store, copy)
        after = ask_json("cchc-raw", "walk", copy)
        grown = after["journal"]["disk_bytes"] - before["journal"]["disk_bytes"]
        self.rows.append(Row("disk bytes a journalled update, 100-cell reports", [grown],
                             [updates], 60, 25, False))

    def designs(self):
        """The store's design beside the one that was not chosen: see bench/fold.c."""
        loads = (("single updates", 1, 30, 40000), ("whole reports", CELLS, 64, 19200))
        for what, cells, batch, messages in loads:
            measured = {"at-once": [], "folded": []}
            for _ in range(1 if self.o.quick else 3):
                for design, runs in measured.items():
                    folder = tempfile.mkdtemp(dir=self.folder)
                    runs.append(ask_json("cchc-fold", folder, design, cells, batch,
                                         messages, WAITING))
                    shutil.rmtree(folder)
            if len({run["digest"] for runs in measured.values() for run in runs}) != 1:
                die("the two designs of the store end with different figures")
            for design, runs in measured.items():
                for name, unit in (("updates_per_s", "updates/s"), ("read_ns", "read ns"),
                                   ("restart_ms", "restart ms")):
                    self.facts[f"raw store, {what}, {design}: {unit}"] = statistics.median(
                        run[name] for run in runs)

    def transport(self):
        self.facts["ZeroMQ with CURVE, frames/s of a report's size"] = ask_json(
            "cchc-ask", "pipe", 50000, JOURNAL_BYTES + 60)["frames_per_s"]

    # ---- checks -----------------------------------------------------------------

    def nothing_is_lost(self):
        load = self.country.load_in_background(
            "main", agents=AGENTS, window=WINDOW, cells=CELLS, messages=100000,
            period=self.quarter)
        time.sleep(1.5)
        self.country.kill()
        time.sleep(0.1)
        pushed = machine.stop_json(load)
        self.country.start()
        missing = self.country.missing("main", agents=AGENTS)
        if missing:
            die(f"{missing} acknowledged messages are missing after kill -9")
        self.checks.append(f"kill -9 under load: {pushed['messages']} messages were "
                           "acknowledged, none is missing after the restart")
        self.verify(self.country, "after kill -9")

    def repeats_change_nothing(self):
        self.throughput(messages=30, seed=7)
        before = self.country.cells(str(reporting_year()), "province")
        self.throughput(messages=30, seed=7, repeat=True)
        time.sleep(0.5)
        after = self.country.cells(str(reporting_year()), "province")
        if (before["commit"], before["digest"]) != (after["commit"], after["digest"]):
            die("repeated messages changed something")
        self.checks.append(f"{AGENTS * 30} messages sent again: commit {after['commit']} and "
                           f"the rollups' digest {after['digest']} stay as they were")

    # ---- all --------------------------------------------------------------------

    def units_file(self):
        """Printed at once and first: everything else stands on the tree."""
        answer = ask_json("cchc-units", self.o.units)
        print(f"the country's {answer['units']:,} units: loaded, checked, made a tree in "
              f"{answer['ms']} ms (low {answer['low']}, high {answer['high']})", flush=True)
        self.facts["units file, ms"] = answer["ms"]

    def run(self):
        self.units_file()
        self.fill()
        say("whole reports against raw LMDB")
        self.against_lmdb()
        say("open tasks")
        self.open_tasks()
        self.country.start()
        say("single updates")
        self.single_updates()
        say("processor time per update")
        self.processor_per_update()
        say("recompute, districts, backlog")
        self.recompute()
        self.districts()
        self.return_of_the_lost()
        self.transport()
        if self.o.peers:
            peers.run(self)
        say("checks")
        self.repeats_change_nothing()
        self.nothing_is_lost()
        self.country.stop()
        say("watchers and disk")
        self.watchers()
        self.disk()
        say("two designs of the store")
        self.designs()


def read_options():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="under two minutes")
    parser.add_argument("--peers", action="store_true", help="PostgreSQL 15 too")
    parser.add_argument("--json", metavar="FILE", help="write everything measured there")
    parser.add_argument("--data", metavar="DIR",
                        default=os.environ.get("CCHC_DATA",
                                               os.path.join(ROOT, "..", "shared", "data")),
                        help="folder with units-2024-03.csv (or set CCHC_DATA)")
    parser.add_argument("--work", metavar="DIR", default=os.environ.get("TMPDIR", "/var/tmp"),
                        help="where the stores are made: a disk, not memory")
    options = parser.parse_args()
    options.units = os.path.realpath(os.path.join(options.data, "units-2024-03.csv"))
    if not os.path.exists(options.units):
        die(f"{options.units} is missing: the bench needs the country's tree "
            "(--data DIR or CCHC_DATA)")
    return options


def main():
    options = read_options()
    began = time.monotonic()
    say("building")
    machine.build()
    folder = tempfile.mkdtemp(prefix="cchc-bench-", dir=options.work)
    bench = Bench(options, folder)
    try:
        facts = machine.describe(folder)
        bench.run()
    finally:
        if bench.country and bench.country.process:
            bench.country.kill()
        shutil.rmtree(folder, ignore_errors=True)
    print_table(bench, facts)
    took = time.monotonic() - began
    print(f"\ntook {took:.0f} s")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump({"machine": facts, "facts": bench.facts, "checks": bench.checks,
                       "quick": options.quick, "seconds": took,
                       "rows": [row.as_json() for row in bench.rows]}, out, indent=1,
                      ensure_ascii=False)


if __name__ == "__main__":
    main()
