"""The engine behind Conch's Triton models: continuous batching on OpenVINO GenAI, and sentence embeddings on OpenVINO."""
