"""The language of conditions: text in, a `Condition` in negation normal form out (SEMANTICS 3 and 4).

    condition  = all { "||" all }            all   = one { "&&" one }
    one        = { "!" } ( "(" condition ")" | "true" | "false" | comparison )
    comparison = key [ operator ( value | key | "[" value { "," value } "]" ) ]

An operator is one of `== != < <= > >= in`. A value is a number, `true`, `false` or a word in quotes. `!` is moved to
the comparisons (De Morgan), so that what is not known can be read strictly at each of them.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from tactful.model.problems import Problem, Problems, suggestion
from tactful.model.vocabulary import KEYS
from tactful.policy.comparisons import Fault, compare_keys, compare_values, is_true
from tactful.policy.rules import AllOf, AnyOf, Atom, Condition, Const, Pair

LONGEST = 10_000
"""Characters that one condition may have."""
DEEPEST = 40
"""Brackets that may stand inside each other."""
_LONGEST_WORD = 80

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_0-9]+)*)
      | (?P<number>-?(?:[0-9]{1,15}\.[0-9]{1,15}|[0-9]{1,15})(?![0-9A-Za-z_.]))
      | (?P<text>"[^"\\\n]*"|'[^'\\\n]*')
      | (?P<sign>&&|\|\||==|!=|<=|>=|[<>!()\[\],])""",
    re.VERBOSE,
)
_OPERATORS = ("==", "!=", "<", "<=", ">", ">=", "in")
_INSTEAD = {
    "=": "Write == to compare.",
    "&": "Write && for `and`.",
    "|": "Write || for `or`.",
    '"': "The quotes are not closed.",
    "'": "The quotes are not closed.",
}
_WORDS_INSTEAD = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!"}


class Token(NamedTuple):
    """A piece of the text; `at` is its column, from 1. The kind `end` stands behind the last one."""

    kind: str
    text: str
    at: int


def parse_condition(text: str, file: str = "condition", line: int = 0) -> Condition:
    """The condition that the text says. Raises Problems with the column, the word and the nearest allowed one."""
    try:
        return _Parser(tokens(text)).whole()
    except Fault as fault:
        place = f"condition, column {fault.at}" if fault.at else "condition"
        raise Problems([Problem(file, line, f"{place}: {fault}", "when")]) from None


def tokens(text: str) -> list[Token]:
    """The pieces of a text. Raises Fault at the first character that is none."""
    if len(text) > LONGEST:
        raise Fault(f"it has {len(text)} characters; the most is {LONGEST}.", 0)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Fault(_unreadable(text[at]), at + 1)
        _check_length_and_signs(match.group(), str(match.lastgroup), at)
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match.group(), at + 1))
        at = match.end()
    found.append(Token("end", "", len(text) + 1))
    return found


def _check_length_and_signs(piece: str, kind: str, at: int) -> None:
    """No word is longer than `_LONGEST_WORD`, and none holds signs that cannot be seen."""
    if kind == "text" and not piece.isprintable():
        hidden = next(place for place, character in enumerate(piece) if not character.isprintable())
        raise Fault(_unreadable(piece[hidden]), at + hidden + 1)
    if kind in ("text", "word") and len(piece) > _LONGEST_WORD:
        raise Fault(f"this word has {len(piece)} characters; none has more than {_LONGEST_WORD}.", at + 1)


def _unreadable(character: str) -> str:
    if character.isascii() and character.isprintable():
        name = f"`{character}`"
    else:
        name = f"the character U+{ord(character):04X}"
    return f"{name} cannot stand here. {_INSTEAD.get(character, '')}".rstrip()


class _Parser:
    """Reads tokens from left to right. `negated` turns each comparison around, so that no `!` is left."""

    def __init__(self, pieces: list[Token]) -> None:
        self.pieces = pieces
        self.next = 0
        self.depth = 0

    def whole(self) -> Condition:
        condition = self.any_of(False)
        if self.peek.kind != "end":
            self.refuse_rest()
        return condition

    @property
    def peek(self) -> Token:
        return self.pieces[self.next]

    def take(self) -> Token:
        token = self.pieces[self.next]
        self.next += token.kind != "end"
        return token

    def accept(self, sign: str) -> bool:
        """Whether the next piece is this sign; if so it is read."""
        token = self.peek
        if token.text != sign or token.kind == "text":
            return False
        self.next += 1
        return True

    def any_of(self, negated: bool) -> Condition:
        parts = [self.all_of(negated)]
        while self.accept("||"):
            parts.append(self.all_of(negated))
        return joined(parts, all_hold=negated)

    def all_of(self, negated: bool) -> Condition:
        parts = [self.one(negated)]
        while self.accept("&&"):
            parts.append(self.one(negated))
        return joined(parts, all_hold=not negated)

    def one(self, negated: bool) -> Condition:
        while self.accept("!"):
            negated = not negated
        token = self.take()
        if token.kind == "sign" and token.text == "(":
            return self.bracket(token, negated)
        if token.kind == "word" and token.text in ("true", "false"):
            return Const((token.text == "true") != negated)
        if token.kind == "word":
            return self.comparison(token, negated)
        if token.kind in ("text", "number"):
            raise Fault(f"{token.text} stands where a key should; write the key first.", token.at)
        self.refuse_start(token)

    def bracket(self, opening: Token, negated: bool) -> Condition:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Fault(f"more than {DEEPEST} brackets stand inside each other.", opening.at)
        condition = self.any_of(negated)
        if not self.accept(")"):
            if self.peek.kind == "end":
                raise Fault("this bracket is not closed.", opening.at)
            self.refuse_rest()
        self.depth -= 1
        return condition

    def comparison(self, name: Token, negated: bool) -> Condition:
        key = KEYS.get(name.text)
        if key is None:
            raise Fault(f"{name.text} is not a key.{_nearest_key(name.text)}", name.at)
        operator = self.peek
        if operator.text not in _OPERATORS or operator.kind == "text":
            self.refuse_odd_operator(operator)
            return is_true(key, name.at, negated)
        self.take()
        right = self.take()
        if right.kind == "word" and right.text not in ("true", "false"):
            return self.pair(name, operator, right, negated)
        if right.kind == "sign" and right.text == "[":
            return compare_values(key, operator, self.items(right), negated, listed=True)
        if right.kind not in ("text", "number", "word"):
            raise Fault(f"a value is missing after {operator.text}.", right.at)
        return compare_values(key, operator, [right], negated, listed=False)

    def pair(self, left: Token, operator: Token, right: Token, negated: bool) -> Atom | Pair:
        key, other = KEYS[left.text], KEYS.get(right.text)
        if other is None:
            quoted = f'"{right.text}"'
            if right.text in (*key.names, "unknown"):
                raise Fault(f"a word is written in quotes: {quoted}.", right.at)
            hint = suggestion(right.text, key.names)
            raise Fault(f"{right.text} is not a key.{hint or _nearest_key(right.text)}", right.at)
        return compare_keys(key, operator, other, right.at, negated)

    def items(self, opening: Token) -> list[Token]:
        found: list[Token] = []
        while True:
            token = self.take()
            if token.kind not in ("text", "number") and token.text not in ("true", "false"):
                raise Fault('a list is written like ["one", "two"].', token.at)
            found.append(token)
            if self.accept("]"):
                return found
            if not self.accept(","):
                closed = "this list is not closed." if self.peek.kind == "end" else "a comma is missing in this list."
                raise Fault(closed, opening.at)

    def refuse_odd_operator(self, token: Token) -> None:
        if token.kind == "word" and token.text == "not":
            raise Fault("write !(key in [...]) instead of `not in`.", token.at)
        if token.kind in ("text", "number"):
            raise Fault(f"a comparison such as == is missing before {token.text}.", token.at)

    def refuse_rest(self) -> NoReturn:
        token = self.peek
        instead = _WORDS_INSTEAD.get(token.text)
        if instead:
            raise Fault(f"write {instead} instead of `{token.text}`.", token.at)
        if token.text == ")":
            raise Fault("this bracket was never opened.", token.at)
        if token.text in _OPERATORS:
            raise Fault(f"{token.text} stands where && or || should; compare two things at a time.", token.at)
        raise Fault(f"&& or || is missing before {token.text}.", token.at)

    def refuse_start(self, token: Token) -> NoReturn:
        if token.kind == "end":
            raise Fault("it ends where a comparison should stand.", token.at)
        raise Fault(f"`{token.text}` stands where a comparison should.", token.at)


def joined(parts: list[Condition], all_hold: bool) -> Condition:
    """The parts under one `AllOf` or `AnyOf`, flat; a single part as it is."""
    kind = AllOf if all_hold else AnyOf
    flat: list[Condition] = []
    for part in parts:
        if isinstance(part, AllOf | AnyOf) and isinstance(part, kind):
            flat.extend(part.parts)
        else:
            flat.append(part)
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def _nearest_key(word: str) -> str:
    if word in _WORDS_INSTEAD:
        return f" Write {_WORDS_INSTEAD[word]} instead of `{word}`."
    if word in ("has", "exists", "defined"):
        return " Whether a key is present cannot be asked: what is not known is always read strictly."
    return suggestion(word, KEYS)
