"""The event parser at inference: sentences in, parsed events out; numpy and a CPU runtime only, no torch."""
