"""The hash chain: whatever is done to a run of entries, the first wrong place is found; cutting breaks nothing."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import hash_chain
from kiosk.hash_chain import BEGINNING, Broken, Field, Flaw, Head, Link

FIELDS = st.lists(
    st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])) | st.binary(), max_size=4
)
ENTRIES = st.lists(FIELDS, min_size=1, max_size=8)
some = settings(max_examples=30)


def chain(entries: list[list[Field]], anchor: Head = BEGINNING) -> list[Link]:
    links = list[Link]()
    for fields in entries:
        links.append(hash_chain.append(links[-1].head if links else anchor, fields))
    return links


def test_the_digest_is_what_the_docs_say() -> None:
    """Somebody else must be able to compute it: a fixed example, by hand."""
    assert hash_chain.canonical(("Anna", 7, None, b"\x00")) == b"s4:Annai1:7n0:b1:\x00"
    first = hash_chain.append(BEGINNING, ("Ä", 7))
    want = hashlib.sha256(b"townhall-kiosk chain 1\n" + bytes(32) + b"i1:1" + b"s2:\xc3\x84" + b"i1:7").digest()
    assert first == Link(1, ("Ä", 7), want)


@some
@given(FIELDS, FIELDS)
def test_different_entries_have_different_bytes(one: list[Field], other: list[Field]) -> None:
    same = one == other and [type(each) for each in one] == [type(each) for each in other]
    assert (hash_chain.canonical(one) == hash_chain.canonical(other)) == same


@some
@given(ENTRIES)
def test_what_was_written_is_intact(entries: list[list[Field]]) -> None:
    links = chain(entries)
    assert hash_chain.verify(BEGINNING, links) == links[-1].head
    assert [link.seq for link in links] == list(range(1, len(entries) + 1))


@some
@given(ENTRIES, st.data())
def test_a_changed_entry_is_the_first_wrong_place(entries: list[list[Field]], data: st.DataObject) -> None:
    links = chain(entries)
    at = data.draw(st.integers(0, len(links) - 1))
    other = data.draw(FIELDS.filter(lambda found: hash_chain.canonical(found) != hash_chain.canonical(entries[at])))
    links[at] = Link(links[at].seq, tuple(other), links[at].digest)
    assert hash_chain.verify(BEGINNING, links) == Broken(at + 1, Flaw.CHANGED)


@some
@given(ENTRIES, st.data())
def test_whoever_mends_the_digest_of_one_entry_breaks_the_next(entries: list[list[Field]], data: st.DataObject) -> None:
    links = chain([*entries, ["last"]])
    at = data.draw(st.integers(0, len(links) - 2))
    before = links[at - 1].head if at else BEGINNING
    links[at] = hash_chain.append(before, [*links[at].fields, "more"])
    assert hash_chain.verify(BEGINNING, links) == Broken(at + 2, Flaw.CHANGED)


@some
@given(ENTRIES, st.data())
def test_a_missing_entry_and_a_wrong_order_are_found(entries: list[list[Field]], data: st.DataObject) -> None:
    links = chain([*entries, ["last"]])
    at = data.draw(st.integers(0, len(links) - 2))
    assert hash_chain.verify(BEGINNING, links[:at] + links[at + 1 :]) == Broken(at + 1, Flaw.MISSING)
    turned = [*links[:at], links[at + 1], links[at], *links[at + 2 :]]
    assert hash_chain.verify(BEGINNING, turned) == Broken(at + 1, Flaw.MISSING)
    again = [*links[: at + 1], links[at], *links[at + 1 :]]
    assert hash_chain.verify(BEGINNING, again) == Broken(at + 2, Flaw.MISSING)


@some
@given(ENTRIES, ENTRIES, st.data())
def test_a_chain_computed_anew_does_not_fit_a_head_kept_elsewhere(
    entries: list[list[Field]], others: list[list[Field]], data: st.DataObject
) -> None:
    links, kept = chain(entries), data.draw(st.integers(0, len(entries) - 1))
    heads = {links[kept].seq: links[kept].digest}
    forged = chain([["forged"], *others, *entries])
    found = hash_chain.verify(BEGINNING, forged, heads)
    assert found == Broken(kept + 1, Flaw.REWRITTEN)
    assert isinstance(hash_chain.verify(BEGINNING, forged), Head), "alone nothing tells it from a true one"


@some
@given(ENTRIES, st.data())
def test_a_chain_whose_end_is_gone_does_not_reach_a_head_kept_elsewhere(
    entries: list[list[Field]], data: st.DataObject
) -> None:
    links = chain(entries)
    left = links[: data.draw(st.integers(0, len(links) - 1))]
    end = hash_chain.verify(BEGINNING, left)
    assert isinstance(end, Head), "an end that is gone leaves no gap"
    assert hash_chain.shortened(end, {links[-1].seq: links[-1].digest}) == Broken(len(left) + 1, Flaw.SHORTENED)
    assert hash_chain.shortened(links[-1].head, {links[-1].seq: links[-1].digest}) is None


@some
@given(ENTRIES, st.data())
def test_what_is_left_after_a_cut_goes_on_from_the_anchor(entries: list[list[Field]], data: st.DataObject) -> None:
    links = chain(entries)
    upto = data.draw(st.integers(0, len(links) + 2))
    anchor, left = hash_chain.cut(BEGINNING, links, upto)
    assert hash_chain.verify(anchor, left) == links[-1].head
    assert [link.seq for link in left] == [link.seq for link in links if link.seq > upto]
    if upto and len(left) > 1:
        assert hash_chain.verify(anchor, left[1:]) == Broken(left[0].seq, Flaw.MISSING)
        assert hash_chain.verify(BEGINNING, left) == Broken(1, Flaw.MISSING)
    assert hash_chain.verify(anchor, left, {anchor.seq: bytes(31) + b"x"}) == Broken(anchor.seq, Flaw.REWRITTEN)
    following = hash_chain.append(left[-1].head if left else anchor, ["more"])
    assert hash_chain.verify(anchor, [*left, following]) == following.head


@some
@given(ENTRIES, st.integers(1, 5))
def test_portions_are_as_good_as_the_whole(entries: list[list[Field]], size: int) -> None:
    links, head = chain(entries), BEGINNING
    for start, end in pairwise([*range(0, len(links), size), len(links)]):
        found = hash_chain.verify(head, links[start:end])
        assert isinstance(found, Head)
        head = found
    assert head == hash_chain.verify(BEGINNING, links)


@some
@given(st.integers(0, 10**17), st.binary(min_size=32, max_size=32))
def test_a_head_is_read_as_it_was_written(seq: int, digest: bytes) -> None:
    head = Head(seq, digest)
    assert hash_chain.parse_head(f" {str(head).upper()}\n") == head


@pytest.mark.parametrize("text", ["", "1", "1:ab", f"x:{'a' * 64}", f"1:{'g' * 64}", f"١:{'a' * 64}", f"1:{'a' * 65}"])
def test_what_is_no_head_is_none(text: str) -> None:
    assert hash_chain.parse_head(text) is None
