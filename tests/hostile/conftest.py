"""The hub that is attacked: one for all tests here."""

from collections.abc import Iterator

import pytest

from tests.hostile.hub_process import AttackedHub, attacked


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedHub]:
    with attacked(tmp_path_factory.mktemp("hostile")) as hub:
        yield hub
