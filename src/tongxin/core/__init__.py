"""The ground floor: ids, clock, scope, refusals, ciphers, page parts. No tables and no domain."""
