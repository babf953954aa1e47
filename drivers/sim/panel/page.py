"""The panel's page: plain HTML that works without scripts, with the texts of the message catalogue."""

from html import escape

from drivers.sim.bench import COUNTED, LINE_SWITCHES, Shown, usual_count
from kiosk.i18n.texts import Texts

LANGUAGES = ("de", "en")


class Page:
    """Builds the page in one language."""

    def __init__(self, texts: Texts, lang: str, *, with_terminal: bool = False) -> None:
        self._texts = texts
        self._lang = lang
        self._with_terminal = with_terminal

    def html(self, devices: tuple[Shown, ...]) -> str:
        """The whole page."""
        first = (self._terminal() if self._with_terminal else "") + self._cards(devices, printer=True)
        other = next(lang for lang in LANGUAGES if lang != self._lang)
        return f"""<!doctype html>
<html lang="{self._lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{self._say("sim.title")}</title>
<link rel="stylesheet" href="/panel.css">
<noscript><meta http-equiv="refresh" content="3"></noscript>
<script src="/panel.js" defer></script>
</head>
<body>
<header>
<h1>{self._say("sim.title")}</h1>
<p>{self._say("sim.intro")}</p>
<nav>
<form method="post" action="/well"><button class="quiet">{self._say("sim.all_well")}</button></form>
<a href="/?lang={other}" lang="{other}" hreflang="{other}">{escape(self._texts.say(other, "sim.language").text)}</a>
</nav>
</header>
<p class="away" role="alert" hidden>{self._say("sim.away")}</p>
<main>{first}<div class="others">{self._cards(devices, printer=False)}</div></main>
</body>
</html>
"""

    def _cards(self, devices: tuple[Shown, ...], *, printer: bool) -> str:
        """The printer's card stands beside the terminal's, where somebody sees the slip come out."""
        return "".join(self._card(device) for device in devices if (device.name == "printer") is printer)

    def waiting(self, key: str) -> str:
        """A page with one text, which looks again by itself."""
        return f"""<!doctype html>
<html lang="{self._lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3">
<title>{self._say(key)}</title>
<link rel="stylesheet" href="/panel.css">
</head>
<body><header><h1>{self._say(key)}</h1></header></body>
</html>
"""

    def _terminal(self) -> str:
        """Its picture is a button with a place: a click is a touch, also without scripts."""
        return f"""
<section class="device terminal" aria-labelledby="terminal-title">
<div class="head"><h2 id="terminal-title">{self._say("sim.terminal")}</h2>
<span class="plug" data-on="{self._say("sim.connected")}" data-off="{self._say("sim.terminal_away")}"
 aria-live="polite"></span></div>
<form class="sight" method="post" action="/tap">
<input type="image" name="at" src="/terminal.jpg" alt="{self._say("sim.terminal_alt")}"></form>
<p>{self._say("sim.terminal_hint")}</p>
</section>"""

    def _card(self, device: Shown) -> str:
        own = [name for name in device.switches if name not in LINE_SWITCHES]
        name = device.name
        return f"""
<section class="device {name}" data-device="{name}" data-version="{device.version}" aria-labelledby="{name}-title">
<div class="head"><h2 id="{name}-title">{self._title(device)}</h2>
<code>{escape(device.url)}</code>
<span class="plug" data-on="{self._say("sim.connected")}" data-off="{self._say("sim.not_connected")}"
 aria-live="polite">{self._say("sim.connected" if device.connected else "sim.not_connected")}</span></div>
{self._sight(device)}
{self._paper_acts(device) if name == "printer" else ""}{self._acts(device) if device.acts else ""}
{self._mishaps(device) if device.mishaps else ""}
{self._group("sim.group_device", device, own) if own else ""}
{self._group("sim.group_line", device, [one for one in device.switches if one in LINE_SWITCHES])}
</section>"""

    def _sight(self, device: Shown) -> str:
        if device.picture:
            return f'<div class="sight">{self._picture(device)}</div>'
        if device.name != "scanner":
            return f'<p class="sight">{escape(device.text)}</p>'
        return f"""<form class="acts scan" method="post" action="/scan">
<input name="code" maxlength="1024" autocomplete="off" aria-label="{self._say("sim.code")}"
 placeholder="{self._say("sim.code")}">
<button>{self._say("sim.scan")}</button></form>"""

    def _picture(self, device: Shown) -> str:
        name, blank = self._title(device), self._say("sim.blank")
        return (
            f'<img src="{device.picture}?{device.version}" data-name="{name}" data-blank="{blank}" '
            f'alt="{name}: {escape(device.text.strip()) or blank}">'
        )

    def _paper_acts(self, device: Shown) -> str:
        return f"""<form class="acts" method="post" action="/tear">
<button>{self._say("sim.tear_off")}</button>
<span class="count">{self._say("sim.slips")} <b data-slips>{device.slips}</b></span>
<a href="/phone" target="phone">{self._say("sim.phone")}</a></form>"""

    def _acts(self, device: Shown) -> str:
        cards = "".join(f'<option value="{card}">{self._say(f"sim.card.{card}")}</option>' for card in device.cards)
        buttons = "".join(
            f'<button name="act" value="{act}"{"" if act in device.possible_acts else " disabled"}>'
            f"{self._say(f'sim.act.{act}')}</button>"
            for act in device.acts
        )
        return f"""<form class="acts hands" method="post" action="/act">
<input type="hidden" name="device" value="{device.name}">
<select name="card" aria-label="{self._say("sim.card")}">{cards}</select>{buttons}</form>"""

    def _mishaps(self, device: Shown) -> str:
        kinds = "".join(f'<option value="{one}">{self._say(f"sim.mishap.{one}")}</option>' for one in device.mishaps)
        numbers = "".join(
            f"<label>{self._say(f'sim.mishap_{name}')} "
            f'<input type="number" name="{name}" min="0" max="100000" value="{value}"></label>'
            for name, value in (("at", 6), ("count", 0))
        )
        return f"""<form class="acts hands" method="post" action="/act">
<input type="hidden" name="device" value="{device.name}">{numbers}
<select name="what" aria-label="{self._say("sim.mishap")}">{kinds}</select>
<button name="act" value="message_fault">{self._say("sim.mishap_set")}</button></form>"""

    def _group(self, heading: str, device: Shown, names: list[str]) -> str:
        switches = "".join(self._switch(device, name) for name in names)
        return f"<fieldset><legend>{self._say(heading)}</legend><div class='switches'>{switches}</div></fieldset>"

    def _switch(self, device: Shown, fault: str) -> str:
        value = device.switches[fault]
        counted = fault.endswith(COUNTED)
        pressed = value is not None and value is not False
        label = self._say(f"sim.fault.{fault}")
        number = value if pressed else usual_count(fault)
        count = (
            f'<input type="number" name="count" min="0" max="100000" value="{number}" '
            f'aria-label="{self._say("sim.count")}: {label}">'
            if counted
            else ""
        )
        return f"""<form method="post" action="/fault" data-fault="{fault}">
<input type="hidden" name="device" value="{device.name}"><input type="hidden" name="fault" value="{fault}">
<input type="hidden" name="on" value="{"0" if pressed else "1"}">
<button aria-pressed="{"true" if pressed else "false"}">{label}</button>{count}</form>"""

    def _title(self, device: Shown) -> str:
        return escape(device.title) if device.title else self._say(f"sim.{device.name}")

    def _say(self, key: str) -> str:
        return escape(self._texts.say(self._lang, key).text)
