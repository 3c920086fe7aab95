import { dirname, resolve } from 'node:path';

const DEBUG_FOLDER = '/usr/lib/debug';
let folders: readonly string[] = [];

/** Has files of debugging information looked for in these folders too, and there first. For all of this process. */
export function addDebugFolders(paths: readonly string[]): void {
  folders = [...folders, ...paths.map((path) => resolve(path))];
}

/**
 * Where a file of debugging information may be, as GDB looks for it ("Debugging Information in Separate Files"): by the
 * build ID of a program, and by the name that its `.gnu_debuglink` has. `root`: where the program's process sees files.
 */
export function debugFiles(path: string, root: string, id: string | undefined, link: string | undefined): string[] {
  const beside = dirname(path);
  const all = [...folders, DEBUG_FOLDER];
  const byId =
    id === undefined ? [] : all.map((folder) => `${folder}/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`);
  const byName = [
    ...folders.map((folder) => `${folder}/${link}`),
    ...[`${beside}/${link}`, `${beside}/.debug/${link}`],
    ...all.map((folder) => `${folder}${beside}/${link}`),
  ];
  const places = [...byId, ...(link === undefined ? [] : byName)];
  return root === '' ? places : [...places.map((place) => root + place), ...places];
}
