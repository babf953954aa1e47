"""The demo's start page: where everything is, who signs in how, and six things to try. Loopback only."""
