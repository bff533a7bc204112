"""`make bench`, or `python -m bench [NAME]`: run the measurements and write var/bench.json."""

import sys

from bench.run import main

sys.exit(main(sys.argv[1:]))
