"""The hooks of PEP 517 and PEP 660; the package above has them as attributes: `build-backend = "wheelmatrix"`."""
