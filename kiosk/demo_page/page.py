"""The start page as HTML, without scripts, in German and English."""

from html import escape
from typing import NamedTuple

from kiosk.i18n.texts import Texts

LANGUAGES = ("de", "en")
_CLERK = "clerk"
"""The role whose sign-in the third step names."""


class Account(NamedTuple):
    """A demo sign-in. ``role`` as the hub's message catalogue names it."""

    name: str
    password: str
    role: str


class Addresses(NamedTuple):
    """Where everything is."""

    hub: str
    panel: str
    accounts: tuple[Account, ...]

    @property
    def desk(self) -> str:
        """The desk page, which asks for a sign-in."""
        return f"{self.hub}/desk"

    @property
    def board(self) -> str:
        """The hall's board."""
        return f"{self.hub}/board"

    @property
    def phone(self) -> str:
        """What a telephone opens that reads the newest slip's code."""
        return f"{self.panel}/phone"


class StartPage:
    """Builds the page. ``texts`` and ``hub_texts``: the message catalogues "terminal" and "hub"."""

    def __init__(self, where: Addresses, texts: Texts, hub_texts: Texts) -> None:
        self._where, self._texts, self._hub_texts = where, texts, hub_texts

    def html(self, lang: str) -> str:
        """The whole page."""
        other = next(each for each in LANGUAGES if each != lang)
        return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{self._say(lang, "demo.title")}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/demo.css">
</head>
<body>
<header>
<h1>{self._say(lang, "demo.title")}</h1>
<p>{self._say(lang, "demo.intro")}</p>
<a class="lang" href="/?lang={other}" lang="{other}" hreflang="{other}">{self._say(other, "demo.language")}</a>
</header>
<main>
<section aria-labelledby="try">
<h2 id="try">{self._say(lang, "demo.try")}</h2>
<ol>{self._steps(lang)}</ol>
</section>
<aside>
<section aria-labelledby="places">
<h2 id="places">{self._say(lang, "demo.places")}</h2>
<dl>{self._places(lang)}</dl>
</section>
<section aria-labelledby="people">
<h2 id="people">{self._say(lang, "demo.people")}</h2>
{self._people(lang)}
</section>
</aside>
</main>
</body>
</html>
"""

    def _steps(self, lang: str) -> str:
        where = self._where
        clerk = next(account for account in where.accounts if account.role == _CLERK)
        no_paper, call = self._texts.say(lang, "sim.fault.paper_out").text, self._hub_texts.say(lang, "desk.next").text
        return "".join(
            (
                self._step(lang, "draw", where.panel, "panel"),
                self._step(lang, "slip", where.phone, "phone"),
                self._step(lang, "sign_in", where.desk, "desk", name=clerk.name, password=clerk.password),
                self._step(lang, "call", button=call),
                self._step(lang, "board", where.board, "board"),
                self._step(lang, "fault", where.panel, "panel", button=no_paper),
            )
        )

    def _step(self, lang: str, step: str, address: str = "", window: str = "", **values: str) -> str:
        """Each place has a browser window (or tab) of its own; a step that goes on in the last one opens none."""
        opens = self._say(lang, f"demo.open.{window}") if window else ""
        link = f'<a class="go" href="{escape(address)}" target="{window}">{opens}</a>' if window else ""
        return f"""
<li><h3>{self._say(lang, f"demo.step.{step}")}</h3>
<p>{self._say(lang, f"demo.step_text.{step}", **values)}</p>{link}</li>"""

    def _places(self, lang: str) -> str:
        where = self._where
        places = (
            ("panel", where.panel),
            ("desk", where.desk),
            ("board", where.board),
            ("phone", where.phone),
            ("hub", where.hub),
        )
        return "".join(
            f"<dt>{self._say(lang, f'demo.place.{name}')}</dt>"
            f'<dd><a href="{escape(to)}" target="{name}">{escape(to)}</a></dd>'
            for name, to in places
        )

    def _people(self, lang: str) -> str:
        heads = "".join(f'<th scope="col">{self._say(lang, f"demo.{head}")}</th>' for head in ("login", "role"))
        rows = "".join(
            f"<tr><td><code>{escape(one.name)}</code></td>"
            f"<td>{escape(self._hub_texts.say(lang, f'role.{one.role}').text)}</td></tr>"
            for one in self._where.accounts
        )
        passwords = " ".join(dict.fromkeys(one.password for one in self._where.accounts))
        return (
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            f"<p>{self._say(lang, 'demo.password', password=passwords)}</p>"
        )

    def _say(self, lang: str, key: str, **values: str) -> str:
        """A text for HTML; its values stand out."""
        marked = {name: f"\0{value}\1" for name, value in values.items()}
        said = escape(self._texts.say(lang, key, None, **marked).text)
        return said.replace("\0", "<code>").replace("\1", "</code>")
