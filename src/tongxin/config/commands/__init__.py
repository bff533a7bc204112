"""The operator's commands that use models; `tongxin NAME` finds them here."""
