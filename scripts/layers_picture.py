"""Draws who may import whom from the import contracts of ``pyproject.toml``: the pictures of docs/architecture.md."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- {name} -->", "<!-- end -->"


def contracts() -> Iterator[dict[str, Any]]:
    """The contracts that say which layer stands on which."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers":
            yield contract


def picture(contract: dict[str, Any]) -> str:
    """One contract as a Mermaid flow chart: each layer imports only what stands below it."""
    lines = ["```mermaid", "flowchart TD"]
    layers = [[name.strip() for name in layer.split("|")] for layer in contract["layers"]]
    for n, layer in enumerate(layers):
        lines.append(f'    l{n}["{" &nbsp; ".join(layer)}"]')
    lines += [f"    l{n} --> l{n + 1}" for n in range(len(layers) - 1)]
    return "\n".join([*lines, "```"])


def page(text: str) -> str:
    """The document with its pictures as the contracts are now."""
    for contract in contracts():
        begin = BEGIN.format(name=contract["name"])
        block = f"{begin}\n{picture(contract)}\n{END}"
        text = re.sub(rf"{re.escape(begin)}\n.*?{re.escape(END)}", lambda _, block=block: block, text, flags=re.DOTALL)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
    sys.exit(0)
