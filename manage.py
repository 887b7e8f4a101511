#!/usr/bin/env python
"""Django's command line, with the portal's settings."""

import os
import sys

from django.core.management import execute_from_command_line

from evalportal.environment import ensure_env

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalportal.settings")
    if sys.argv[1:2] == ["demo"]:
        ensure_env()
    execute_from_command_line(sys.argv)
