import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';

/** Beside the programs that run as root; what is in it is gone after a restart, as is what it tells of. */
const FOLDER = '/run/bpfleet';
const MAX_BYTES = 64 * 1024;

/** What is known of a kernel from processes before this one. */
export interface KnownFeatures {
  has(name: string): boolean;
  /** Keeps it for the processes after this one. */
  add(name: string): void;
}

/**
 * Features that this kernel was seen to have since it was started: some take 70 ms to try. Only what is there is kept, for
 * a thing may be missing for a reason that passes. Nothing is kept, and all is tried, where `folder` cannot be written to
 * or belongs to another user.
 *
 * @param revision of the probes: what older ones found is not asked
 */
export function knownFeatures(revision: number, folder = FOLDER): KnownFeatures {
  const file = `${folder}/features`;
  const heading = `${revision} ${bootId()} ${process.geteuid?.() ?? ''} ${capabilities()}`;
  let names: Set<string> | null = null;
  const known = () => {
    names ??= read(file, heading);
    return names;
  };
  return {
    has: (name) => known().has(name),
    add(name) {
      known().add(name);
      write(folder, file, [heading, ...known()].join('\n'));
    },
  };
}

/** What this process may do, as the kernel writes it (proc_pid_status(5)): with less it can do less. */
function capabilities(): string {
  return /^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

function read(file: string, heading: string): Set<string> {
  try {
    // O_NOFOLLOW and the owner: what another user wrote is not believed.
    const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(fd);
      const ours = stat.isFile() && stat.uid === process.geteuid?.() && (stat.mode & 0o022) === 0;
      if (!ours || stat.size > MAX_BYTES) return new Set();
      const [first, ...names] = readFileSync(fd, 'latin1').split('\n');
      return new Set(first === heading ? names : []);
    } finally {
      closeSync(fd);
    }
  } catch {
    return new Set();
  }
}

/** Two processes may write at once: the last one's is kept, and whole. */
function write(folder: string, file: string, text: string): void {
  const part = `${file}.${process.pid}`;
  try {
    // Not `recursive`: Node tries for ever where the kernel answers ENOENT, as in /proc.
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o755 });
    writeFileSync(part, text, { mode: 0o644, flag: 'wx' });
    renameSync(part, file);
  } catch {
    // Then the next process tries again.
  }
}
