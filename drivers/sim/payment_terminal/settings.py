"""What payment terminals differ in, and what is known of some makers (from their manuals and from captures)."""

from typing import Literal

import msgspec

Charset = Literal["cp437", "iso8859_1", "iso8859_15", "utf-8", "zvt7"]
Fields = tuple[int, ...]

_BY_NUMBER = (0x27, 0x04, 0x0B, 0x0C, 0x0D, 0x0E, 0x17, 0x19, 0x22, 0x29, 0x2A, 0x37, 0x3B, 0x3C, 0x49, 0x87, 0x88,
              0x8A, 0x8B, 0x06)  # fmt: skip
_FEIG = (0x27, 0x04, 0x49, 0x0C, 0x0D, 0x22, 0x17, 0x87, 0x3B, 0x0B, 0x37, 0x19, 0x29, 0x0E, 0x8A, 0x8C, 0x8B, 0x2A,
         0x06)  # fmt: skip
_HOBEX = (0x27, 0x04, 0x0C, 0x0D, 0x0E, 0x22, 0xA0, 0x29, 0x87, 0x0B, 0x37, 0x8A, 0x8B, 0x06)

_DECLINE_TEXTS = {0x05: "Karte abgelehnt", 0x6C: "Abbruch durch Kunde", 0xFF: "Betrag falsch"}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One terminal's habits. Times in seconds.

    ``no_answer``: what becomes of a payment whose status information (or, where the other side prints, a print) is
    never acknowledged; both readings of the specification, and a third one seen: ``reverse`` reverses it and says so
    (2.2.8), ``decline`` makes a declined payment of it in silence (card complete), ``keep`` lets it stand (section 4).

    ``lookup``: what Repeat Receipt (06 20) tells. ``last``: whatever came last, also what was declined or reversed;
    ``approved``: the last payment that stands; ``controlled``: as ``last``, if the other side registered for control of
    payments (PAX A80); ``none``: nothing, ever.
    """

    terminal_id: str = "29001006"
    password: str = "123456"
    checks_password: bool = True
    contract_number: str = "100461763"
    software: str = ""
    """In the answer to a status enquiry; "" = it tells none."""
    device_name: str = ""
    """The same, with serial number and clock in a TLV; "" = it tells none."""
    serial_number: str = "17FD1E3C"
    vending: bool = False
    """Status byte 10 of the registration's completion."""

    status_fields: Fields = _BY_NUMBER
    """Fields of an approved status information in this maker's order; those it has no value for are left out."""
    declined_fields: Fields = (0x27, 0x29, 0x3C)
    payment_type: int = 0x70
    """BMP 19: 70 PIN or EMV processed, 60 online."""
    additional_text: str = "GEN.NR.:{approval}"
    """BMP 3C of an approved payment; "" = none."""
    decline_texts: dict[int, str] = msgspec.field(default_factory=lambda: dict(_DECLINE_TEXTS))
    status_texts: dict[int, str] = {}
    """Intermediate states that come with a text of their own and a new T4 of ``status_minutes``."""
    status_minutes: int = 1
    abort_texts: bool = False
    """A payment aborted by command says so in tags 1F16 and 1F17."""
    pan: Literal["last4", "first6last4", "clear"] = "last4"
    tells_card_data: bool = False
    """It says card data wherever a careless maker could: number in clear, track 2 (BMP 23), PIN block (BMP D1), the
    number in texts, receipts and EMV print data."""
    expiry: Literal["clear", "masked", "none"] = "clear"
    tlv: Literal["none", "flat", "nested"] = "none"
    tlv_unasked: bool = False
    emv_print_data: str = ""
    long_trace: bool = False
    sync_tag: bool = False
    """Tag 1F1F: it names its last receipt, and reverses its last payment where the other side's is one behind."""

    charset: Charset = "cp437"
    takes_charset: bool = True
    prints: Literal["before", "after"] = "after"
    """The status information. ``print_form``: blocks only where the other side's list of commands has 06 D3."""
    print_form: Literal["blocks", "lines", "none"] = "blocks"
    receipts: tuple[Literal["customer", "merchant"], ...] = ("customer",)
    block_lines: int = 0
    """Lines in one block, several for a long receipt; 0 = all in one."""
    columns: int = 24

    abort: Literal["waiting", "never"] = "waiting"
    """06 B0 while it waits for a card or PIN."""
    busy_answer: Literal["status", "refusal"] = "status"
    """To a status enquiry while it works: completion with status 9C, or ``84 9C 00``."""
    refuses: Literal["dialogue", "at_once"] = "dialogue"
    """How it says that it cannot pay now: status information and abort, or ``84 xx 00``."""
    lookup: Literal["last", "approved", "controlled", "none"] = "last"
    lookup_end_of_day: bool = False
    """After an end-of-day, 06 20 tells its totals and no payment."""
    reverses: Literal["any", "last"] = "any"
    not_found_code: int = 0xB5
    """Error of a reversal whose receipt is not in the turnover storage."""
    time_set_completes: bool = False
    """Whether a completion follows the answer to 06 91."""

    no_answer: Literal["reverse", "decline", "keep"] = "reverse"
    goes_on_alone: bool = True
    """It goes on with a payment when an intermediate status is not acknowledged; else nothing is charged."""
    notices_drop: bool = True
    """A closed connection ends a wait for an answer at once; else the whole time is waited out."""
    follows_connection: bool = False
    """What it has left to say goes to the next connection."""
    forgets_registration: bool = True
    """With the connection."""
    status_repeats: int = 0
    """How often an unanswered status information comes again."""
    status_per_try: bool = False
    """A wrong PIN gives a status information with host code 55 each time."""
    limit_cents: int = 500_000

    answer_s: float = 5.0
    status_wait_s: float = 30.0
    """For the answer to a status information, where the command has no BMP 01."""
    waits: int = 3
    """Answers 84 9C it takes, where the command has no BMP 02."""
    wait_repeat_s: float = 2.0
    card_s: float = 60.0
    pin_s: float = 60.0
    host_s: float = 0.0
    reversal_s: float = 0.0
    reboot_s: float = 0.0
    t1_s: float = 0.2
    t2_s: float = 5.0


VENDORS: dict[str, Settings] = {
    "standard": Settings(),
    "feig": Settings(
        terminal_id="52523535", contract_number="804011926", vending=True, status_fields=_FEIG, pan="first6last4",
        payment_type=0x60, additional_text="",
        declined_fields=(0x27, 0x29), charset="iso8859_1", prints="before", device_name="cVEND plug",
        software="GER-APP-v2.0.9;cS02.01.01-10.10-2-2;CC26",
    ),
    "card_complete": Settings(
        contract_number="100764992", declined_fields=(0x27, 0x29, 0x3C, 0x8A, 0x06), expiry="none", tlv="flat",
        decline_texts={0x05: "Karte abgelehnt"}, charset="iso8859_15", takes_charset=False, no_answer="decline",
        status_texts={0x0A: "Karte vorhalten\neinstecken/durchziehen"},
    ),
    "hobex": Settings(
        terminal_id="00000006", status_fields=_HOBEX, expiry="masked", tlv="nested", tlv_unasked=True, long_trace=True,
        print_form="none", additional_text="",
    ),
    "ccv": Settings(print_form="lines", abort_texts=True),
    "pax": Settings(lookup="controlled", reverses="last", abort="never"),
    "valina": Settings(vending=True, wait_repeat_s=0.005, waits=255),
}  # fmt: skip
