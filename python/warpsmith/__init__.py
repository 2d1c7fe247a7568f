"""The Python side of Warpsmith: real Warp as the oracle, and the comparison of its text with ours."""
