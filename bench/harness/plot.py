# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The ratios as a picture: a bar for MapSan with its spread, marks for target, floor
and ThreadSanitizer, on a logarithmic scale."""

import math
from xml.sax.saxutils import escape

from page import grouped, unit

LEFT, WIDTH, LINE = 330, 520, 18
LOW, HIGH = 0.8, 32.0
MARKS = [1, 1.5, 2, 3, 5, 10, 20]
COLOURS = {"met": "#4c9f70", "floor": "#c9a227", "missed": "#c0504d", "-": "#888888"}


def place(value):
    """On the axis."""
    value = min(max(value, LOW), HIGH)
    return LEFT + WIDTH * math.log(value / LOW) / math.log(HIGH / LOW)


def draw(results):
    """The SVG. Only rows that are ratios are drawn."""
    body, y = [], 52
    for group, members in grouped(results):
        members = [r for r in members if unit(r) == "x"]
        if not members:
            continue
        y += 8
        body.append('<text x="8" y="%d" font-weight="bold">%s</text>' % (y + 12, escape(group)))
        y += LINE
        for r in members:
            middle, low, high = r.values["mapsan"]
            body.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (
                LEFT - 8, y + 12, escape(r.row.title)))
            start, end = sorted((place(1), place(middle)))
            body.append('<rect x="%.1f" y="%d" width="%.1f" height="10" fill="%s"/>' % (
                start, y + 3, max(1, end - start), COLOURS[r.verdict]))
            body.append('<path d="M%.1f %d H%.1f" stroke="#222" stroke-width="1"/>' % (
                place(low), y + 8, place(high)))
            body.append('<path d="M%.1f %d v14" stroke="#222" stroke-width="2"/>' % (
                place(r.row.target), y + 1))
            if r.values["floor"]:
                body.append('<circle cx="%.1f" cy="%d" r="3.5" fill="none" stroke="#222"/>' % (
                    place(r.values["floor"][0]), y + 8))
            if r.values["tsan"]:
                body.append('<text x="%.1f" y="%d" text-anchor="middle" fill="#555">T</text>' % (
                    place(r.values["tsan"][0]), y + 12))
            y += LINE
    height = y + 30
    grid = []
    for mark in MARKS:
        grid.append('<path d="M%.1f 44 V%d" stroke="#ddd"/>' % (place(mark), y + 4))
        grid.append('<text x="%.1f" y="%d" text-anchor="middle" fill="#555">%gx</text>' % (
            place(mark), y + 18, mark))
    legend = ('<text x="8" y="18" font-size="14">Cost against the plain build of the same '
              'compiler</text><text x="8" y="36" fill="#555">bar: MapSan, with quartiles '
              '(green: target met, yellow: at the floor, red: missed); thick stroke: target; '
              'circle: floor; T: ThreadSanitizer</text>')
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" '
            'font-family="sans-serif" font-size="11">\n<rect width="100%%" height="100%%" '
            'fill="white"/>\n%s\n</svg>\n' % (
                LEFT + WIDTH + 30, height, "\n".join([legend] + grid + body)))
