"""What the bench prints: rows of ratios with their verdicts."""

import statistics
import sys
import time


class Row:
    """One line of the table: what was measured against what, pair by pair."""

    def __init__(self, name, ours, theirs, floor, goal, high_is_good, note=""):
        self.name, self.floor, self.goal, self.note = name, floor, goal, note
        self.high_is_good = high_is_good
        self.pairs = list(zip(ours, theirs))

    def ratios(self):
        return sorted(ours / theirs for ours, theirs in self.pairs)

    def verdict(self):
        middle = statistics.median(self.ratios())
        reached = middle.__ge__ if self.high_is_good else middle.__le__
        if reached(self.goal):
            return "goal"
        return "floor" if reached(self.floor) else "MISSED"

    def as_json(self):
        ratios = self.ratios()
        return {"name": self.name, "ratio": statistics.median(ratios), "low": ratios[0],
                "high": ratios[-1], "floor": self.floor, "goal": self.goal,
                "verdict": self.verdict(), "pairs": self.pairs, "note": self.note}

    def line(self):
        ratios = self.ratios()
        return (f"{self.name:<58} {short(statistics.median(ratios)):>8} "
                f"{short(ratios[0]):>8}-{short(ratios[-1]):<8} {short(self.floor):>6} "
                f"{short(self.goal):>6}  {self.verdict():<6} {self.note}")


def short(number):
    if abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def print_table(bench, facts):
    for name, value in facts.items():
        print(f"{name}: {value}")
    print()
    for name, value in bench.facts.items():
        if value is not None:
            print(f"{name}: {short(value)}")
    print()
    for check in bench.checks:
        print(f"holds: {check}")
    print(f"\n{bench.pairs} pairs, alternating; ratio: median (low-high)"
          + ("; QUICK: fewer and shorter, for a look only" if bench.o.quick else ""))
    print(f"{'what':<58} {'ratio':>8} {'low':>8}-{'high':<8} {'floor':>6} {'goal':>6}  verdict")
    for row in bench.rows:
        print(row.line())
