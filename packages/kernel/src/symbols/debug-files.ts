import { dirname } from 'node:path';

const DEBUG_FOLDER = '/usr/lib/debug';

/** Where a file of debugging symbols may be, as GDB looks for it ("Debugging Information in Separate Files"). */
export function debugFiles(path: string, root: string, id: string | undefined, link: string | undefined): string[] {
  const folder = dirname(path);
  const places = [
    ...(id === undefined ? [] : [`${DEBUG_FOLDER}/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`]),
    ...(link === undefined
      ? []
      : [`${folder}/${link}`, `${folder}/.debug/${link}`, `${DEBUG_FOLDER}${folder}/${link}`]),
  ];
  return root === '' ? places : [...places.map((place) => root + place), ...places];
}
