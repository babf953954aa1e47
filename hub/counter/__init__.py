"""What a counter does: call, recall, finish, no-show, return, transfer, undo, enter a ticket by hand."""
