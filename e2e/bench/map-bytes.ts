import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the kernel says that a process's maps take: proc(5), fdinfo of a map. */
export function mapBytes(pid: number): number {
  const folder = `/proc/${pid}/fdinfo`;
  const sizes = new Map<string, number>();
  for (const fd of readdirSync(folder)) {
    const text = readFileSync(join(folder, fd), 'utf8');
    const [id, bytes] = [/^map_id:\s*(\d+)$/m.exec(text)?.[1], /^memlock:\s*(\d+)$/m.exec(text)?.[1]];
    // One map may have several descriptors.
    if (id !== undefined && bytes !== undefined) sizes.set(id, Number(bytes));
  }
  return [...sizes.values()].reduce((sum, each) => sum + each, 0);
}
