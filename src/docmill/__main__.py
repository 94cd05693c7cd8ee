"""``python -m docmill``: the command line."""

from docmill.cli.main import main

if __name__ == "__main__":
    main()
