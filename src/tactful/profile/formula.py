"""The language of labels and audiences: numbers, names, `+ - * /`, comparisons, `&& || !` and brackets.

    either    := both ("||" both)*
    both      := compared ("&&" compared)*
    compared  := sum (("==" | "!=" | "<" | "<=" | ">" | ">=") sum)?
    sum       := term (("+" | "-") term)*
    term      := factor (("*" | "/") factor)*
    factor    := number | name | "true" | "false" | "!" factor | "-" factor | "(" either ")"

Three-valued: what is not known stays not known, except that false && not known is false and true || not known is true
(Kleene 1952). A division by zero and a result out of range are not known. Arithmetic is that of IEEE doubles.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from tactful.model.problems import Problem, Problems, suggestion

Type = Literal["number", "bool"]
Value = float | bool | None
LONGEST = 2000
DEEPEST = 50


class Literally(msgspec.Struct, frozen=True, tag="literal"):
    """A number, true or false."""

    value: float | bool


class Name(msgspec.Struct, frozen=True, tag="name"):
    """A name whose value the scope knows."""

    name: str


class One(msgspec.Struct, frozen=True, tag="one"):
    """`!` or `-` before one operand."""

    sign: str
    operand: Node


class Two(msgspec.Struct, frozen=True, tag="two"):
    """An operator between two operands."""

    sign: str
    left: Node
    right: Node


Node = Literally | Name | One | Two


class Formula(msgspec.Struct, frozen=True):
    """A formula as parsed: its text, its tree, the type of its value and the names it reads, sorted."""

    text: str
    node: Node
    type: Type
    names: tuple[str, ...]


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*)|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/<>!()])|(?P<wrong>\S))"
)
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")


def parse(text: str, names: Mapping[str, Type], want: Type, file: str, line: int, key: str = "") -> Formula:
    """The formula of a text, read once. `names` are the names that may occur, with their types.

    Raises Problems: each says the column, what is wrong and the nearest allowed name.
    """
    reader = _Reader(text, names, file, line, key)
    node, kind = reader.whole()
    if not reader.problems and kind != want:
        wanted = "true or false" if want == "bool" else "a number"
        reader.complain(1, f"`{text.strip()}` must come to {wanted}.")
    if reader.problems:
        raise Problems(reader.problems)
    return Formula(text, node, want, tuple(sorted(reader.read)))


class _Halt(Exception):
    pass


class _Reader:
    def __init__(self, text: str, names: Mapping[str, Type], file: str, line: int, key: str) -> None:
        self.names = names
        self.place = (file, line, key)
        self.problems: list[Problem] = []
        self.read: set[str] = set()
        self.text = text
        self.tokens = [(match.lastgroup or "", match[match.lastgroup or 0], match.start(match.lastgroup or 0) + 1)
                       for match in _TOKEN.finditer(text)]  # fmt: skip
        self.tokens.append(("end", "", len(text) + 1))
        self.next = 0
        self.depth = 0

    def complain(self, column: int, message: str) -> None:
        file, line, key = self.place
        self.problems.append(Problem(file, line, f"column {column}: {message}", key))

    def halt(self, message: str) -> _Halt:
        self.complain(self.tokens[self.next][2], message)
        return _Halt()

    def whole(self) -> tuple[Node, Type]:
        nothing: tuple[Node, Type] = (Literally(False), "bool")
        if len(self.text) > LONGEST:
            self.complain(1, f"a formula may have {LONGEST} characters; this one has {len(self.text)}.")
            return nothing
        try:
            found = self.either()
            if self.tokens[self.next][0] != "end":
                raise self.halt(f"`{self.tokens[self.next][1]}` is not expected here.")
            return found
        except _Halt:
            return nothing

    def sign(self, *signs: str) -> str:
        kind, text, _ = self.tokens[self.next]
        if kind == "sign" and text in signs:
            self.next += 1
            return text
        return ""

    def chain(self, signs: tuple[str, ...], part: Callable[[], tuple[Node, Type]], kind: Type) -> tuple[Node, Type]:
        column = self.tokens[self.next][2]
        node, found = part()
        while sign := self.sign(*signs):
            self.expect(found, kind, column, sign)
            column = self.tokens[self.next][2]
            right, found = part()
            self.expect(found, kind, column, sign)
            node, found = Two(sign, node, right), kind
        return node, found

    def expect(self, found: Type, kind: Type, column: int, sign: str) -> None:
        if found != kind:
            wanted = "something that is true or false" if kind == "bool" else "a number"
            self.complain(column, f"beside `{sign}` stands {wanted}.")

    def either(self) -> tuple[Node, Type]:
        return self.chain(("||",), self.both, "bool")

    def both(self) -> tuple[Node, Type]:
        return self.chain(("&&",), self.compared, "bool")

    def compared(self) -> tuple[Node, Type]:
        column = self.tokens[self.next][2]
        left, kind = self.sum()
        sign = self.sign(*_COMPARISONS)
        if not sign:
            return left, kind
        right, other = self.sum()
        if kind != other:
            self.complain(column, f"`{sign}` compares a number with something that is true or false.")
        elif kind == "bool" and sign not in ("==", "!="):
            self.complain(column, f"`{sign}` compares numbers; what is true or false takes == or !=.")
        return Two(sign, left, right), "bool"

    def sum(self) -> tuple[Node, Type]:
        return self.chain(("+", "-"), self.term, "number")

    def term(self) -> tuple[Node, Type]:
        return self.chain(("*", "/"), self.factor, "number")

    def factor(self) -> tuple[Node, Type]:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.halt(f"brackets are nested more than {DEEPEST} deep.")
        kind, text, column = self.tokens[self.next]
        if sign := self.sign("!", "-"):
            node, found = self.factor()
            wanted: Type = "bool" if sign == "!" else "number"
            self.expect(found, wanted, column, sign)
            result: tuple[Node, Type] = (One(sign, node), wanted)
        elif self.sign("("):
            result = self.either()
            if not self.sign(")"):
                raise self.halt("`)` is missing.")
        else:
            result = self.leaf(kind, text, column)
        self.depth -= 1
        return result

    def leaf(self, kind: str, text: str, column: int) -> tuple[Node, Type]:
        if kind == "end":
            raise self.halt("something is missing at the end.")
        if kind not in ("number", "name"):
            hint = {"=": " Write == to compare.", "&": " Write &&.", "|": " Write ||."}.get(text, "")
            raise self.halt(f"`{text}` is not expected here.{hint}")
        self.next += 1
        if kind == "number":
            return Literally(float(text) if "." in text else int(text)), "number"
        if text in ("true", "false"):
            return Literally(text == "true"), "bool"
        if text not in self.names:
            self.complain(column, f"unknown name `{text}`.{suggestion(text, self.names)}")
            return Name(text), "number"
        self.read.add(text)
        return Name(text), self.names[text]


Reading = Callable[[Any], Value]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def evaluator(node: Node, names: Mapping[str, Reading]) -> Reading:
    """A function from a scope to the node's value; None is not known. `names` say how a scope yields each name."""
    if isinstance(node, Literally):
        value = node.value
        return lambda scope: value
    if isinstance(node, Name):
        return names[node.name]
    if isinstance(node, One):
        return _one(node.sign, evaluator(node.operand, names))
    if node.sign in ("&&", "||"):
        return _chain([evaluator(part, names) for part in _parts(node, node.sign)], node.sign == "||")
    left, right = evaluator(node.left, names), evaluator(node.right, names)
    if node.sign in _ARITHMETIC:
        return _arithmetic(_ARITHMETIC[node.sign], left, right)
    if isinstance(node.right, Literally):
        return _comparison_with(_COMPARE[node.sign], left, node.right.value)
    return _comparison(_COMPARE[node.sign], left, right)


def _one(sign: str, operand: Reading) -> Reading:
    def evaluate(scope: Any) -> Value:
        value = operand(scope)
        if value is None:
            return None
        return not value if sign == "!" else -value

    return evaluate


def _parts(node: Node, sign: str) -> list[Node]:
    """What a chain of one sign joins, from left to right."""
    found: list[Node] = []
    while isinstance(node, Two) and node.sign == sign:
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]


def _chain(parts: Sequence[Reading], end: bool) -> Reading:
    """`&&` ends with the first that is false, `||` with the first that is true."""

    def evaluate(scope: Any) -> Value:
        known = True
        for part in parts:
            value = part(scope)
            if value is end:
                return end
            known = known and value is not None
        return (not end) if known else None

    return evaluate


def _arithmetic(apply: Callable[[Any, Any], float], left: Reading, right: Reading) -> Reading:
    def evaluate(scope: Any) -> Value:
        first, second = left(scope), right(scope)
        if first is None or second is None:
            return None
        try:
            value = apply(first, second)
            return value if math.isfinite(value) else None
        except (ZeroDivisionError, OverflowError):
            return None

    return evaluate


def _comparison(apply: Callable[[Any, Any], bool], left: Reading, right: Reading) -> Reading:
    def evaluate(scope: Any) -> Value:
        first = left(scope)
        if first is None:
            return None
        second = right(scope)
        return None if second is None else apply(first, second)

    return evaluate


def _comparison_with(apply: Callable[[Any, Any], bool], left: Reading, value: float | bool) -> Reading:
    def evaluate(scope: Any) -> Value:
        first = left(scope)
        return None if first is None else apply(first, value)

    return evaluate
