import sys

from incidentsite.supervisor.cli import main

sys.exit(main(sys.argv[1:]))
