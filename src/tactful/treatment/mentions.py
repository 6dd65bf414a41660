"""What a variant mentions: every fact that can change a single character of it.

The analysis reads the syntax tree of a variant and follows no values, so it can only see too much, never too little:

1. Every path that occurs anywhere (shown, tested, looped over, assigned, captured, given to a filter) counts. A local
   name is free of facts because what is assigned to it was counted where it was assigned.
2. A path must be written out: `a[b]`, a name of the table with another meaning, and a name that stands for several
   fields are refused, for nobody could say what they show.
3. The longest name of the table that a path begins with says which fact it is.
4. The variant gives the form: `explicit` and `plain` mention explicitly; `softened` in general terms, and may use only
   fields that do; `silent` nothing. A name that is always explicit is explicit in every variant.
5. A fact is *optional* in a variant if everything about it stands in an `if` on that very fact, or behind `default`.
6. What the author's own words let her work out ("about now") no analysis can see. The front matter declares it under
   `says`; it is a mention like any other, and never optional.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from liquid.ast import ConditionalBlockNode, Node
from liquid.builtin.expressions import BooleanExpression, Filter, FilteredExpression, KeywordArgument, Path
from liquid.builtin.expressions.logical import LogicalAndExpression
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.context import RenderContext
from liquid.expression import Expression
from liquid.template import BoundTemplate
from liquid.token import Token

from tactful.model.problems import Problem, suggestion
from tactful.model.records import Use, Variant
from tactful.model.verdict import Form
from tactful.treatment.environment import ENVIRONMENT, FILTERS, LEFT_OUT, MOST_STEPS
from tactful.treatment.objects import Objects, TemplateObject

MOST_OPTIONAL = 2
"""A variant is offered without at most so many optional facts: four ways of one variant at the most."""

_STATIC = RenderContext(BoundTemplate(ENVIRONMENT, []))


class Used(msgspec.Struct, frozen=True):
    """One occurrence of a path of the table.

    `segments` is the path, `entry` the name it falls under, `fact` what it mentions (empty: nothing personal).
    `optional` is set where the fact may be absent without anything being shown, `needed` where the field must be there.
    """

    segments: tuple[str | int, ...]
    entry: TemplateObject
    fact: str
    line: int
    optional: bool
    needed: bool

    @property
    def path(self) -> str:
        """The path with dots."""
        return ".".join(map(str, self.segments))

    @property
    def field(self) -> str:
        """What stands behind the name of the table, or the empty string."""
        return str(self.segments[len(self.entry.path)]) if len(self.segments) > len(self.entry.path) else ""


class Found(msgspec.Struct, frozen=True):
    """What one part of a treatment (a subject or a body) uses, and what is wrong with it."""

    used: tuple[Used, ...]
    problems: tuple[Problem, ...]


def find_uses(nodes: Iterable[Node], objects: Objects, file: str) -> Found:
    """Every path that a part uses. Steps 1 to 3."""
    walk = _Walk(objects, file)
    try:
        for node in nodes:
            walk.names |= set(_assigned(node))
        for node in nodes:
            walk.node(node, frozenset())
    except RecursionError:
        walk.problems.append(Problem(file, 0, "this treatment is nested too deeply."))
    return Found(tuple(walk.used), tuple(dict.fromkeys(walk.problems)))


def form_in(variant: str, used: Used) -> Form:
    """The form that a variant gives to a use. Step 4."""
    return "softened" if variant == "softened" and not used.entry.explicit else "explicit"


def misfits(variant: str, used: Iterable[Used], file: str) -> Iterator[Problem]:
    """The uses that a variant may not have. Step 4."""
    for use in used:
        if not use.fact and (variant != "plain" or use.entry.plain):
            continue
        if variant == "silent":
            yield Problem(
                file, use.line, f"the silent variant shows {use.fact}; nobody may be able to tell that we know it."
            )
        elif variant == "plain" and not use.entry.plain:
            yield Problem(file, use.line, f"the plain variant shows {use.path}; it may mention nothing but the order.")
        elif variant == "softened" and not use.entry.explicit and use.field not in use.entry.general:
            instead = " or ".join(f"{use.entry.name}.{field}" for field in use.entry.general)
            hint = f" Write {instead}." if instead else " There is no general way of showing it."
            yield Problem(
                file, use.line, f"the softened variant shows {use.path}, which is not in general terms.{hint}"
            )


def expand(variant: str, used: Sequence[Used], says: Sequence[str]) -> Iterator[tuple[Variant, tuple[str, ...]]]:
    """A variant as it is judged, fullest first, each with the facts it leaves out. Steps 5 and 6.

    With an optional fact the variant is offered twice: with it, and as `<name> without <fact>`. The first two optional
    facts in the order of the text are treated so; any further one is mentioned like the others.
    """
    forms: dict[str, Form] = {}
    optional: dict[str, bool] = {}
    for use in used:
        if use.fact:
            form = form_in(variant, use)
            forms[use.fact] = "explicit" if "explicit" in (form, forms.get(use.fact)) else form
            optional[use.fact] = optional.get(use.fact, True) and use.optional
    for fact in says:
        forms.setdefault(fact, "softened" if variant == "softened" else "explicit")
        optional[fact] = False
    loose = [fact for fact, may_go in optional.items() if may_go][:MOST_OPTIONAL]
    for left_out in _subsets(loose):
        name = f"{variant} without {', '.join(left_out)}" if left_out else variant
        mentions = tuple(Use(fact, form) for fact, form in forms.items() if fact not in left_out)
        yield Variant(name, mentions), left_out


def line_of(token: Token) -> int:
    """The line of a token in its file, 1-based; 0 where it has none."""
    return token.source.count("\n", 0, token.start_index) + 1 if token.start_index >= 0 else 0


def _subsets(facts: Sequence[str]) -> list[tuple[str, ...]]:
    """Nothing left out first, everything last; what the text shows later is left out earlier."""
    if not facts:
        return [()]
    if len(facts) == 1:
        return [(), (facts[0],)]
    return [(), (facts[1],), (facts[0],), (facts[0], facts[1])]


def _assigned(node: Node) -> Iterator[str]:
    yield from map(str, node.template_scope())
    for child in node.children(_STATIC):
        yield from _assigned(child)


Guards = frozenset[tuple[str, ...]]
"""Names of the table, and paths under them, that are known to be there."""


class _Walk:
    """One pass over a part. `names` are the local names that hold where the walk is."""

    def __init__(self, objects: Objects, file: str) -> None:
        self.objects = objects
        self.file = file
        self.names: set[str] = set()
        self.used: list[Used] = []
        self.problems: list[Problem] = []

    def node(self, node: Node, guards: Guards) -> None:
        for name in (*node.template_scope(), *node.block_scope()):
            if str(name) in self.objects.roots:
                self.complain(name.token, f"`{name}` already has a meaning here; take another name.")
        if tuple(node.template_scope()):
            guards = frozenset()  # what is assigned under an `if` may be shown outside of it
        if isinstance(node, IfNode | ConditionalBlockNode):
            self.conditional(node, guards)
            return
        for expression in node.expressions():
            if isinstance(node, UnlessNode):
                self.condition(expression, guards)
            else:
                self.expression(expression, guards)
        inner = {str(name) for name in node.block_scope()} - self.names
        self.names |= inner
        for child in node.children(_STATIC):
            self.node(child, guards)
        self.names -= inner

    def conditional(self, node: IfNode | ConditionalBlockNode, guards: Guards) -> None:
        first = node.consequence if isinstance(node, IfNode) else node.block
        for expression in node.expressions():
            known = self.condition(expression, guards)
            for child in node.children(_STATIC):
                self.node(child, guards | known if child is first else guards)

    def condition(self, expression: Expression, guards: Guards) -> Guards:
        """Record a condition; what it makes sure of where it holds."""
        known: set[tuple[str, ...]] = set()
        for part in _conjuncts(expression):
            if isinstance(part, Path):
                known |= self.path(part, guards, tested=True)
            else:
                self.expression(part, guards)
        return frozenset(known)

    def expression(self, expression: Expression, guards: Guards) -> None:
        if isinstance(expression, Path):
            self.path(expression, guards)
            return
        if isinstance(expression, RangeLiteral):
            self.range(expression)
        children = list(expression.children())
        if isinstance(expression, FilteredExpression) and expression.filters:
            for each in expression.filters:
                self.filter(each)
            if expression.filters[0].name == "default" and isinstance(expression.left, Path):
                self.path(expression.left, guards, tested=True)
                children = children[1:]
        for child in children:
            self.expression(child, guards)

    def filter(self, used: Filter) -> None:
        known = FILTERS.get(used.name)
        if known is None:
            hint = suggestion(used.name, FILTERS)
            hint = f" {LEFT_OUT[used.name]}" if used.name in LEFT_OUT else hint
            self.complain(used.token, f"there is no filter `{used.name}`.{hint}")
        elif any(isinstance(given, KeywordArgument) for given in used.args):
            self.complain(used.token, f"`{used.name}` takes no named values.")
        elif not known.least <= len(used.args) <= known.most:
            most = f"{known.least} to {known.most}" if known.least < known.most else f"{known.most or 'no'}"
            self.complain(used.token, f"`{used.name}` takes {most} value{'s' * (known.most != 1)} behind its colon.")

    def range(self, used: RangeLiteral) -> None:
        ends = [end.value for end in (used.start, used.stop) if isinstance(end, IntegerLiteral)]
        if len(ends) < 2 or ends[1] - ends[0] >= MOST_STEPS:
            self.complain(
                used.token, f"`{used}`: a range is written in two numbers, and has at most {MOST_STEPS:,} steps."
            )

    def path(self, path: Path, guards: Guards, tested: bool = False) -> Guards:
        """Record a path; it is there where it was tested and found."""
        segments = [segment for segment in path.path if isinstance(segment, str | int)]
        if len(segments) < len(path.path) or not isinstance(segments[0], str):
            self.complain(path.token, f"`{path}` is not written out; nobody could say beforehand what it shows.")
            return frozenset()
        if segments[0] in self.names:
            return frozenset()
        entry = self.objects.find(segments)
        if entry is None:
            hint = f" {LEFT_OUT[segments[0]]}" if segments[0] in LEFT_OUT else self.objects.nearest(segments)
            self.complain(path.token, f"there is nothing called `{path}`.{hint}")
            return frozenset()
        self.check_field(path, segments, entry, tested)
        whole = tuple(map(str, segments))
        fact = entry.fact_at(segments)
        self.used.append(
            Used(
                segments=tuple(segments),
                entry=entry,
                fact=fact,
                line=line_of(path.token),
                optional=tested or ("fact", fact) in guards,
                needed=not tested and whole not in guards,
            )
        )
        return frozenset({whole, ("fact", fact)})

    def check_field(self, path: Path, segments: list[str | int], entry: TemplateObject, tested: bool) -> None:
        rest = segments[len(entry.path) :]
        if not rest and not tested:
            fields = f": {', '.join(entry.fields)}" if entry.fields else ""
            self.complain(path.token, f"`{path}` stands for several things; write one of its fields{fields}.")
        elif rest and entry.fields is not None and rest[0] not in entry.fields:
            hint = suggestion(str(rest[0]), entry.fields) or f" It has {', '.join(entry.fields)}."
            self.complain(path.token, f"`{path}`: {entry.name} has no field `{rest[0]}`.{hint}")

    def complain(self, token: Token, message: str) -> None:
        self.problems.append(Problem(self.file, line_of(token), message))


def _conjuncts(expression: Expression) -> Iterator[Expression]:
    """The parts of a condition that must all hold."""
    if isinstance(expression, BooleanExpression):
        yield from _conjuncts(expression.expression)
    elif isinstance(expression, LogicalAndExpression):
        yield from _conjuncts(expression.left)
        yield from _conjuncts(expression.right)
    else:
        yield expression
