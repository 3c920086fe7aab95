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

/** The first folder on the way to `folder` that `owner` may not enter; undefined where it may enter all of them. */
export async function closedFolder(folder: string, owner: Owner): Promise<string | undefined> {
  for (let step = folder; ; step = dirname(step)) {
    const { mode, uid, gid } = await stat(step);
    const bit = uid === owner.uid ? 0o100 : gid === owner.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) {
      return step;
    }
    if (dirname(step) === step) {
      return undefined;
    }
  }
}

/** Throws ControllerError unless every folder on the way may be entered by `owner`. */
export async function requireReachable(folder: string, owner: Owner): Promise<void> {
  const closed = await closedFolder(folder, owner);
  if (closed !== undefined) {
    const message = `PostgreSQL runs as user "${userName}", which may not enter ${closed}: allow it (chmod o+x ${closed}), or choose another data folder.`;
    throw new ControllerError('data_dir_unusable', message);
  }
}
