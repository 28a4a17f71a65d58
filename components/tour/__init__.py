"""Page Tour: from the first sentence to the last, one beat at a time; the visitor predicts, an instrument answers."""
