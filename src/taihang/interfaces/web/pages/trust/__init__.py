"""Data and trust: can I trust this number, and who changed it?"""
