"""E-mail: what is due (`due`), to whom (`people`), in which words (`matters`), the outbox (`outbox`) and the way out of it (`sending`)."""
