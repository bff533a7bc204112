"""Settings, urls, reactions, the operator's command: the only place that knows everybody."""
