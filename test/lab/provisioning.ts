// The lab's provisioner, started and stopped. up() starts it; a test that wants claims to stay pending stops it.
import { inBackground, startInBackground, stopInBackground } from './background.ts';

export function startProvisioner(): void {
  if (!inBackground('provisioner')) startInBackground('provisioner', 'machine');
}

export function stopProvisioner(): void {
  stopInBackground('provisioner');
}
