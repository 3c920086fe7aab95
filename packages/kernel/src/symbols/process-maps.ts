/** A stretch of a process's memory that holds code. `path` is empty for memory without a file. */
export interface CodeMapping {
  readonly start: number;
  readonly end: number;
  /** Of `start` in the file. Bytes. */
  readonly offset: number;
  readonly path: string;
  /** As the kernel names the range, for /proc/PID/map_files. */
  readonly range: string;
  /** Device and inode of the file. */
  readonly file: string;
}

/** No process has more; each line is some 100 bytes. */
const MAX_LINES = 65_536;

/** The executable mappings of /proc/PID/maps, ascending (proc_pid_maps(5)). Lines that make no sense are left out. */
export function parseProcessMaps(text: string): CodeMapping[] {
  const mappings: CodeMapping[] = [];
  for (const [line] of text.matchAll(/[^\n]+/g)) {
    if (mappings.length >= MAX_LINES) break;
    const found = /^([0-9a-f]+)-([0-9a-f]+) ..x. ([0-9a-f]+) (\S+ \d+) *(.*)$/.exec(line);
    if (found === null) continue;
    const [, start = '', end = '', offset = '', file = '', path = ''] = found;
    mappings.push({
      start: Number.parseInt(start, 16),
      end: Number.parseInt(end, 16),
      offset: Number.parseInt(offset, 16),
      // The kernel writes line feeds of names as \012.
      path: path.replaceAll('\\012', '\n'),
      range: `${start}-${end}`,
      file,
    });
  }
  return mappings;
}

/** What was read again, with the mappings from before where they are the same: what is known of those still holds. */
export function keepSame(before: readonly CodeMapping[], now: readonly CodeMapping[]): CodeMapping[] {
  return now.map((mapping) => {
    const same = mappingAt(before, mapping.start);
    const isSame =
      same?.range === mapping.range &&
      same.file === mapping.file &&
      same.offset === mapping.offset &&
      same.path === mapping.path;
    return isSame ? same : mapping;
  });
}

/** The mapping that an address lies in. */
export function mappingAt(mappings: readonly CodeMapping[], address: number): CodeMapping | null {
  let low = 0;
  let high = mappings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((mappings[middle]?.start ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  const mapping = mappings[low - 1];
  return mapping !== undefined && address < mapping.end ? mapping : null;
}

/** Whether the kernel made the mapping, or nobody's file is behind it: code that a program wrote for itself. */
export function isAnonymous({ path }: CodeMapping): boolean {
  return path === '' || path.startsWith('[anon') || path.startsWith('//anon') || path.startsWith('/memfd:');
}
