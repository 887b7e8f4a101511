"""A Konzept as a table to work on: the template, and an existing Konzept in the same shape; `goals.imports` reads both."""
