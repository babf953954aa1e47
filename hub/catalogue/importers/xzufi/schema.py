"""What we know of XZuFi, and what we only believe, in one place to correct.

No schema file was at hand: names marked (?) come from descriptions and fragments. Everything is matched by local name,
because code lists put unqualified ``code`` and ``name`` under qualified parents. What is unknown is counted.
"""


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


NAMESPACE = "http://xoev.de/schemata/xzufi/"
MAJOR = "2_"
"""What follows must begin so: 2_2_0, 2_3_0, 2_3_1 (spelling of 2.3: ?); 2.1 differs in nothing that we read."""

INDEX, INDEXES = "index.txt", "index*.txt"
"""What a folder's list of files is called; a dump may have several, each with a part of the files."""
FILE_LIMIT = 1024 * 1024 * 1024
"""Bytes one file may have; it is read in pieces."""
OBJECT_LIMIT = 4 * 1024 * 1024
"""Bytes between the ends of two objects: what is in memory at once."""
INDEX_LIMIT = 1024 * 1024
FILES_LIMIT = 10_000
CATEGORIES_LIMIT = 900

# Objects
READ = frozenset({"leistung", "organisationseinheit", "zustaendigkeitTransferObjekt"})
DELETED = {"leistung": "leistung", "organisationseinheit": "organisationseinheit", "zustaendigkeit": "zustaendigkeit"}
"""``loesche@klasse`` in lower case -> what is deleted; other classes are counted."""
SHORT = {"leistung": "LB", "organisationseinheit": "OE"}
"""As portals write ids: L100042.LB.101954."""

_SERVICE_PARTS = _set(
    "id idSekundaer struktur referenzLeiKa referenzLeistungsschluessel modulText modulTextIndividuell modulKosten"
    " modulFrist modulBearbeitungsdauer modulBegriffImKontext modulDokument modulFachlicheFreigabe"
    " modulAuskunftshinweis modulUrsprungsportal typisierung vertrauensniveau kennzeichenSchriftformerfordernis"
    " leistungsadressat kategorie klassifizierung informationsbereichSDG gueltigkeitGebietID gueltigkeit"
    " versionsinformation versionsinformationen sprachversion herausgeber kennzeichenEA statusKatalog statusBibliothek"
    " formularkennzeichen"
)
_OFFICE_PARTS = _set(
    "id idSekundaer name bezeichnung beschreibung anschrift erreichbarkeit kommunikation oeffnungszeiten zustaendigkeit"
    " uebergeordneteOrganisationseinheitID gueltigkeit versionsinformation versionsinformationen sprachversion"
    " herausgeber"
)
PARTS = {
    "leistung": _SERVICE_PARTS,
    "organisationseinheit": _OFFICE_PARTS,
    "zustaendigkeitTransferObjekt": _set("id uebergeordnetesObjektID zustaendigkeit"),
}
"""Parts that are known, whether or not we use them; others are counted. Those of an office beyond name: ?."""
NOT_SHOWN = _set(
    "modulTextIndividuell modulFrist modulBearbeitungsdauer modulFachlicheFreigabe modulAuskunftshinweis"
    " modulUrsprungsportal beschreibung erreichbarkeit kommunikation oeffnungszeiten"
)
"""Of these, what people could have read; counted too."""

# Text modules
TITLES = ("03", "02")
"""Citizen-friendly title, else the official one."""
TEASERS = ("24", "05")
"""Teaser, else short text."""
BRING = "08"
"""Papers to bring."""
MODULES = _set("02 03 05 06 07 08 09 11 14 15 16 18 22 23 24 25")
ONLINE_ONLY = "100"
"""``zugangskanal/code`` of modules for the internet only (2.3); a terminal stands in the town hall (000, 200)."""

# Fees
FIXED = "betrag"
LOWER, UPPER = "betragUntergrenze", "betragObergrenze"
FREE = "beschreibungKostenfreiheit"
FREE_MARKS = ("frei", "KostenFrei")
"""Element or ``xsi:type`` that says free without a word (wrapper: ?)."""
CURRENCY_ATTRIBUTES = ("currencyCode", "currencyID", "waehrung")
CURRENCY_ELEMENT = "waehrung"
"""How the currency is written: ?. Without any it is the euro."""
FEE_TEXTS = ("beschreibungVariabilitaet", FREE, "beschreibung", "bezeichnung")
FEE_NAMES = {"de": "Gebühr", "en": "Fee", "ar": "الرسوم"}
FREE_NAMES = {"de": "Gebührenfrei", "en": "Free of charge", "ar": "مجانًا"}
FROM_TO = {"de": "{low} bis {high} €", "en": "{low} to {high} €", "ar": "من {low} إلى {high} €"}

# Organisations
ADDRESS_KINDS = ("002", "001")
"""Visitors' address, then house address, then whatever there is."""
NAMES = ("name", "bezeichnung")
ROLES = ("01", "02")
"""Competent body, then contact point."""

AREA_LEVELS = (2, 3, 5, 9, 12)
"""Digits of the regional key (ARS) at which a level ends: Land, Regierungsbezirk, Kreis, Verband, Gemeinde."""
