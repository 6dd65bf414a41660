"""Reasons in sentences, in two registers: the field's words for staff, her own words for her."""
