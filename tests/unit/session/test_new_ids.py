"""A step gets one new id of each kind, by name."""

from itertools import count

from kiosk.session.model import NewIds


def test_each_kind_of_id_is_drawn_once_and_is_another() -> None:
    numbers = count()
    drawn = NewIds.drawn(lambda: str(next(numbers)))
    ids = [getattr(drawn, name) for name in NewIds.__struct_fields__]
    assert len(set(ids)) == len(ids) == next(numbers)
