"""Everybody's lists at size: how fast, in how much memory, whatever happens, and what machines that takes."""
