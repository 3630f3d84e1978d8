"""Admission plugins: what may change or refuse an object between validation of the request and storage."""
