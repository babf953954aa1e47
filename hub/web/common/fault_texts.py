"""What is wrong with a catalogue, in the language of the page.

Importers and checks write English sentences: they run without the hub too (``kiosk import``), and their lines go into
logs. The English message catalogue has each of these sentences with names for what varies (``{n} bytes``); a sentence
that fits one is said in the page's language with the same values. One that fits none stays English and is marked so; a
test reads the importers' sources, so that none is forgotten.
"""

import re
from functools import cache

import msgspec

from hub.web.common.texts import sayer
from kiosk.catalogue.faults import Fault

_KEYS = """
    not_an_id not_an_icon no_page_address minutes no_such no_such_kind too_many_of reception one_out twice
    fee_age_order ends_before version_range add_or_name not_series name_language correct_day other_office
    leave_out_house age add_elsewhere count_up tabler no_language no_age_left write_years use_letters
    use_series write_minutes category_once write_https one_span many_spans time_zone date_twice overlap
    closes_at_once years_gone date_is wall_clock keep_one week_needs whole_day write_day monday tuesday
    wednesday thursday friday saturday sunday no_id no_delivery nothing no_toml unknown_entry unknown_table
    correct_entry shows_form choose_another mend write_anew write_languages name_folder no_text_list
    use_one_of empty no_tables begin_record not_in_form not_span no_holidays closed_form no_weekday yearly
    write_hours write_closed cannot_read check_file no_text_here no_list_here no_fee fees_are correct_id newer
    update too_old export_as write_schema no_version check_export many_files names_no_file not_utf8
    empty_delivery few_readable one_xml export_again none_readable name_area too_large file_too_large not_json
    too_deep says_failed split_area no_dldb promises encoding not_xml large_object doctypes no_klasse no_xml
    namespace long_list plain german_at_least bcp47 keep_important write_or_leave no_tag text_empty no_text
    control long_text markup shorten digits correct not_toml dots save_utf8 split_file break_line
    cannot_unpack unpacked no_kind choose_catalogue make_room no_room pack_anew in_twice no_zip many_in_zip
    everywhere record_bytes bytes_packed bytes leave_out_services shorten_texts change_letter in_a_minute
    expected missing_field unknown_field plain_name plain_name_alone not_of_folder odd_folder link encrypted
    large_number feature_once own_letter fee_ids language_once own_id not_of_folder_alone
    most_services correct_or_remove weak_colour no_colour darker six_digits pixels_found no_picture set_face
"""
"""``import_fault.<key>`` in the message catalogues."""
_FIELDS = """
    count date day days field first found got held kept kind known last letters most names namespace text
    version wanted what why
"""
"""What varies in these texts."""
_FIELD = re.compile(r"\{([a-z]+)\}")


class FaultText(msgspec.Struct, frozen=True):
    """A fault as a page shows it; ``lang`` is the language of its sentences."""

    place: str
    reason: str
    remedy: str
    lang: str


def told(faults: tuple[Fault, ...], lang: str) -> list[FaultText]:
    """The faults in this language, or in English where a sentence is not known."""
    return [_told(fault, lang) for fault in faults]


def _told(fault: Fault, lang: str) -> FaultText:
    reason, remedy = translated(fault.reason, lang), translated(fault.remedy, lang)
    if reason is None or remedy is None:
        return FaultText(fault.place, fault.reason, fault.remedy, "en")
    return FaultText(fault.place, reason, remedy, lang)


def translated(sentence: str, lang: str) -> str | None:
    """The sentence in this language; None when no text of the catalogue is like it."""
    for pattern, key in _patterns():
        if (found := pattern.fullmatch(sentence)) is not None:
            values = {name: _value(value, lang) for name, value in found.groupdict().items()}
            return sayer(lang)(f"import_fault.{key}", **values)
    return None


def _value(value: str, lang: str) -> str:
    """What a sentence names: a weekday has a text of its own, anything else is as it is."""
    known = next((key for pattern, key in _patterns() if not pattern.groups and pattern.fullmatch(value)), None)
    return value if known is None else sayer(lang)(f"import_fault.{known}")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Those that say most by themselves first: "the list is too long: 9 entries …" before "… entries …"."""
    fields = {name: f"{{{name}}}" for name in _FIELDS.split()}
    texts = [(sayer("en")(f"import_fault.{key}", **fields), key) for key in _KEYS.split()]
    texts.sort(key=lambda text: len(_FIELD.sub("", text[0])), reverse=True)
    return tuple((_pattern(text), key) for text, key in texts)


def _pattern(text: str) -> re.Pattern[str]:
    parts = _FIELD.split(text)
    literal = [re.escape(part) if n % 2 == 0 else f"(?P<{part}>.+?)" for n, part in enumerate(parts)]
    return re.compile("".join(literal), re.DOTALL)
