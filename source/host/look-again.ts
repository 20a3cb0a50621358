import { HostFault } from './host-fault.ts';

/** So often a look is taken: a machine that pulls images or starts a datastore is slow for a while. */
const attempts = 3;

/** Takes a look again that was late on a machine that answers: it changes nothing. Throws what the last one throws; any other failure at once. */
export async function lookAgain<Seen>(look: () => Promise<Seen>): Promise<Seen> {
  for (let left = attempts - 1; ; left -= 1) {
    try {
      return await look();
    } catch (error) {
      if (left === 0 || !(error instanceof HostFault) || !error.answers) throw error;
    }
  }
}
