"""Tries a script on table after table until one breaks it, and makes that one small."""
