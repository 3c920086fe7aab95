import { resolve } from 'node:path';
import { type Arch, agentBundles } from '@bpfleet/agent-bundle';
import { programFolders } from '../conform/program-folders.ts';
import { fetchKernel } from '../debian/kernel.ts';
import { fetchLibraries } from '../debian/libraries.ts';
import { step } from '../fleet-error.ts';
import type { GuestKind } from '../guests.ts';
import type { GuestContent } from './initramfs.ts';
import { servicesDisk } from './services-disk.ts';

const entry = resolve(import.meta.dirname, 'entry.ts');
const nodeArch = ({ arch }: GuestKind): Arch => (arch === 'x86-64' ? 'x64' : arch);

/**
 * What each guest is made of, with a disk of services where `services` says so; a guest whose parts cannot be had has its reason instead. Abort ends it between
 * two guests.
 */
export async function guestContents(
  kinds: readonly GuestKind[],
  services: boolean,
  signal: AbortSignal,
): Promise<Map<GuestKind, GuestContent | Error>> {
  const bundles = await step('agent bundle', 'making it', () => agentBundles([...new Set(kinds.map(nodeArch))], entry));
  const programs = await step('programs', 'fetching them', programFolders);
  const contents = new Map<GuestKind, GuestContent | Error>();
  for (const kind of kinds) {
    signal.throwIfAborted();
    try {
      const libraries = await step(kind.name, 'fetching its packages', () => fetchLibraries(kind));
      const kernel = await step(kind.name, 'fetching its kernel', () => fetchKernel(kind));
      const disk = services ? await step(kind.name, 'making its disk', () => servicesDisk(kind)) : null;
      contents.set(kind, { kernel, libraries, disk, agent: bundles.get(nodeArch(kind)) ?? '', programs });
    } catch (error) {
      contents.set(kind, error as Error);
    }
  }
  return contents;
}
