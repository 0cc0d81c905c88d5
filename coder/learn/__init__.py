"""Training of the event parser: torch, transformers, datasets, scikit-learn and Hydra live here and nowhere else."""
