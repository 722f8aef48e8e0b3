"""The same stack on a laptop: what `template.yaml` deploys, run in one process."""
