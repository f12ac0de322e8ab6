"""The stations of a ticket (办理环节): one file each; a public function is one use case."""
