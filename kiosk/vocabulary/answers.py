"""What may come back for each effect: the one table of questions and their answers.

An effect with answers gets exactly one of them, or none when its worker dies; then the deadline of the state that waits
for it counts (``kiosk.session.table``). ``kiosk.session.completeness`` proves from this table that each answer is taken
where it comes.
"""

from collections.abc import Mapping
from types import MappingProxyType

from kiosk.vocabulary import effects as do
from kiosk.vocabulary import events as it

ANSWERS: Mapping[type[do.Effect], tuple[type[it.Event], ...]] = MappingProxyType(
    {
        do.CommitIntent: (it.IntentCommitted, it.StoreFailed),
        do.AskNumber: (it.NumberGiven, it.NumberSilent, it.NumberRefused),
        do.CommitNumber: (it.NumberCommitted, it.StoreFailed),
        do.PrintTicket: (it.PrintFinished,),
        do.CommitPaper: (),
        do.CommitCancel: (it.CancelCommitted, it.StoreFailed),
        do.CommitScan: (it.ScanCommitted, it.ScanNotCommitted),
        do.LookUp: (it.StandingFound, it.StandingNotFound),
        do.SendHelp: (it.HelpSent, it.HelpNotSent),
        do.CancelHelp: (),
        do.Search: (it.SearchFound,),
        do.UseCatalogue: (),
        do.TellMisses: (),
        do.Note: (),
        do.Enrol: (it.Enrolled, it.EnrolFailed),
        do.TakeConfiguration: (it.EnrolFailed,),
        do.Tell: (),
        do.Restart: (),
        do.SessionOver: (),
    }
)
"""Every effect; () = nobody waits for an answer."""
