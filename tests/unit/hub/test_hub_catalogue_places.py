"""Places: they grow with the order, and as many things as can be stay where they were."""

import random

from hub.catalogue.content.ordering import STEP, places


def grows(order: list[str], found: dict[str, int]) -> bool:
    row = [found[each] for each in order]
    return row == sorted(set(row)) and len(found) == len(order)


def test_what_stays_put_is_not_moved() -> None:
    first = places(["a", "b", "c"], {})
    assert first == {"a": STEP, "b": 2 * STEP, "c": 3 * STEP}
    second = places(["a", "x", "b", "y", "z", "c", "w"], first)
    assert {each: second[each] for each in "abc"} == first
    assert grows(list("axbyzcw"), second)
    moved = places(["c", "a", "b"], first)
    assert (moved["a"], moved["b"]) == (first["a"], first["b"])
    assert grows(["c", "a", "b"], moved)


def test_where_there_is_no_room_the_kind_is_numbered_anew() -> None:
    order, at = ["a", "b"], places(["a", "b"], {})
    for n in range(30):
        order.insert(1, f"n{n}")
        at = places(order, at)
        assert grows(order, at)
    assert at["b"] > 2 * STEP


def test_any_order_after_any_other() -> None:
    seed = random.randrange(2**32)
    print("seed", seed)
    dice = random.Random(seed)
    at: dict[str, int] = {}
    for _ in range(300):
        order = [f"s{n}" for n in dice.sample(range(25), dice.randrange(0, 25))]
        before, at = at, places(order, at)
        assert grows(order, at), (order, before)
        assert all(place > 0 for place in at.values())
