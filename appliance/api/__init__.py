"""JSON over HTTP: one module for each noun, and what pages share with them."""
