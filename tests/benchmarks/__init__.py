"""Measurements on this machine (``make bench``). They assert nothing about speed, so pytest does not collect them."""
