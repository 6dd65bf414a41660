"""Parsing a treatment's Liquid, with every problem in words: unknown tags, blocks that are open, parts misplaced."""

from __future__ import annotations

from collections.abc import Iterator

from liquid.ast import Node
from liquid.exceptions import BlockNestingError, LiquidError
from liquid.token import TOKEN_TAG, Token

from tactful.model.problems import Problem, suggestion
from tactful.treatment.environment import BLOCKS, ENVIRONMENT, INNER, LEFT_OUT, MOST_TEXT, SINGLE
from tactful.treatment.mentions import line_of

ENDS = {f"end{name}": name for name in BLOCKS}


def parse(text: str, file: str) -> tuple[list[Node], list[Problem]]:
    """The syntax tree, and what is wrong; the tree is empty where anything is."""
    if len(text.encode("utf-8", "replace")) > MOST_TEXT:
        return [], [Problem(file, 0, f"this treatment is longer than {MOST_TEXT:,} bytes.")]
    try:
        problems = list(_tag_problems(list(ENVIRONMENT.tokenizer()(text)), file))
        return ([], problems) if problems else (ENVIRONMENT.from_string(text).nodes, [])
    except LiquidError as error:
        return [], [Problem(file, _place(error, text), _sentence(error))]
    except RecursionError:
        return [], [Problem(file, 0, "this treatment is nested too deeply.")]


def _tag_problems(tokens: list[Token], file: str) -> Iterator[Problem]:
    """Tags that do not exist, blocks that do not close, parts in the wrong place."""
    open_blocks: list[Token] = []
    strange: set[str] = set()
    for token in tokens:
        if token.kind != TOKEN_TAG:
            continue
        name, line = token.value, line_of(token)
        if name in BLOCKS:
            yield from _misplaced(token, open_blocks, file)
            open_blocks.append(token)
        elif name in ENDS:
            if ENDS[name] not in (block.value for block in open_blocks):
                yield Problem(file, line, f"`{{% {name} %}}` closes nothing that is open here.")
                continue
            while (closed := open_blocks.pop()).value != ENDS[name]:
                yield Problem(file, line_of(closed), f"`{{% {closed.value} %}}` is never closed.")
        elif name in INNER:
            if not open_blocks or open_blocks[-1].value not in ("if", "unless", "case", "for"):
                yield Problem(file, line, f"`{{% {name} %}}` stands outside the block it belongs to.")
        elif name in ("raw", "doc"):
            yield Problem(file, line, f"`{{% {name} %}}` is never closed.")
        elif name not in SINGLE and name.removeprefix("end") not in strange:
            strange.add(name)
            hint = f" {LEFT_OUT[name]}" if name in LEFT_OUT else suggestion(name, (*BLOCKS, *ENDS, *INNER, *SINGLE))
            yield Problem(file, line, f"there is no tag `{name}`.{hint}")
    for token in open_blocks:
        yield Problem(file, line_of(token), f"`{{% {token.value} %}}` is never closed.")


def _misplaced(token: Token, open_blocks: list[Token], file: str) -> Iterator[Problem]:
    around = [block.value for block in open_blocks]
    if token.value == "variant" and around:
        yield Problem(file, line_of(token), f"a variant cannot stand inside a `{around[-1]}`.")
    if token.value == "subject" and around != ["variant"]:
        yield Problem(file, line_of(token), "a subject stands directly inside a variant, not inside anything else.")


def _place(error: LiquidError, text: str) -> int:
    token = error.token
    if token is None:
        return 0
    return line_of(token) if token.start_index >= 0 else text.count("\n") + 1


def _sentence(error: LiquidError) -> str:
    if isinstance(error, BlockNestingError):
        return f"blocks are nested more than {ENVIRONMENT.block_nesting_limit} deep."
    message = str(error.message or "").rstrip(".")
    if "parsing error" in message or not message.startswith(("expected", "found", "missing", "unexpected")):
        return "this cannot be read as Liquid."
    return f"this cannot be read as Liquid: {message}."
