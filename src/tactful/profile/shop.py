"""What facts need to know of a shop: the same for every person that is read."""

from __future__ import annotations

import msgspec

from tactful.model.vocabulary import KEYS
from tactful.profile.labels import Declared
from tactful.profile.names import Catalogue
from tactful.profile.orders import NotGoods, is_goods
from tactful.profile.origin import source_of
from tactful.profile.revealing import Revealing
from tactful.profile.told import Told
from tactful.profile.traits import Keeps

_VIA = frozenset(KEYS["fact.acquired_via"].names)


class Shop(msgspec.Struct, frozen=True):
    """`declared` labels, `told` notices, `via` which channel an event source is (`{"orders": "till"}`),
    `codes_pattern` the shape of product codes that the user agreed to, if any."""

    revealing: Revealing
    keeps: Keeps
    not_goods: NotGoods
    declared: Declared = Declared()
    told: tuple[Told, ...] = ()
    via: dict[str, str] = {}
    catalogue: Catalogue | None = None
    codes_pattern: str | None = None

    def acquired_via(self, source: str) -> str | None:
        """The channel of a source: as `via` says, else its own name where that is one; None is not known."""
        name = source_of(source)
        via = self.via.get(name, name)
        return via if via in _VIA else None

    def goods(self, code: str, name: str) -> bool:
        """Whether this is a thing one buys, as far as the table of fees and the like says."""
        return is_goods(code, self.codes_pattern, self.not_goods, name)
