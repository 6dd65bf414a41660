"""The part of Liquid that a treatment may use: a closed list of tags and filters, and limits on every loop and length.

What is left out is left out on purpose: files (`include`, `render`), the clock (`date`, `now`), switching escaping off
(`safe`, `escape`), and filters with which a few lines can fill the memory (`replace`, `split`, arithmetic).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple, TextIO, cast

from liquid import Environment, RenderContext, TokenStream
from liquid.ast import BlockNode, Node
from liquid.builtin import content, illegal, output
from liquid.builtin.filters.array import compact, first, join, last, map_, reverse, uniq
from liquid.builtin.filters.misc import default, size
from liquid.builtin.filters.string import (
    append,
    capitalize,
    downcase,
    prepend,
    strip,
    truncate,
    truncatewords,
    upcase,
)
from liquid.builtin.tags import (
    assign_tag,
    capture_tag,
    case_tag,
    comment_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_TAG, TOKEN_WORD, Token
from liquid.undefined import FalsyStrictUndefined

from tactful.treatment.money import money_in_words

MOST_TEXT = 100_000
"""The longest treatment, and the longest message, in bytes."""
MOST_STEPS = 1_000
"""The most steps of a loop, and of the loops inside it together."""
MANNER = "_manner"
"""The name under which the `money` filter finds currency and language; no template can name it."""

BLOCKS = ("variant", "subject", "if", "unless", "case", "for", "capture", "comment")
INNER = ("elsif", "else", "when")
SINGLE = ("assign", "break", "continue", "#")


class Absent(FalsyStrictUndefined):
    """What is not there: may be tested and given a default, and stops the message when it is shown."""

    force_liquid_default = True


class PartNode(Node):
    """A `variant` or `subject` block: its name (empty for a subject) and what stands in it."""

    __slots__ = ("block", "name")

    def __init__(self, token: Token, name: str, block: BlockNode) -> None:
        super().__init__(token)
        self.name = name
        self.block = block

    def __str__(self) -> str:
        return str(self.block)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Parts are taken out of the tree and rendered one at a time; inside a rendering they give nothing."""
        return 0

    def children(self, static_context: RenderContext, *, include_partials: bool = True) -> Iterable[Node]:
        """The block."""
        return [self.block]


class VariantTag(Tag):
    """`{% variant explicit %}…{% endvariant %}`."""

    name = "variant"
    end = "endvariant"

    def parse(self, stream: TokenStream) -> PartNode:
        """The block and its name."""
        token = stream.eat(TOKEN_TAG)
        words = stream.into_inner(tag=token)
        name = words.eat(TOKEN_WORD).value
        words.expect_eos()
        block = get_parser(self.env).parse_block(stream, frozenset({self.end}))
        stream.expect(TOKEN_TAG, value=self.end)
        return PartNode(token, name, block)


class SubjectTag(Tag):
    """`{% subject %}…{% endsubject %}`."""

    name = "subject"
    end = "endsubject"

    def parse(self, stream: TokenStream) -> PartNode:
        """The block."""
        token = stream.eat(TOKEN_TAG)
        block = get_parser(self.env).parse_block(stream, frozenset({self.end}))
        stream.expect(TOKEN_TAG, value=self.end)
        return PartNode(token, "", block)


@with_context
def money(value: object, *, context: RenderContext) -> str:
    """A price in thousandths of a currency unit, as people write it."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise FilterArgumentError("`money` needs a price in thousandths of a currency unit", token=None)
    currency, language = cast("tuple[str, str]", context.resolve(MANNER))
    return money_in_words(value, currency, language)


class Filter(NamedTuple):
    """A filter, and how many values it takes behind its colon: at least, at most."""

    function: Any
    least: int = 0
    most: int = 0


FILTERS: dict[str, Filter] = {
    "append": Filter(append, 1, 1),
    "capitalize": Filter(capitalize),
    "compact": Filter(compact),
    "default": Filter(default, 1, 1),
    "downcase": Filter(downcase),
    "first": Filter(first),
    "join": Filter(join, 0, 1),
    "last": Filter(last),
    "map": Filter(map_, 1, 1),
    "money": Filter(money),
    "prepend": Filter(prepend, 1, 1),
    "reverse": Filter(reverse),
    "size": Filter(size),
    "strip": Filter(strip),
    "truncate": Filter(truncate, 0, 2),
    "truncatewords": Filter(truncatewords, 0, 2),
    "uniq": Filter(uniq),
    "upcase": Filter(upcase),
}
LEFT_OUT = {
    **dict.fromkeys(("include", "render", "extends", "section"), "A treatment stands alone and reads no other file."),
    **dict.fromkeys(("date", "now", "today"), "A treatment cannot look at the clock; let the offer carry the words."),
    **dict.fromkeys(("safe", "escape", "newline_to_br"), "Tactful writes the HTML and escapes every value."),
    **dict.fromkeys(("plus", "minus", "times", "divided_by", "round"), "A treatment does not calculate."),
}
"""Why some well-known tags, filters and names of Liquid do not exist here."""


class TreatmentEnvironment(Environment):
    """Liquid with these tags, filters and limits, and nothing else."""

    block_nesting_limit = 12
    context_depth_limit = 12
    loop_iteration_limit = MOST_STEPS
    local_namespace_limit = MOST_TEXT
    output_stream_limit = MOST_TEXT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register the closed lists."""
        for tag in (
            content.Literal,
            output.Output,
            illegal.Illegal,
            if_tag.IfTag,
            unless_tag.UnlessTag,
            case_tag.CaseTag,
            for_tag.ForTag,
            for_tag.BreakTag,
            for_tag.ContinueTag,
            assign_tag.AssignTag,
            capture_tag.CaptureTag,
            comment_tag.CommentTag,
            inline_comment_tag.InlineCommentTag,
            VariantTag,
            SubjectTag,
        ):
            self.add_tag(tag)
        for name, each in FILTERS.items():
            self.add_filter(name, each.function)


ENVIRONMENT = TreatmentEnvironment(undefined=Absent)
