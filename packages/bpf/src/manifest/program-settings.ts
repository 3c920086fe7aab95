import { type ManifestProgram, type ObjectManifest, OTHER_PROGRAMS } from './manifest.ts';

/** What a manifest says of one program: its own settings, and where they say nothing those of all others. */
export function programSettings({ programs = {} }: Pick<ObjectManifest, 'programs'>, name: string): ManifestProgram {
  return { ...programs[OTHER_PROGRAMS], ...(Object.hasOwn(programs, name) && programs[name]) };
}
