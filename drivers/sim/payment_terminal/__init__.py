"""A simulated card payment terminal that speaks ZVT (PA00P015 and PA00P016), on TCP or on a serial line.

A stranger to the terminal's driver: parser, money book and timers are its own. Sans-io, with an injected clock.
"""
