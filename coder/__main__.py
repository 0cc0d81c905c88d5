"""``python -m coder``: the command line, for launchers that take a module (``torchrun -m coder train …``)."""

from coder.cli import main

if __name__ == "__main__":
    main()
