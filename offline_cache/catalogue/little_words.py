"""Which typed words name the matter, and which only stand around it: by language, on folded words."""

from enum import IntEnum

from offline_cache.catalogue.normalize import spellings


class Weight(IntEnum):
    """What a typed word says about the matter."""

    NOTHING = 0
    """Grammar: never searched while another word is there."""
    LITTLE = 1
    """Who it is for, when, that it is new: searched with the others; dropped when they find nothing together."""
    THING = 2
    """A sort of paper, money or office that many services share ("Karte"),"""
    ACT = 3
    """or an act ("abmelden"): neither finds anything beside a word that nobody knows."""
    MATTER = 4


def weight(word: str) -> Weight:
    """How much a folded word says."""
    return _WEIGHTS.get(word, Weight.MATTER)


def opens(word: str) -> bool:
    """Whether a name may begin with this folded word before it comes to the matter ("Apply for a")."""
    return word in _OPENING_WORDS


def is_person(word: str) -> bool:
    """Whether the word says for whom it is: somebody of the family."""
    return word in _PERSON_WORDS


def is_aid(word: str) -> bool:
    """Whether the word names money or help, which is no paper, number or office."""
    return word in _AID_WORDS


def is_kind(word: str) -> bool:
    """Whether the word is one of those many services share."""
    return Weight.LITTLE < weight(word) < Weight.MATTER


_GRAMMAR = """
ich du er sie es wir ihr mir mich mein meine meinen meinem meiner meines unser unsere unseren dein deine sein seine
der die das den dem des ein eine einen einem einer eines kein keine keinen und oder mit ohne fur von vom zu zum zur
in im ins am auf bei beim nach aus durch gegen uber unter wegen bis seit ist sind bin war wird werden wurde wollen will
mochte mochten muss mussen kann konnen soll darf brauche brauchen benotige habe hab haben hat hatte bekomme bekommen
kriege gibt geht machen mache tun wie was wer wo wohin wann warum wenn dass denn doch bitte danke hier da dort man
sich auch noch schon nur sehr so als
i you he she it we they me my our your his her their a an the and or with without for from of to in on at by is are am
was were be been want wants wanted need would like can could do does did have has had get where how what who when why
please here there this that if
انا انت هو هي نحن في من الى على عن مع او و هل كيف اين متى ما ماذا اريد احتاج اود ارغب عندي لدي هذا هذه لي ممكن يمكن
اني ان التي الذي
"""
_PERSONS = """
mann frau vater mutter eltern oma opa grossmutter grossvater bruder schwester sohn tochter onkel tante papa mama
husband wife father mother dad mum mom grandmother grandfather grandma grandpa brother sister son daughter uncle aunt
زوجي زوجتي ابي والدي والدتي امي ابني ابنتي اخي اختي
"""
_LITTLE = """
neu neue neuen neuer neues alt alte alten alter altes schnell sofort heute morgen jetzt online ab an um
termin termine vereinbaren ausmachen buchen
new old today tomorrow now quick quickly online s appointment appointments book schedule
جديد جديده قديم اليوم غدا الان موعد
"""
_ACTS = """
beantragen beantragung antrag antragen anmelden anmeldung abmelden abmeldung ummelden ummeldung melden meldung
verlangern verlangerung andern anderung holen abholen abholung bestellen kaufen bezahlen suchen finden fragen ausstellen
ausstellung erneuern wechseln wechsel kundigen kundigung einreichen abgeben zahlen formular
apply application register registration deregister deregistration report order request renew renewal extend change
collect pay find ask cancel form
طلب تسجيل الغاء تغيير تجديد استلام حجز دفع استخراج الحصول
"""
_THINGS = """
karte schein ausweis bescheinigung genehmigung erlaubnis bewilligung nachweis zeugnis urkunde bescheid nummer marke
papier papiere dokument dokumente kopie unterlagen gebuhr gebuhren kosten preis geld zuschuss hilfe beihilfe
unterstutzung beitrag beratung auskunft amt behorde stelle buro dienst register
card permit licence license certificate pass permission proof number id copy document documents paper papers ticket
fee fees cost price benefit allowance support help money advice information office
بطاقه رخصه اذن شهاده وثيقه رقم نسخه ورقه اوراق رسوم اعانه مساعده مخصصات دائره مكتب استشاره
"""

_AIDS = """
geld zuschuss hilfe beihilfe unterstutzung beitrag benefit allowance support help money اعانه مساعده مخصصات
"""
"""Those of the things that are given or done for somebody."""

_OPENINGS = "apply for a an the your get order book hand in antrag auf den die das طلب الحصول على تقديم"
"""What a name may begin with before it comes to the matter."""

_WEIGHTS = {
    spelling: kind
    for words, kind in (
        (_ACTS, Weight.ACT),
        (_THINGS, Weight.THING),
        (_LITTLE, Weight.LITTLE),
        (_PERSONS, Weight.LITTLE),
        (_GRAMMAR, Weight.NOTHING),
    )
    for word in words.split()
    for spelling in spellings(word)
}
_AID_WORDS = frozenset(spelling for word in _AIDS.split() for spelling in spellings(word))
_PERSON_WORDS = frozenset(spelling for word in _PERSONS.split() for spelling in spellings(word))
_OPENING_WORDS = frozenset(spelling for word in _OPENINGS.split() for spelling in spellings(word))
