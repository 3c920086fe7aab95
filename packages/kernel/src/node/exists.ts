import { statSync } from 'node:fs';

/**
 * Whether there is such a file, and this process may know of it. Not by access(2), which existsSync uses: that asks for the real
 * user, whose capabilities count for nothing there unless it is root.
 */
export function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
