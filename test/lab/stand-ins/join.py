"""What `microk8s join` runs through sudo."""
import sys
import entering
from place import begin_script

begin_script()
sys.exit(entering.join(sys.argv[1:]))
