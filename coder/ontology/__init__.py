"""The event ontology: CAMEO as shipped, or any other table of the same form."""

from coder.ontology.loader import load_ontology
from coder.ontology.ontology import Code, Ontology

__all__ = ["Code", "Ontology", "load_ontology"]
