"""What the trail records: a closed list. A new act that changes something enters here first."""

from enum import StrEnum


class What(StrEnum):
    """One kind of act; the part before the dot is the group by which pages filter."""

    SIGNED_IN = "sign_in.right"
    SIGN_IN_WRONG = "sign_in.wrong"
    """The subject is the login, when somebody has it; what nobody has may be a password typed into the wrong field."""
    SIGN_INS_WRONG_MORE = "sign_in.wrong_more"
    """So many were wrong within an hour that further ones are not written singly."""
    SIGN_IN_LOCKED = "sign_in.locked"
    SIGN_INS_UNLOCKED = "sign_in.unlocked"
    SIGNED_OUT = "sign_in.out"
    PERSON_ADDED = "person.added"
    PERSON_ROLE = "person.role"
    PERSON_PASSWORD = "person.password"
    PERSON_DEVICES = "person.devices"
    PERSON_UNLOCKED = "person.unlocked"
    PERSON_DISABLED = "person.disabled"
    PERSON_ENABLED = "person.enabled"
    TERMINAL_ADDED = "terminal.added"
    TERMINAL_CODE = "terminal.code"
    TERMINAL_CODE_REVOKED = "terminal.code_revoked"
    TERMINAL_ENROLLED = "terminal.enrolled"
    TERMINAL_REVOKED = "terminal.revoked"
    TERMINAL_ORDER = "terminal.order"
    ALARM_NOTED = "terminal.alarm_noted"
    CATALOGUE_PUBLISHED = "catalogue.published"
    IMPORT_WAITS = "catalogue.import_waits"
    IMPORT_REJECTED = "catalogue.import_rejected"
    TILES_CHANGED = "catalogue.tiles"
    KEY_ROTATED = "catalogue.key"
    SITE_FOUNDED = "site.founded"
    SITE_CHANGED = "site.changed"
    HOURS_CHANGED = "site.hours"
    CLOCK_SET = "site.clock"
    HUB_RESTORED = "site.restored"
    QUEUE_ADDED = "queue.added"
    QUEUE_CHANGED = "queue.changed"
    QUEUE_REMOVED = "queue.removed"
    SERVICE_ROUTED = "queue.service"
    COUNTER_ADDED = "counter.added"
    COUNTER_CHANGED = "counter.changed"
    COUNTER_REMOVED = "counter.removed"
    TRAIL_SETTINGS = "trail.settings"
    TRAIL_EXPORTED = "trail.exported"
    TRAIL_CUT_BROKEN = "trail.cut_broken"
    """What was over its time had been changed by hand; the subject is the first sequence that was wrong."""
    CALL_NEXT = "call.next"
    CALL_RECALL = "call.recall"
    CALL_ARRIVED = "call.arrived"
    CALL_FINISHED = "call.finished"
    CALL_NO_SHOW = "call.no_show"
    CALL_BACK = "call.back"
    CALL_UNDONE = "call.undone"
    CALL_BROUGHT = "call.brought"
    CALL_PAUSE = "call.pause"

    @property
    def group(self) -> str:
        """The part before the dot."""
        return self.partition(".")[0]


GROUPS = tuple(dict.fromkeys(what.group for what in What))
"""In the order of the list."""
