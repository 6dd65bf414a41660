"""`tactful demo`: eleven moments in a shop, decided while you wait. Needs no data and asks nothing."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterable, Iterator
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.text import Text

from tactful.cli.main import app
from tactful.cli.screen import NO, answered, fail, out, say_json
from tactful.explain.phrases import phrase
from tactful.policy.rules import Part
from tactful.service.demo import Broken, Played, Seen, Shown, break_all, play, seen_by, who_is

WIDTH = 96
NOTHING = "(nothing is listed: even the reason could tell somebody)"
HINTS = (
    ("tactful why 3", "which rules, which facts, and what would change it"),
    ("tactful demo --as penny", "the same, as Penny sees it"),
    ("tactful demo --break", "remove any one thing we know and watch no verdict get freer"),
    ("tactful init", "your own shop, in ten questions"),
)
COUNTED = (
    ("say", "said"),
    ("soften", "in general terms"),
    ("silent", "used quietly"),
    ("ask", "asked"),
    ("hold", "waiting"),
    ("never", "left alone"),
)
STYLES = {"say": "bold green", "soften": "green", "silent": "cyan", "ask": "blue", "hold": "yellow", "never": "magenta"}
_FIXED = "\N{NO-BREAK SPACE}"


class Layout(NamedTuple):
    """The columns of the table. `reads` is 0 where there is no room for a third one."""

    wanted: int
    verdict: int
    reads: int


def layout(width: int) -> Layout:
    """The widest table that fits; below 80 columns the sentence goes under the moment."""
    if width >= WIDTH:
        return Layout(45, 8, 37)
    if width >= 80:
        return Layout((width - 15) * 55 // 100, 8, width - 15 - (width - 15) * 55 // 100)
    return Layout(width - 13, 8, 0)


@app.command("demo")
@answered
def demo(
    words: Annotated[bool, typer.Option("--words", help="Show say, soften, silent, ask, hold, never.")] = False,
    person: Annotated[
        str | None, typer.Option("--as", help="What one of the people in it sees, such as penny.")
    ] = None,
    break_it: Annotated[
        bool, typer.Option("--break", help="Remove each thing we know: no verdict gets freer.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Eleven moments in a shop: what somebody wanted to do, what may be done, and what she reads if she asks why."""
    started = time.perf_counter()
    if person is not None and break_it:
        fail("--as and --break are two different questions; ask one at a time.")
    if person is not None:
        _answer_person(who_is(person), json)
        return
    played = play()
    if break_it:
        _answer_break(break_all(played), json, started)
        return
    if json:
        say_json({"rules": played.policy.parts, "moments": [_plain(each) for each in played.moments]})
        return
    console = out()
    for line in table(played, console.width, words, time.perf_counter() - started):
        _print(console, line)


def _answer_person(who: str, json: bool) -> None:
    seen = seen_by(who)
    if json:
        say_json({"person": who, "seen": seen})
        return
    console = out()
    for line in person_lines(who, seen, console.width):
        _print(console, line)


def _answer_break(broken: tuple[Broken, ...], json: bool, started: float) -> None:
    freed = any(each.freer for each in broken)
    if json:
        say_json({"moments": [_plain_break(each) for each in broken], "good": not freed})
    else:
        console = out()
        for line in break_lines(broken, console.width, time.perf_counter() - started):
            _print(console, line)
    if freed:
        raise typer.Exit(NO)


def _plain_break(broken: Broken) -> dict[str, object]:
    return {
        "number": broken.shown.number,
        "person": broken.shown.moment.who,
        "verdict": broken.shown.decision.verdict,
        "removed": broken.removed,
        "freer": broken.freer,
        "stricter": broken.stricter,
        "same": broken.same,
    }


def _plain(shown: Shown) -> dict[str, object]:
    return {
        "number": shown.number,
        "person": shown.moment.who,
        "wanted": shown.moment.wanted,
        "verdict": shown.decision.verdict,
        "variant": shown.decision.variant,
        "she_reads": shown.she_reads or None,
        "because": shown.outcome.because,
        "until": shown.outcome.until,
    }


def _print(console: Console, line: Text) -> None:
    line.rstrip()
    console.print(line, no_wrap=True, overflow="ignore", crop=False)


def table(played: Played, width: int, words: bool, seconds: float) -> Iterator[Text]:
    """Every line of the answer, at most `width` columns wide."""
    columns = layout(width)
    rules = f"rules: {', '.join(_in_groups(played.policy.made_of))}"
    yield from _apart("Tactful: eleven moments in a shop", rules, width, "bold")
    yield Text()
    yield from _heading(columns)
    for shown in played.moments:
        yield Text()
        yield from _row(shown, columns, words)
    yield Text()
    yield from _apart(_counts(played), f"{seconds:.1f} s", width)
    yield Text()
    yield from _hints(width)


def _heading(columns: Layout) -> Iterator[Text]:
    last = 'If she asks "why?", she reads'
    yield Text(
        f" #  {'What somebody wanted to do':<{columns.wanted}} {'Verdict':<9}{last if columns.reads else ''}", "dim"
    )
    if not columns.reads:
        yield Text(f"    {last}", "dim")


def _row(shown: Shown, columns: Layout, words: bool) -> Iterator[Text]:
    verdict = shown.decision.verdict
    reads = shown.she_reads or NOTHING
    wanted = textwrap.wrap(shown.moment.wanted, columns.wanted - 1)
    named = textwrap.wrap(phrase(verdict, words), columns.verdict)
    sentence = textwrap.wrap(reads, columns.reads, break_long_words=False) if columns.reads else []
    for at in range(max(len(wanted), len(named), len(sentence))):
        yield Text.assemble(
            f"{shown.number:>2}  " if at == 0 else "    ",
            f"{_at(wanted, at):<{columns.wanted}} ",
            (f"{_at(named, at):<9}", STYLES[verdict]),
            (_at(sentence, at), "" if shown.she_reads else "dim"),
        )
    if not columns.reads:
        for line in textwrap.wrap(reads, columns.wanted + columns.verdict - 2):
            yield Text(f"    │ {line}", "italic" if shown.she_reads else "dim")


def _at(lines: list[str], at: int) -> str:
    return lines[at] if at < len(lines) else ""


def _counts(played: Played) -> str:
    """How often each verdict was given; a count stays on the line of its word."""
    counts = [sum(each.decision.verdict == name for each in played.moments) for name, _ in COUNTED]
    told = " · ".join(
        f"{word} {count}".replace(" ", _FIXED) for (_, word), count in zip(COUNTED, counts, strict=True) if count
    )
    return told[:1].upper() + told[1:]


def _in_groups(parts: tuple[Part, ...]) -> Iterator[str]:
    """The policy with its version, then what it is made of: `law: common eu uk`; a version only where it is not 1."""
    groups: dict[str, list[str]] = {}
    for part in parts[1:]:
        group, _, name = part.name.rpartition("/")
        groups.setdefault(group, []).append(name if part.version == 1 else f"{name}-{part.version}")
    yield str(parts[0])
    yield from (f"{group}: {' '.join(names)}" if group else " ".join(names) for group, names in groups.items())


def _apart(left: str, right: str, width: int, style: str = "") -> Iterator[Text]:
    if len(left) + len(right) + 2 <= width:
        left, gap = left.replace(_FIXED, " "), width - len(left) - len(right)
        yield Text.assemble((left, style), " " * gap, (right, "dim"))
        return
    yield from (Text(line.replace(_FIXED, " "), style) for line in textwrap.wrap(left, width))
    yield from (Text(line, "dim") for line in textwrap.wrap(right, width))


def _hints(width: int) -> Iterator[Text]:
    start = 37 if width >= WIDTH else 27 if width >= 72 else 6
    for command, what in HINTS:
        lines = textwrap.wrap(what, width - start)
        if start == 6:
            yield Text(f"  {command}", "bold")
        else:
            yield Text.assemble("  ", (f"{command:<{start - 2}}", "bold"), lines.pop(0))
        yield from (Text(" " * start + line) for line in lines)


CHANNELS = {"email": "By e-mail", "sms": "By text", "app": "In the app", "post": "By post", "push": "On your phone"}


def person_lines(who: str, seen: tuple[Seen, ...], width: int) -> Iterator[Text]:
    """What one person sees: what reached her, and what she reads of the rest."""
    yield Text(f"What {who} sees", "bold")
    for each in (each for each in seen if each.text):
        yield Text()
        place = CHANNELS.get(each.channel, "In the shop")
        yield from _wrapped(f"  {place}: {each.subject}" if each.subject else f"  {place}", width, "  ")
        for line in each.text.split("\n"):
            yield from _wrapped(f"  │ {line}", width, "  │ ")
        if each.why:
            yield from _wrapped(f"  If you ask why: {each.why}", width, "  ", "italic")
    reasons = [each.why for each in seen if not each.text]
    yield Text()
    said = "Nothing else was said to you." if any(each.text for each in seen) else "Nothing was said to you."
    yield from _wrapped(f"  {said}{' If you ask why, you read:' if reasons else ''}", width, "  ")
    for reason in reasons:
        yield from _wrapped(f"  · {reason}", width, "    ", "italic")


def break_lines(broken: tuple[Broken, ...], width: int, seconds: float) -> Iterator[Text]:
    """One line for each moment, the removals that freed one, and the total."""
    title = "Each thing that we know, removed by itself or made coarser, and decided again"
    yield from _wrapped(title, width, "", "bold")
    yield Text()
    for each in broken:
        moment = each.shown.moment
        yield from _fitted(Text.assemble(f"{each.shown.number:>2} {moment.who:<6} ", *_sums([each])), width)
        for what in each.freer:
            yield from _wrapped(f"   freer without {what}", width, "      ", "bold red")
    yield Text()
    yield from _fitted(Text.assemble(f"{'in all':<10}", *_sums(broken), (f"   {seconds:.1f} s", "dim")), width)


def _sums(broken: Iterable[Broken]) -> Iterator[str | tuple[str, str]]:
    all_of = tuple(broken)
    freer = sum(len(each.freer) for each in all_of)
    yield f"{sum(each.removed for each in all_of):>4} things removed: "
    yield f"{freer} freer", "bold red" if freer else "green"
    yield f", {sum(each.stricter for each in all_of):>3} stricter, {sum(each.same for each in all_of):>3} the same"


def _fitted(line: Text, width: int) -> Iterator[Text]:
    if len(line) <= width:
        yield line
        return
    first, rest = line.divide([line.plain.index(":") + 1])
    yield first
    yield from _wrapped(" " * 10 + rest.plain.strip(), width, " " * 10)


def _wrapped(text: str, width: int, indent: str, style: str = "") -> Iterator[Text]:
    lines = textwrap.wrap(text, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    yield from (Text(line, style) for line in lines or [text])
