"""The overview: is the park all right, and within its limits?"""
