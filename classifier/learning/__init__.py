"""Learning from labelled messages (模型学习): features, weights, calibration, measures."""
