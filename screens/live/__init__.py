"""The live view of a simulation: pictures of the window for the simulators' panel, and touches from there."""
