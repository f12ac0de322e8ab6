"""Reads (查询): worklists, ticket pages, ledgers, counts; nothing here writes or commits."""
