"""Who may (accounts, roles, grants), who did (journal), devices. 权责"""
