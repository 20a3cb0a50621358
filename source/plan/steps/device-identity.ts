import * as z from 'zod';
import { gigabytes } from '../../storage/bytes.ts';
import { kloudspot } from '../../text/command.ts';
import { parseSafeJson } from '../../text/safe-text.ts';
import { look } from '../execution/carry-out.ts';
import type { LookContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** What identified the device when it was chosen. */
export const deviceIdentity = z.object({
  path: z.string(),
  sizeBytes: z.number().int(),
  wwn: z.string().optional(),
  serial: z.string().optional(),
});
export type DeviceIdentity = z.output<typeof deviceIdentity>;

/** lsblk(8) with -J -b. */
const devices = z.object({
  blockdevices: z.array(
    z.object({
      path: z.string(),
      size: z.number(),
      serial: z.string().nullish(),
      wwn: z.string().nullish(),
      mountpoints: z.array(z.string().nullable()).default([]),
      children: z
        .array(
          z.object({
            path: z.string().default(''),
            mountpoints: z.array(z.string().nullable()).default([]),
            children: z.array(z.unknown()).default([]),
          }),
        )
        .default([]),
    }),
  ),
});

/** wipefs(8) with -n -J: an empty list where nothing is on the device. */
const signatures = z.object({ signatures: z.array(z.object({ type: z.string() })) });

/** The same device by everything that it was chosen by, and nothing on it: looked at just before it is written to. Throws `StepFault`. */
export async function identifyBlank(
  context: LookContext,
  node: string,
  device: DeviceIdentity,
  wish: string,
): Promise<void> {
  const refuse = refusing(node, device, wish);
  const seen = await identify(context, node, device, refuse);
  if (seen.children.length > 0 || seen.mountpoints.some(Boolean)) throw refuse('it is in use now');
  const found = await signaturesOn(context, node, device.path, refuse);
  if (found.length > 0) throw refuse(`it holds ${found.join(', ')}`);
}

/**
 * The same device by everything that it was chosen by, not in use, and nothing on it but what the plan erases. Whether
 * there is something to erase: a break may have come after the erasing. Throws `StepFault`.
 */
export async function identifyErased(
  context: LookContext,
  node: string,
  {
    device,
    paths,
    wish,
  }: { readonly device: DeviceIdentity; readonly paths: readonly string[]; readonly wish: string },
): Promise<boolean> {
  const refuse = refusing(node, device, wish);
  const seen = await identify(context, node, device, refuse);
  const parts = seen.children;
  if ([seen, ...parts].some(({ mountpoints }) => mountpoints.some(Boolean))) throw refuse('it is mounted now');
  if (parts.some(({ children }) => children.length > 0)) throw refuse('something uses a partition of it now');
  const other = parts.find(({ path }) => !paths.includes(path));
  if (other) throw refuse(`${other.path} is on it now, which is not in the plan`);
  return parts.length > 0 || (await signaturesOn(context, node, device.path, refuse)).length > 0;
}

type Refuse = (seen: string) => StepFault;

const refusing =
  (node: string, { path }: DeviceIdentity, wish: string): Refuse =>
  (seen) =>
    new StepFault({
      tried: `${wish} on ${path} of ${node}`,
      seen,
      next: [`${kloudspot('storage list')}  shows the disks as they are now`, 'Nothing was written to the device'],
    });

async function identify(context: LookContext, node: string, device: DeviceIdentity, refuse: Refuse) {
  const columns = 'PATH,SIZE,SERIAL,WWN,MOUNTPOINTS';
  const listed = await look(context, node, ['lsblk', '-J', '-b', '-o', columns, device.path]);
  const [seen] = listed.code === 0 ? devices.parse(parseSafeJson(listed.stdout)).blockdevices : [];
  if (!seen) throw refuse('the device no longer exists');
  const differs = difference(device, seen);
  if (differs !== undefined) throw refuse(differs);
  return seen;
}

async function signaturesOn(context: LookContext, node: string, path: string, refuse: Refuse): Promise<string[]> {
  const wiped = await look(context, node, ['wipefs', '-n', '-J', path]);
  if (wiped.code !== 0) throw refuse(wiped.stderr.trim() || `wipefs ended with ${wiped.code}`);
  const text = wiped.stdout.trim();
  return text === '' ? [] : signatures.parse(parseSafeJson(text)).signatures.map(({ type }) => type);
}

function difference(
  device: DeviceIdentity,
  seen: z.output<typeof devices>['blockdevices'][number],
): string | undefined {
  if (seen.size !== device.sizeBytes) return `it has ${gigabytes(seen.size)}, not ${gigabytes(device.sizeBytes)}`;
  if ((seen.wwn ?? undefined) !== device.wwn) return `its WWN is ${seen.wwn ?? 'none'}, not ${device.wwn ?? 'none'}`;
  if ((seen.serial ?? undefined) !== device.serial)
    return `its serial number is ${seen.serial ?? 'none'}, not ${device.serial ?? 'none'}`;
  return undefined;
}
