"""What `microk8s leave` runs through sudo."""
import sys
import entering
from place import begin_script

begin_script()
sys.exit(entering.leave(sys.argv[1:]))
