"""Who may come in and what they may do: passwords, throttle, server-side sessions, rights."""
