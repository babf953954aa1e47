"""The ledger of payments in the hub: what terminals told, checked, added up, and cases that people close."""
