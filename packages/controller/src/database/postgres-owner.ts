import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { ControllerError } from '../controller-error.ts';

const run = promisify(execFile);
const userName = 'postgres';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Whom the server runs as: PostgreSQL refuses to run as root. undefined: whoever we are. */
export async function postgresOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) {
    return undefined;
  }
  const known = await findUser();
  if (known !== undefined) {
    return known;
  }
  try {
    await run('groupadd', ['--system', '--force', userName]);
    await run('useradd', ['--system', '--gid', userName, '--no-create-home', '--shell', '/usr/sbin/nologin', userName]);
  } catch (cause) {
    const message =
      'PostgreSQL does not run as root, and a user "postgres" could not be made: add one, or set DATABASE_URL.';
    throw new ControllerError('database_unavailable', message, { cause });
  }
  return findUser();
}

async function findUser(): Promise<Owner | undefined> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((entry) => entry.startsWith(`${userName}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Throws ControllerError unless every folder on the way may be entered by `owner`. */
export async function requireReachable(folder: string, owner: Owner): Promise<void> {
  for (let step = folder; ; step = dirname(step)) {
    const { mode, uid, gid } = await stat(step);
    const bit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      const message = `PostgreSQL runs as user "${userName}", which may not enter ${step}: allow it (chmod o+x ${step}), or choose another data folder.`;
      throw new ControllerError('data_dir_unusable', message);
    }
    if (dirname(step) === step) {
      return;
    }
  }
}
