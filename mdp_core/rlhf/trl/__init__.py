"""The way on to TRL (huggingface.co/docs/trl): what was done here, as scripts for its trainers."""
