import { look, readText, sayAway } from '../execution/carry-out.ts';
import { seconds } from '../execution/define.ts';
import { isActive } from '../execution/restore-timer.ts';
import { closedPorts } from '../execution/tcp-probe.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, StateCheck } from '../step.ts';
import { applyUnit, cloudInitFile, cloudInitText, othersOf, type Parameters } from './network-files.ts';

/** `2: eth0    inet 10.0.4.22/24 brd … scope global [dynamic] eth0` */
async function addressState(context: LookContext, { node, address }: Parameters): Promise<StateCheck> {
  const { stdout } = await look(context, node, ['ip', '-4', '-o', 'address', 'show'], seconds(10));
  const line = stdout.split('\n').find((text) => text.includes(` inet ${address}/`));
  if (!line) return { ok: false, observed: `${node} does not have ${address}` };
  const leased = / dynamic\b/.test(line);
  return { ok: !leased, observed: leased ? `${address} is still a lease of DHCP` : `${node} has ${address}` };
}

/** Whether the node is as wanted, be it for good or until it restores. */
export async function inForce(context: LookContext, p: Parameters): Promise<StateCheck> {
  if ((await readText(context, p.node, p.path)) !== p.content) return { ok: false, observed: `${p.path} is another` };
  for (const path of othersOf(p)) {
    if ((await readText(context, p.node, path)) !== undefined)
      return { ok: false, observed: `${path} is still active` };
  }
  if (p.cloudInit && (await readText(context, p.node, cloudInitFile)) !== cloudInitText) {
    return { ok: false, observed: "cloud-init's network part is not turned off" };
  }
  if (p.atNextBoot) return { ok: true, observed: `${p.node} has ${p.address} from its next boot on` };
  return addressState(context, p);
}

/** Whether the node answers on its new address, also to its witness. Gives as not reached what a connection throws. */
export async function reached(context: LookContext, p: Parameters): Promise<StateCheck> {
  try {
    await context.reconnect(p.node);
    const applies = await isActive(context, p.node, `${applyUnit}.service`);
    if (!applies.answered) return silent(p.node, applies.said);
    if (applies.value) return { ok: false, observed: 'netplan is at work' };
    const { ok, observed } = await addressState(context, p);
    if (!ok || p.witness === undefined) return { ok, observed };
    const closed = await closedPorts(context, p.witness, p.address, [p.sshPort]);
    return {
      ok: closed.length === 0,
      observed: closed.length === 0 ? observed : `${p.witness} does not reach ${p.address}`,
    };
  } catch (error) {
    return { ok: false, observed: sayAway(error) };
  }
}
