"""Payment terminals over ZVT: codec, dialogue and driver.

Facts of the protocol are from ZVT PA00P015 revision 13.08 (messages) and PA00P016 revision 04 (serial line), both by
the Verband der Terminalhersteller; "section" and "table" in this folder mean those. What is known of single makers is
in ``vendor.py``.
"""
