"""Connected applications: they use the public HTTP interface and the published contracts only."""
