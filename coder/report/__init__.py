"""Reports on what a model does: its scores on annotated sentences, its rankings of given pairs."""
