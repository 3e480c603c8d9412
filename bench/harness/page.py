# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The table, as text for the terminal and as the generated parts of
docs/performance.md, which stand between two markers each:
<!-- generated: NAME --> and <!-- end -->."""

import datetime
import re

from building import Failure
from lines import SCENARIOS
from rows import GROUPS, MEAN

COLUMNS = [("mapsan", "MapSan"), ("floor", "floor"), ("tsan", "TSan"), ("helgrind", "Helgrind")]


def number(result, value):
    if result.row.measure == "bytes a map":
        return "%.0f" % value
    if result.row.measure in ("excess", "start"):
        return "%.1f" % value
    return "%.2f" % value


def unit(result):
    return "" if result.row.measure in ("excess", "bytes a map", "start") else "x"


def with_spread(result, variant):
    value = result.values[variant]
    if value is None:
        return ""
    middle, low, high = (number(result, v) for v in value)
    text = middle + unit(result)
    return text if low == high else "%s (%s-%s)" % (text, low, high)


def alone(result, variant):
    value = result.values[variant]
    return "" if value is None else number(result, value[0]) + unit(result)


def target(result):
    text = "%g" % result.row.target + unit(result)
    return text if result.row.gated else text + "*"


def grouped(results):
    for group in GROUPS + [MEAN.group]:
        members = [r for r in results if r.row.group == group]
        if members:
            yield group, members


def text(results):
    """For the terminal."""
    shown = [(v, title) for v, title in COLUMNS if any(r.values[v] for r in results)]
    lines = []
    for group, members in grouped(results):
        lines.append("")
        head = "%-50s%10s%22s" % (group, "plain", "MapSan")
        head += "".join("%10s" % title for v, title in shown if v != "mapsan")
        lines.append(head + "%9s" % "target")
        for r in members:
            line = "  %-48s%10s%22s" % (r.row.title, r.plain, with_spread(r, "mapsan"))
            line += "".join("%10s" % alone(r, v) for v, _ in shown if v != "mapsan")
            lines.append(line + "%9s  %s" % (target(r), r.verdict))
    lines.append("")
    lines.append(summary(results))
    return "\n".join(lines)


def summary(results):
    gated = [r for r in results if r.row.gated]
    count = {v: sum(r.verdict == v for r in gated) for v in ("met", "floor", "missed")}
    return "%d targets: %d met, %d missed but at the floor, %d missed" % (
        len(gated), count["met"], count["floor"], count["missed"])


def table(results):
    """In Markdown."""
    shown = [(v, title) for v, title in COLUMNS if any(r.values[v] for r in results)]
    lines = []
    for group, members in grouped(results):
        lines += ["", "| %s | plain | " % group + " | ".join(t for _, t in shown) +
                  " | target | |", "|---|---:|" + "---:|" * (len(shown) + 1) + "---|"]
        for r in members:
            cells = [r.row.title, r.plain]
            cells += [with_spread(r, v) if v == "mapsan" else alone(r, v) for v, _ in shown]
            cells += [target(r), "**missed**" if r.verdict == "missed" else r.verdict]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines[1:] + ["", summary(results) + "."])


def missed(results):
    """Every gated row that misses its target, the farthest first."""
    rows = sorted((r for r in results if r.verdict in ("missed", "floor") and r.row.gated),
                  key=lambda r: -r.over)
    if not rows:
        return "None."
    lines = ["| workload | MapSan | target | floor | times the target |",
             "|---|---:|---:|---:|---:|"]
    for r in rows:
        lines.append("| %s: %s | %s | %s | %s | %.1f |" % (
            r.row.group.split(",")[0], r.row.title, with_spread(r, "mapsan"), target(r),
            alone(r, "floor"), r.over))
    return "\n".join(lines)


def machine(data):
    m = data["machine"]
    date = datetime.date.fromisoformat(data["date"])
    return "%s, %d cores; %s; %s; `%s`. %d rounds, %d %% of the work, on %d %s." % (
        m["processor"], m["cores"], m["system"], m["compiler"], m["flags"], data["rounds"],
        data["percent"], date.day, date.strftime("%B %Y"))


def lines_text(measured):
    """The moving cache lines, for the terminal."""
    rows = ["%-52s%10s%10s" % ("Cache lines that move between two threads", "plain", "MapSan")]
    rows += ["  %-50s%10d%10d" % (title, measured[name]["plain"], measured[name]["mapsan"])
             for name, title in SCENARIOS]
    return "\n".join(rows)


def lines_table(measured):
    rows = ["| 64 steps of each thread | plain | MapSan |", "|---|---:|---:|"]
    rows += ["| %s | %d | %d |" % (title, measured[name]["plain"], measured[name]["mapsan"])
             for name, title in SCENARIOS]
    return "\n".join(rows)


def renewed(page, data, results):
    """The page with its generated parts made anew."""
    parts = {"machine": machine(data), "table": table(results), "missed": missed(results),
             "lines": lines_table(data["lines"])}
    for name, part in parts.items():
        page, count = re.subn(r"(<!-- generated: %s -->\n).*?(<!-- end -->)" % name,
                              lambda found, part=part: found[1] + part + "\n" + found[2], page,
                              flags=re.DOTALL)
        if count != 1:
            raise Failure("the page has no place for the generated part '%s'" % name)
    return page
