"""Real containers, run by whatever container engine this machine has. Without one these tests are skipped."""
