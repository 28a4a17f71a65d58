"""The talk: moments and beats in an order of one's own, given with a clicker, with a window for the speaker."""
