# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The rows with what was measured. Computed from the samples alone, so that a table
can be made again from what was written down."""

import math
import statistics

from rows import MEAN, REAL, REST, ROWS


def paired(samples, run, variant, measure):
    """The measure's values of a variant and of plain, of the rounds that have both."""
    rounds = zip(samples.get(run, {}).get(variant, []), samples.get(run, {}).get("plain", []))
    pairs = [(s[measure], p[measure]) for s, p in rounds
             if s and p and measure in s and measure in p]
    return pairs


def spread(values):
    """Median, and the quartiles around it."""
    if len(values) < 2:
        return (values[0],) * 3
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return statistics.median(values), low, high


def each_iteration(sample, measure):
    return sample[measure] / sample.get("iterations", 1)


def ratio(samples, run, variant, measure):
    """Median of the in-round ratios with its quartiles; None if there are none."""
    rounds = zip(samples.get(run, {}).get(variant, []), samples.get(run, {}).get("plain", []))
    values = [each_iteration(s, measure) / each_iteration(p, measure) for s, p in rounds
              if s and p and measure in s and measure in p]
    return spread(values) if values else None


def excess(samples, variant):
    """The run that has most memory beyond 1.10 times the plain one's, and how much, in MiB."""
    found = []
    for run in samples:
        pairs = paired(samples, run, variant, "peak")
        if pairs and run != "live-maps":
            found.append((spread([(s - 1.1 * p) / 1024 for s, p in pairs]), run))
    return max(found, default=(None, ""))


def bytes_a_map(samples, variant, percent):
    """Beyond what the runtime takes by itself, which a hello world tells."""
    idle = paired(samples, "hello", variant, "peak")
    pairs = paired(samples, "live-maps", variant, "peak")
    if not idle or not pairs:
        return None
    base = statistics.median(s - p for s, p in idle)
    return spread([(s - p - base) * 1024 / (10_000 * percent) for s, p in pairs])


def value_of(row, samples, variant, percent):
    """Of a row in a variant: (median, low, high), or None if it was not measured."""
    if row.measure == "excess":
        return excess(samples, variant)[0]
    if row.measure == "bytes a map":
        return bytes_a_map(samples, variant, percent)
    if row.measure == "start":
        pairs = paired(samples, row.run, variant, "cpu")
        return spread([(s - p) * 1e3 for s, p in pairs]) if pairs else None
    return ratio(samples, row.run, variant, row.measure)


def plain_value(row, samples):
    """What the plain program costs, in words; where it is about many, which it is."""
    if row.measure == "excess":
        return excess(samples, "mapsan")[1]
    values = [s for s in samples.get(row.run, {}).get("plain", []) if s]
    if not values:
        return ""
    if row.measure == "peak":
        return "%.0f MiB" % (statistics.median(s["peak"] for s in values) / 1024)
    if row.measure == "text":
        return "%.0f KiB" % (statistics.median(s["text"] for s in values) / 1024)
    if row.measure == "start":
        return "%.2f ms" % (statistics.median(s["cpu"] for s in values) * 1e3)
    if row.measure not in ("cpu", "wall"):
        return ""
    time = statistics.median(each_iteration(s, row.measure) for s in values)
    if "iterations" not in values[0]:
        return "%.2f s" % time
    return "%.3g ns" % (time * 1e9) if time < 999e-9 else "%.2f us" % (time * 1e6)


class Result:
    """A row with what was measured."""

    def __init__(self, row, samples, percent):
        self.row = row
        self.plain = plain_value(row, samples)
        self.values = {variant: value_of(row, samples, variant, percent)
                       for variant in ("mapsan", "tsan", "floor", "helgrind")}
        if row.measure not in ("cpu", "wall"):
            self.values["floor"] = None

    @property
    def verdict(self):
        """met; floor: not, but within a tenth of what the floor costs; missed."""
        mapsan, floor = self.values["mapsan"], self.values["floor"]
        if mapsan is None:
            return "-"
        if mapsan[0] <= self.row.target:
            return "met"
        if floor and mapsan[0] <= 1.1 * floor[0]:
            return "floor"
        return "missed"

    @property
    def over(self):
        """How many times its target it is."""
        mapsan = self.values["mapsan"]
        return mapsan[0] / self.row.target if mapsan else 0


def mean(results):
    """Of all ratios of time but the real programs', as one more result."""
    total = Result(MEAN, {}, 100)
    for variant in total.values:
        values = [r.values[variant][0] for r in results
                  if r.row.measure in ("cpu", "wall") and r.row.group not in (REAL, REST) and
                  r.values[variant]]
        if values:
            total.values[variant] = (math.exp(statistics.fmean(map(math.log, values))),) * 3
    return total


def results_of(data):
    """All rows of which there is anything, and the mean."""
    results = [Result(row, data["samples"], data["percent"]) for row in ROWS]
    return [r for r in results + [mean(results)] if r.values["mapsan"]]
