import {
  carriedManifest,
  decode,
  type ObjectManifest,
  type ObjectSection,
  readObject,
  sectionFunctions,
} from '@bpfleet/bpf';
import type { ProgramUses } from './program-uses.ts';
import { helpersIn } from './script-uses.ts';
import { placeNames, sectionNames, split } from './section-names.ts';

/** `SHF_EXECINSTR` (elf(5)). */
const EXECUTABLE = 4;

/** Of an object, by its sections, their instructions and what its manifest says of its programs. Throws ElfError. */
export function objectUses(object: Uint8Array): ProgramUses {
  const sections = readObject(object);
  const code = [...sections.entries()].filter(([, { flags }]) => (Number(flags) & EXECUTABLE) !== 0);
  const functions = sectionFunctions(sections);
  const settings = programSettings(sections);
  const probes = code.flatMap(([index, { name }]) => {
    const programs = (functions.get(index) ?? []).map((each) => each.name);
    return programs.length === 0 ? sectionNames(name) : programs.flatMap((each) => sectionNames(name, settings(each)));
  });
  return {
    probes: [...new Set([...probes, ...attachedElsewhere(sections)])],
    functions: [...new Set(code.flatMap(([, { bytes }]) => helpersIn(decode(bytes) ?? [])))],
  };
}

/** Where its manifest attaches programs instead. */
function attachedElsewhere(sections: readonly ObjectSection[]): string[] {
  return Object.values(programsOf(sections)).flatMap(({ attach }) =>
    attach === undefined ? [] : placeNames(...split(attach)),
  );
}

function programSettings(sections: readonly ObjectSection[]) {
  const programs = programsOf(sections);
  return (name: string) => (Object.hasOwn(programs, name) ? programs[name] : undefined);
}

/** A manifest that is wrong is refused later. */
function programsOf(sections: readonly ObjectSection[]): NonNullable<ObjectManifest['programs']> {
  const read = carriedManifest(sections);
  return 'problems' in read ? {} : (read.manifest.programs ?? {});
}
