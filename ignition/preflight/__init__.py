"""Questions to the live clouds about a planned deployment, before anything is deployed; they only read."""
