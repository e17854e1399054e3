"""From a submitted notebook to marks: run it, test it, write down what each cell earned and why."""
