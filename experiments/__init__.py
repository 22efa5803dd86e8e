"""Experiments that train recurrent and graph networks on the same tasks, and what becomes of their records."""
