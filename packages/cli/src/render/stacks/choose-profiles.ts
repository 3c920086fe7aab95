import { isAdditive } from '@bpfleet/aggregate';
import type { ResultMap } from '@bpfleet/client';
import { wrongRequest } from '../../cli-error.ts';
import { type StackProfile, stackProfile } from './stack-profile.ts';

const scriptHint = "Stacks are counted by a script such as 'profile:hz:99 { @[kstack] = count(); }'";

/** The maps that can be written as profiles, at least one. Throws what to do where none can. */
export function chooseProfiles(maps: readonly ResultMap[], format: string): StackProfile[] {
  const stacked = maps.filter(({ key }) => key.includes('stack'));
  if (stacked.length === 0) {
    const what =
      maps.length === 0
        ? 'The session has no maps yet'
        : `No map has a stack in its key (${maps.map(({ name, key }) => `${name}[${key.join(', ')}]`).join(', ')})`;
    throw wrongRequest(
      `${what}, and --format ${format} writes stacks.`,
      `${scriptHint}; --format table shows any map.`,
    );
  }
  const profiles = stacked.filter(({ kind }) => isAdditive(kind));
  if (profiles.length === 0) {
    throw wrongRequest(
      `${stacked.map(({ name, kind }) => `${name} (${kind})`).join(', ')}: values that do not add up are no profile.`,
      `Count or sum by stack: ${scriptHint}; --format table shows any map.`,
    );
  }
  return profiles.map(stackProfile);
}

/** The one profile of formats that hold only one. Throws which there are. */
export function chooseProfile(maps: readonly ResultMap[], format: string): StackProfile {
  const [first, ...others] = chooseProfiles(maps, format);
  if (first === undefined || others.length > 0) {
    const names = [first, ...others].map((profile) => profile?.name).join(', ');
    throw wrongRequest(`--format ${format} writes one map, and several have stacks: ${names}.`, 'Choose with --map.');
  }
  return first;
}
