"""``kiosk pay-test``: a payment from the command line over the real driver, store and machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.sim.payment_terminal.peer import PaymentTerminalPeer
from kiosk.main.pay_test import NOT_PAID, PAID, WRONG, read_amount, run_pay_test
from kiosk.vocabulary.payments import Money


@pytest.fixture
def terminal() -> Iterator[PaymentTerminalPeer]:
    peer = PaymentTerminalPeer("tcp")
    peer.switch(pays_by_itself=True)
    yield peer
    peer.stop()


def written(folder: Path, url: str) -> Path:
    path = folder / "config.toml"
    path.write_text(
        f'[devices.pt]\nkind = "payment_terminal"\nmodel = "zvt"\nurl = "{url}"\n'
        '[devices.pt.settings]\npassword = "123456"\n'
    )
    return path


def test_a_payment_is_made_and_taken_back_step_by_step(
    tmp_path: Path, terminal: PaymentTerminalPeer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, terminal.start())
    assert run_pay_test(path, tmp_path, "pt", "46,00", "en", void=True) == PAID
    said = capsys.readouterr().out
    steps = ["LookUpLast", "being stored: intent", "Authorise", "status information stored", "stored: paid", "Reverse"]
    assert sorted(map(said.index, steps)) == list(map(said.index, steps)), said
    assert "result: voided" in said
    assert terminal.report()["balance"] == 0
    kinds = [(entry["kind"], entry["cents"]) for entry in terminal.report()["entries"]]
    assert kinds == [("payment", 4600), ("reversal", 4600)]


def test_a_declined_payment_is_said_with_its_code(
    tmp_path: Path, terminal: PaymentTerminalPeer, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, terminal.start())
    terminal.switch(declined_code=5)
    assert run_pay_test(path, tmp_path, "pt", "46", "de") == NOT_PAID
    assert "Code 05" in capsys.readouterr().out
    assert terminal.report()["balance"] == 0


@pytest.mark.parametrize(
    ("device", "amount", "said"),
    [("pt", "forty", "forty"), ("pt", "-1", "-1"), ("pt", "1.5", "1.5"), ("printer", "1", "pt")],
)
def test_a_wrong_call_says_what_is_wrong_and_opens_nothing(
    tmp_path: Path, device: str, amount: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, "tcp://127.0.0.1:9")
    assert run_pay_test(path, tmp_path, device, amount, "en") == WRONG
    assert said in capsys.readouterr().err
    assert not (tmp_path / "terminal.db").exists()


@pytest.mark.parametrize(
    ("text", "money"),
    [("46", Money(4600)), ("46.00", Money(4600)), ("0,01", Money(1)), ("0", Money(0)), ("", None), ("1,2,3", None)],
)
def test_amounts_as_people_type_them(text: str, money: Money | None) -> None:
    assert read_amount(text) == money
