"""Learning from more rows than memory holds (海量训练): in passes, with bounded parts of them."""
