"""PostgreSQL 15 from Debian's packages, in a cluster of its own, on the bench's load.

Tuned as for this work: what is acknowledged is on the disk (fsync, synchronous_commit), the
cache holds the database, checkpoints do not fall into a run, JIT is off (short statements).
Tried for the best batched figure: 1 to 64 connections, 1 to 100 reports a transaction.
"""

import csv
import glob
import os
import pwd
import shutil
import statistics
import subprocess

import machine
from machine import AGENTS, CELLS, ask_json, die
from table import Row, say

HERE = os.path.dirname(os.path.abspath(__file__))
SETTINGS = """
listen_addresses = ''
max_connections = 80
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = minimal
max_wal_senders = 0
shared_buffers = 2GB
work_mem = 64MB
maintenance_work_mem = 512MB
effective_cache_size = 3GB
wal_buffers = 64MB
max_wal_size = 16GB
checkpoint_timeout = 60min
autovacuum_naptime = 10s
random_page_cost = 1.1
effective_io_concurrency = 100
jit = off
"""
# connections, reports a transaction
SHAPES = [(1, 10), (1, 100), (2, 10), (2, 100), (8, 10), (64, 1)]


class Postgres:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "postgres")
        self.binaries = self.find()
        machine.run_quietly(["ninja", "-C", machine.BUILD, "cchc-peer"])
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        os.mkdir(self.folder)
        os.chmod(folder, 0o755)
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        user = "postgres" if self.user else pwd.getpwuid(os.getuid()).pw_name
        self.conninfo = f"host={self.folder} user={user} dbname=postgres"
        self.data = os.path.join(self.folder, "data")
        self.run("initdb", "-D", self.data, "--no-locale", "-E", "UTF8", "-A", "trust")
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as out:
            out.write(SETTINGS + f"unix_socket_directories = '{self.folder}'\n")
        self.run("pg_ctl", "-D", self.data, "-w", "-l", os.path.join(self.folder, "log"),
                 "start")

    @staticmethod
    def find():
        if not glob.glob("/usr/lib/postgresql/15/bin/postgres") or not os.path.exists(
                "/usr/include/postgresql/libpq-fe.h"):
            machine.run_quietly(["apt-get", "install", "-y", "--no-install-recommends",
                                 "postgresql-15", "libpq-dev"])
            machine.run_quietly(["cmake", machine.BUILD])
        return "/usr/lib/postgresql/15/bin"

    def run(self, name, *args):
        """As an unprivileged user: PostgreSQL refuses root."""
        become = ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}",
                  "--clear-groups"] if self.user else []
        done = subprocess.run([*become, os.path.join(self.binaries, name), *args],
                              cwd=self.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            die(f"{name}: {done.stderr[-2000:]}")

    def sql(self, *args):
        return machine.run_quietly(["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                                    self.conninfo, *args])

    def fill(self, units_file):
        """The country's tree with small ids, every figure, all rollups."""
        levels = {"nation": 0, "province": 1, "district": 2, "commune": 3}
        with open(units_file, encoding="utf-8-sig", newline="") as lines:
            units = list(csv.DictReader(lines))
        number = {unit["code"]: i + 1 for i, unit in enumerate(units)}
        path = os.path.join(self.folder, "units.csv")
        with open(path, "w", encoding="utf-8") as out:
            for unit in units:
                parent = number.get(unit["parent"], "")
                out.write(f"{number[unit['code']]},{parent},{levels[unit['level']]}\n")
        self.sql("-f", os.path.join(HERE, "peer.sql"))
        self.sql("-c", f"\\copy unit FROM '{path}' CSV")
        self.sql("-f", os.path.join(HERE, "peer_fill.sql"))

    def push(self, connections, messages, cells, transactions, *more):
        answer = ask_json("cchc-peer", "push", self.conninfo, connections, messages, cells,
                          transactions, *more)
        return answer["updates_per_s"]

    def best_shape(self, quick):
        """The fastest way to bring whole reports in, by trial."""
        reports = 400 if quick else 1500
        tried = {}
        for connections, messages in SHAPES:
            transactions = max(1, reports // connections // messages)
            tried[connections, messages] = self.push(connections, messages, 100, transactions)
        return max(tried, key=tried.get), tried

    def agrees(self):
        """Its rollups equal a full recompute too: only then is the comparison fair."""
        wrong = self.sql("-c", """
            SELECT count(*) FROM rollup r JOIN (
                SELECT u.parent AS unit, f.row, sum(f.value) AS sum, count(*) AS n
                FROM figure f JOIN unit u ON u.id = f.unit
                WHERE f.period = 0 GROUP BY 1, 2) x USING (unit, row)
            WHERE r.period = 0 AND (r.sum, r.n) IS DISTINCT FROM (x.sum, x.n)""")
        return wrong.strip() == "0"

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def measure(bench, peer):
    shape, tried = peer.best_shape(bench.o.quick)
    say("PostgreSQL, reports: " + ", ".join(f"{c} x {m}: {rate:,.0f}/s"
                                            for (c, m), rate in tried.items()))
    reports = 800 if bench.o.quick else 2000
    transactions = max(1, reports // shape[0] // shape[1])
    batched, single, asked = ([], []), ([], []), ([], [])
    for _ in range(bench.pairs):
        batched[0].append(bench.throughput()["updates_per_s"])
        batched[1].append(peer.push(*shape, CELLS, transactions))
        random = bench.country.load("main", agents=AGENTS, window=1, cells=1, random=True,
                                    messages=60 if bench.o.quick else 150,
                                    period=bench.quarter)
        single[0].append(random["updates_per_s"])
        single[1].append(peer.push(AGENTS, 1, 1, 60 if bench.o.quick else 150, "random"))
        asked[0].append(bench.districts())
        asked[1].append(ask_json("cchc-peer", "districts", peer.conninfo, 20)["p50_us"])
    if not peer.agrees():
        die("PostgreSQL's rollups differ from a recompute")
    bench.checks.append("PostgreSQL's kept rollups equal a recompute too")
    bench.facts["PostgreSQL, best batched updates/s"] = statistics.median(batched[1])
    bench.facts["PostgreSQL, 64 x 1 random updates/s"] = statistics.median(single[1])
    bench.facts["64 x 1 random updates/s"] = statistics.median(single[0])
    bench.facts["PostgreSQL, 705 districts ms"] = statistics.median(asked[1]) / 1000
    bench.rows += [
        Row("acked updates/s, 64 x 4 x 100 / PostgreSQL's best batched", *batched, 10, 30,
            True, f"{shape[0]} connections, {shape[1]} reports a transaction"),
        Row("64 agents x 1 random update / PostgreSQL 64 x 1", *single, 3, 8, True),
        Row("705 districts in one request, p50 / PostgreSQL", *asked, 0.3, 0.1, False),
    ]


def run(bench):
    say("PostgreSQL: making and filling a cluster")
    peer = Postgres(bench.folder)
    try:
        peer.fill(bench.o.units)
        say("PostgreSQL: measuring")
        measure(bench, peer)
    finally:
        peer.stop()
