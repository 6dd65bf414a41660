"""Draws the two pictures of docs/line.md. Standard library and Tactful only.

python docs/line-pictures.py published_judgements.jsonl published_pairs.csv
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path

from tactful.appropriateness.scorecard import Scorecard
from tactful.learning.judgements import MEASURES, Judgement, read_judgements, read_orderings
from tactful.service.line import Study, discomfort, fit_line, loaded, shipped
from tactful.service.line_cases import kept_by_cases
from tactful.service.packs import load_rules, packaged_fit

PICTURES = Path(__file__).parent / "pictures"
INK, SOFT, PAPER = "#1c1c1c", "#8a8a8a", "#fffdf8"
HEAD = 'font-size="15" font-weight="bold"'
COLOURS = (
    "#1b6ca8",
    "#c2410c",
    "#15803d",
    "#7e22ce",
    "#b45309",
    "#0f766e",
    "#be123c",
    "#4d7c0f",
    "#525252",
    "#db2777",
    "#94a3b8",
)


def svg(width: int, height: int, title: str, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def text(x: float, y: float, words: str, anchor: str = "start", colour: str = INK, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" {more}>{escape(words)}</text>'


def points(card: Scorecard) -> str:
    """One row per factor; filled dots rest on evidence, hollow ones on opinion; levels with the same points stack."""
    left, right, top, unit = 150, 30, 64, 26.0
    width = 860
    scale = (width - left - right) / 16
    parts = [
        text(
            16, 24, "Points per factor, in per cent of people who would mind", more='font-size="15" font-weight="bold"'
        ),
        f'<circle cx="24" cy="42" r="4.5" fill="{INK}"/>',
        text(34, 46, "evidence"),
        f'<circle cx="104" cy="42" r="4" fill="{PAPER}" stroke="{INK}" stroke-width="1.5"/>',
        text(114, 46, "opinion"),
    ]
    y = float(top)
    for factor in card.factors:
        rows: dict[tuple[int, bool], list[str]] = {}
        for level, value in factor.levels.items():
            rows.setdefault((value, level not in factor.evidence), []).append(level)
        labels = [(100 * value / card.scale, names) for (value, _), names in sorted(rows.items())]
        seen: set[float] = set()
        lanes: list[float] = []
        placed = []
        for value, names in labels:
            words = ", ".join(names) if len(names) < 4 else f"{', '.join(names[:2])} +{len(names) - 2}"
            start = left + value * scale
            end = start + 9 + 5.6 * len(words)
            if end > width - 4:
                start, end = start - (end - width + 8), width - 4.0
            lane = next((at for at, used in enumerate(lanes) if used < start - 6), len(lanes))
            lanes[lane : lane + 1] = [end]
            placed.append((value, names, words, start, lane))
        parts.append(text(left - 14, y + 12, factor.key.removeprefix("scenario.").removeprefix("fact."), "end"))
        base = y + 8
        parts.append(f'<line x1="{left}" y1="{base}" x2="{width - right}" y2="{base}" stroke="#ddd"/>')
        for value, names, words, start, lane in placed:
            solid = any(name in factor.evidence for name in names)
            x = left + value * scale
            fill = INK if solid else PAPER
            if value in seen:
                fill = INK
            seen.add(value)
            parts.append(f'<circle cx="{x:.1f}" cy="{base}" r="4.3" fill="{fill}" stroke="{INK}" stroke-width="1.4"/>')
            colour = INK if solid else "#666"
            parts.append(text(start - 4, base + 17 + 12 * lane, words, colour=colour, more='font-size="10"'))
        y = base + 12 * len(lanes) + unit
    for tick in range(0, 17, 4):
        x = left + tick * scale
        parts.append(text(x, y, f"{tick} %", "middle", SOFT))
    return svg(width, int(y + 16), "Points per level of each factor, evidence and opinion", parts)


def minded(judgement: Judgement) -> tuple[str, float]:
    """The measure of a judgement, and how many per cent minded by it, up to a constant."""
    name = next(name for name in MEASURES if name in judgement.values)
    return name, -MEASURES[name] * judgement.values[name]


def against(study: Study) -> str:
    """Each study left out: what was predicted for its scenarios against what it found, both less their mean."""
    prior, kept = shipped("opinion"), kept_by_cases(load_rules("norm/retail-cases"))
    width, height, left, top = 860, 560, 70, 70
    scale = 5.2
    centre_x, centre_y = left + 260, top + 220
    parts = [
        text(16, 24, "Predicted without the study, against published", more=HEAD),
        text(16, 44, "Each dot a scenario: per cent of people who minded, less the mean of its study and measure."),
        f'<line x1="{left}" y1="{centre_y}" x2="{left + 520}" y2="{centre_y}" stroke="#ccc"/>',
        f'<line x1="{centre_x}" y1="{top}" x2="{centre_x}" y2="{top + 440}" stroke="#ccc"/>',
        f'<line x1="{centre_x - 220}" y1="{centre_y + 220}" x2="{centre_x + 220}" y2="{centre_y - 220}" stroke="#ddd" '
        'stroke-dasharray="4 4"/>',
        text(centre_x, top + 462, "published: minded more →", "middle", SOFT),
        text(30, centre_y, "predicted: minded more →", "middle", SOFT, f'transform="rotate(-90 30 {centre_y})"'),
    ]
    names = list(dict.fromkeys(each.study for each in study.judgements))
    for number, name in enumerate(names):
        card = loaded(fit_line(prior, study.without(name), "without", kept))
        score = discomfort(card, study.table)
        own = [each for each in study.judgements if each.study == name]
        groups: dict[str, list[tuple[float, float]]] = {}
        for each in own:
            measure, value = minded(each)
            groups.setdefault(measure, []).append((value, 100 * score(each)))
        colour = COLOURS[number % len(COLOURS)]
        for group in groups.values():
            if len(group) < 2:
                continue
            mean_x = sum(x for x, _ in group) / len(group)
            mean_y = sum(y for _, y in group) / len(group)
            for x, y in group:
                at_x = min(max(centre_x + (x - mean_x) * scale, left), left + 520)
                at_y = min(max(centre_y - (y - mean_y) * scale, top), top + 440)
                parts.append(f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="4" fill="{colour}" fill-opacity="0.65"/>')
        parts.append(f'<circle cx="{left + 560}" cy="{top + 20 + 20 * number}" r="4" fill="{colour}"/>')
        parts.append(text(left + 572, top + 24 + 20 * number, f"{name}, {len(own)} scenarios"))
    return svg(width, height, "Predicted against published, each study left out", parts)


def main(judgements_file: str, pairs_file: str) -> None:
    judgements = read_judgements(Path(judgements_file).read_text("utf-8"), judgements_file)
    orderings = read_orderings(Path(pairs_file).read_text("utf-8"), pairs_file, judgements)
    study = Study(judgements, orderings, packaged_fit())
    (PICTURES / "line-points.svg").write_text(points(shipped("published")), "utf-8")
    (PICTURES / "line-against.svg").write_text(against(study), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:3])
