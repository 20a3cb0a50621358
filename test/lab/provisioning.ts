// The lab's provisioner, started and stopped. up() starts it; a test that wants claims to stay pending stops it.
import { accompany, dismiss, runs } from './company.ts';

export function startProvisioner(): void {
  if (!runs('provisioner')) accompany('provisioner', 'machine');
}

export function stopProvisioner(): void {
  dismiss('provisioner');
}
