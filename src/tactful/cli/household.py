"""`tactful identity household …`: people who share one ledger of contacts, and who is taken out of it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.folder import AsJson, Folder, opened, read_only
from tactful.cli.identity_people import By, Person, Why, clock_time, print_table
from tactful.cli.instant import clock
from tactful.cli.screen import answered, say, say_json
from tactful.service.households import Lives, households, join_household, leave_household
from tactful.service.identity import read_rules
from tactful.service.project import shop_of

commands = typer.Typer(help="Households: what one of them hears counts for all.", no_args_is_help=True)
People = Annotated[list[str], typer.Argument(metavar="PERSON PERSON...", help="Identifiers, such as customer:17850.")]


@commands.callback()
def household() -> None:
    """Households: what one of them hears counts for all. Nothing else is shared."""


@commands.command("list", short_help="Who is in a household.")
@answered
def listed(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Only hers, such as customer:17850.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="Also who left.")] = False,
    shop: Folder = Path(),
    json: AsJson = False,
) -> None:
    """Who is in a household, since when, and who said so."""
    zone, rules = shop_of(shop).zone, read_rules(shop)
    with read_only(shop) as store:
        found = households(store, rules, person, everybody)
    _told(found, zone, json)


@commands.command("join", short_help="Put people into one household.")
@answered
def join(people: People, by: By, why: Why, shop: Folder = Path(), json: AsJson = False) -> None:
    """Put people into one household: from now on the limits count what all of them hear together."""
    zone, rules = shop_of(shop).zone, read_rules(shop)
    with opened(shop) as store:
        found = join_household(store, rules, people, by, why, clock())
    _told(found, zone, json)


@commands.command("leave", short_help="Take somebody out of her household.")
@answered
def leave(person: Person, by: By, why: Why, shop: Folder = Path(), json: AsJson = False) -> None:
    """Take somebody out of her household: what she hears is counted for her alone again."""
    zone, rules = shop_of(shop).zone, read_rules(shop)
    with opened(shop) as store:
        found = leave_household(store, rules, person, by, why, clock())
    if not json:
        say(f"{person} is in no household now.")
    if json or found:
        _told(found, zone, json)


def _told(found: Sequence[Lives], zone: str, json: bool) -> None:
    if json:
        say_json(found)
        return
    if not found:
        say("Nobody is in a household.")
        return
    rows = []
    for each in found:
        mate = each.housemate
        left = f" Left {clock_time(mate.left_at, zone)}: {mate.left_why}" if mate.left_at else ""
        rows.append((str(mate.household_id), each.called, clock_time(mate.since, zone), mate.evidence + left))
    print_table(("household", "who", "since", "because"), rows)
