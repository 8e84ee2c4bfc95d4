"""The bench's hands: the machine, the programs, the daemon under test."""

import json
import os
import platform
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "bench")
FORM = os.path.join(ROOT, "config", "forms", "cchc-2021.yaml")
PATIENCE_S = 120
AGENTS, WINDOW, CELLS = 64, 4, 100  # the load most rows are measured with


def die(text):
    print(f"bench: {text}", file=sys.stderr)
    sys.exit(1)


def build():
    """Everything the bench runs, optimised, with the compiler's own defaults otherwise."""
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        run_quietly(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja",
                     "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DBUILD_TESTING=OFF"])
    targets = ["cchcd", "cchcctl", "cchc-units", "cchc-load", "cchc-raw", "cchc-ask",
               "cchc-fold", "cchc-tasks"]
    run_quietly(["ninja", "-C", BUILD, *targets])


def run_quietly(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        die(f"{' '.join(command)}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def program(name):
    folder = {"cchcd": "daemon", "cchcctl": "agents/ctl"}.get(name, "bench")
    return os.path.join(BUILD, folder, name)


def ask_json(name, *args):
    """Runs one of the bench's C programs, which print one line of JSON."""
    out = run_quietly(["timeout", str(PATIENCE_S), program(name), *map(str, args)])
    return json.loads(out.strip().splitlines()[-1])


def start_json(name, *args):
    return subprocess.Popen([program(name), *map(str, args)], stdout=subprocess.PIPE,
                            text=True)


def stop_json(process):
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=PATIENCE_S)
    if process.returncode:
        die(f"{process.args[0]} ended with {process.returncode}")
    return json.loads(out.strip().splitlines()[-1])


def first_line(path, pattern):
    try:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                found = re.match(pattern, line)
                if found:
                    return found.group(1).strip()
    except OSError:
        pass
    return "unknown"


def file_system(folder):
    out = subprocess.run(["df", "--output=fstype,source", folder], capture_output=True,
                         text=True, check=False).stdout
    return out.strip().splitlines()[-1].split()[0] if out.strip() else "unknown"


def describe(folder):
    def git(*args):
        return subprocess.run(["git", "-C", ROOT, *args], capture_output=True, text=True,
                              check=False).stdout.strip()

    def version(*command):
        out = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return out.strip().splitlines()[0] if out.strip() else "unknown"

    return {
        "cpu": first_line("/proc/cpuinfo", r"model name\s*:(.*)"),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "memory": first_line("/proc/meminfo", r"MemTotal:(.*)"),
        "file_system": file_system(folder),
        "load_before": os.getloadavg()[0],
        "cchcd": version(program("cchcd"), "--version"),
        "compiler": version("cc", "--version"),
        "lmdb": version("pkg-config", "--modversion", "lmdb"),
        "libzmq": version("pkg-config", "--modversion", "libzmq"),
        "commit": git("rev-parse", "--short", "HEAD"),
        "changed": bool(git("status", "--porcelain")),
    }


class Daemon:
    """cchcd with its own folder, store, keys and ports."""

    def __init__(self, folder, unit, units, agents):
        self.folder, self.units, self.unit = folder, units, unit
        self.process = None
        self.doors = {}
        self.log = os.path.join(folder, "log")
        self.store = os.path.join(folder, "store.mdb")
        self.ready_s = 0.0
        self.updates = 0  # journalled so far
        os.mkdir(folder)
        run_quietly([program("cchc-load"), "setup", folder, "--units", units, "--agents",
                     str(agents)])

    def write_config(self, publish):
        doors = ", ".join(f'{d}: "tcp://127.0.0.1:*"'
                          for d in ("agents", "queries", "changes"))
        with open(os.path.join(self.folder, "cchcd.yaml"), "w", encoding="utf-8") as out:
            out.write(f'unit: "{self.unit}"\nunits: "{self.units}"\n'
                      f'forms: "{os.path.dirname(FORM)}"\nkeys: keys.yaml\n'
                      f"key: cchcd.key\nstore: store.mdb\nendpoints_file: endpoints\n"
                      f"publish: {'yes' if publish else 'no'}\nlisten: {{{doors}}}\n")

    def write_ctl_config(self):
        with open(os.path.join(self.folder, "ctl.yaml"), "w", encoding="utf-8") as out:
            out.write(f"queries: {self.doors['queries']}\n"
                      f"changes: {self.doors['changes']}\n"
                      "server_key_file: cchcd.key\nkey: ctl.key\n")

    def start(self, publish=True):
        self.write_config(publish)
        log = open(self.log, "w", encoding="utf-8")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [program("cchcd"), "--config", os.path.join(self.folder, "cchcd.yaml")],
            stderr=log)
        log.close()
        while not re.search(r"\bready unit=", self.read_log()):
            if self.process.poll() is not None:
                die(f"cchcd did not start:\n{self.read_log()[-2000:]}")
            time.sleep(0.002)
        self.ready_s = time.monotonic() - began
        with open(os.path.join(self.folder, "endpoints"), encoding="utf-8") as lines:
            self.doors = dict(line.strip().split(": ", 1) for line in lines if ": " in line)
        self.write_ctl_config()

    def read_log(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read()

    def stop(self):
        """Ends it in good order; returns its mean batch in messages."""
        self.process.terminate()
        if self.process.wait(timeout=PATIENCE_S):
            die(f"cchcd ended badly:\n{self.read_log()[-2000:]}")
        self.process = None
        found = re.search(r"stopping .*messages=(\d+) commits=(\d+)", self.read_log())
        return int(found.group(1)) / max(1, int(found.group(2)))

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def load_args(self, ledger, **options):
        args = [self.folder, "--units", self.units, "--form", FORM, "--endpoint",
                self.doors["agents"], "--ledger", os.path.join(self.folder, ledger)]
        for name, value in options.items():
            if value is True:
                args.append(f"--{name}")
            elif value is not None and value is not False:
                args += [f"--{name}", value]
        return args

    def load(self, ledger, **options):
        answer = ask_json("cchc-load", "run", *self.load_args(ledger, **options))
        self.updates += answer["updates"]
        return answer

    def load_in_background(self, ledger, **options):
        return start_json("cchc-load", "run", *self.load_args(ledger, **options))

    def missing(self, ledger, **options):
        """Acknowledged messages of the ledger that the daemon does not have."""
        answer = ask_json("cchc-load", "marks", *self.load_args(ledger, **options))
        return answer["missing"]

    def cells(self, period, level, times=1):
        return ask_json("cchc-ask", "cells", self.folder, self.doors["queries"], period,
                        level, times)

    def verify(self):
        """The daemon's own word that figures are the journal's and rollups the figures'."""
        began = time.monotonic()
        done = subprocess.run([program("cchcctl"), "--config",
                               os.path.join(self.folder, "ctl.yaml"), "verify"],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            die(f"verify does not agree:\n{done.stdout}{done.stderr}")
        numbers = re.search(r"(\d+) mục nhật ký, (\d+) số liệu, (\d+) ô", done.stdout)
        entries, figures, rollups = map(int, numbers.groups())
        return {"entries": entries, "figures": figures, "rollups": rollups,
                "seconds": time.monotonic() - began}

    def cpu_s(self):
        """Processor time of all its threads so far."""
        total = 0
        tasks = f"/proc/{self.process.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/schedstat", encoding="utf-8") as stat:
                total += int(stat.read().split()[0])
        return total / 1e9

    def anonymous_mb(self):
        kb = first_line(f"/proc/{self.process.pid}/status", r"RssAnon:\s*(\d+)")
        return int(kb) / 1000
