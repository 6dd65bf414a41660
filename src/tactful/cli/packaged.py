"""`tactful packaged`: the files that come with Tactful, to read and to copy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.folder import AsJson, Folder
from tactful.cli.main import app
from tactful.cli.screen import answered, fail, hang, say, say_json
from tactful.service.packaged_files import copy_packaged, packaged_file, packaged_files
from tactful.service.packs import pack_names

_INDENT = 22
Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as keeps or norm/retail; without it all are listed.")]
Copy = Annotated[bool, typer.Option("--copy", help="Write it into the shop's folder, where yours is read from.")]


@app.command()
@answered
def packaged(name: Name = "", copy: Copy = False, shop: Folder = Path(), json: AsJson = False) -> None:
    """The tables, rules and policies that come with Tactful: list them, print one, or copy it to make it yours.

    Your copy stands in for the packaged file whole: what you take out of it is not there any more.
    """
    if copy:
        if not name:
            fail("say which one to copy: tactful packaged keeps --copy.")
        written = copy_packaged(shop, name)
        say_json({"written": str(written)}) if json else say(f"wrote {written}: from now on it holds here")
    elif name:
        found, text = packaged_file(name)
        say_json({"name": found.name, "place": found.place, "text": text}) if json else say(text.rstrip())
    else:
        _list(shop, json)


def _list(shop: Path, json: bool) -> None:
    files = packaged_files(shop)
    if json:
        say_json({"files": files, "policies": pack_names()})
        return
    for each in files:
        where = f"Yours is {each.place}." if each.own else f"Yours would be {each.place}."
        hang(f"  {each.name}", f"{each.says[:1].upper()}{each.says[1:]}. {where}", _INDENT)
    say()
    hang("  policies", f"{', '.join(pack_names())}. Yours is policy.yaml, and imports what it needs of these.", _INDENT)
    say()
    hang("", "tactful packaged NAME prints one; --copy writes it where yours is read from, for you to edit.", 0)
