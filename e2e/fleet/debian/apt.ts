import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fleetState } from '../state.ts';

const execute = promisify(execFile);

/** Where guests' packages come from: for libraries bookworm, as on the host; for kernels each its own suite. */
const sources = [
  ['debian', 'bookworm', 'bookworm-backports', 'bullseye', 'sid'],
  ['debian-security', 'bookworm-security', 'bullseye-security'],
] as const;

const folder = join(fleetState, 'apt');
const archives = join(folder, 'archives');

/** `architecture` as Debian names it. */
export interface PackageVersion {
  readonly name: string;
  readonly architecture: 'amd64' | 'arm64';
  readonly version: string;
}

/**
 * apt with lists, cache and architectures of our own: the host's packages are neither read nor changed. Its settings are,
 * for a proxy may be among them. apt checks every package against the signed index.
 */
async function apt(command: 'apt-get' | 'apt-cache', ...args: string[]): Promise<string> {
  const options = { cwd: archives, maxBuffer: 64 << 20, timeout: 300_000, env: { ...process.env, LC_ALL: 'C' } };
  const { stdout } = await execute(command, ['-c', join(folder, 'apt.conf'), '-q', ...args], options).catch((error) => {
    const said = String(error.stderr ?? error.message).match(/^E: .*/m)?.[0] ?? String(error.message).split('\n')[0];
    throw new Error(`${said} (is the Debian mirror reachable?)`, { cause: error });
  });
  return stdout;
}

/** How long the mirror's indexes are good. */
const indexMs = 12 * 3_600_000;

let updated: Promise<void> | undefined;

/** Reads the mirror's indexes where ours are old. @throws Error where the mirror is not reachable */
function updateLists(): Promise<void> {
  updated ??= update();
  return updated;
}

async function update(): Promise<void> {
  for (const path of ['lists/partial', 'cache', 'archives']) mkdirSync(join(folder, path), { recursive: true });
  const settings = configuration();
  const stamp = join(folder, 'updated');
  const fresh = existsSync(stamp) && Date.now() - statSync(stamp).mtimeMs < indexMs;
  if (fresh && readFileSync(stamp, 'utf8') === settings + sourcesList()) return;
  writeFileSync(join(folder, 'status'), '');
  writeFileSync(join(folder, 'sources.list'), sourcesList());
  writeFileSync(join(folder, 'apt.conf'), settings);
  await apt('apt-get', 'update', '--error-on=any');
  writeFileSync(stamp, settings + sourcesList());
}

function sourcesList(): string {
  const lines = sources.flatMap(([archive, ...suites]) =>
    suites.map((suite) => `deb [arch=amd64,arm64] http://deb.debian.org/${archive} ${suite} main\n`),
  );
  return lines.join('');
}

function configuration(): string {
  return `#clear APT::Update;
#clear DPkg;
#clear APT::Architectures;
APT::Architecture "amd64";
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "root";
Dir::State "${folder}";
Dir::State::Lists "${folder}/lists";
Dir::State::status "${folder}/status";
Dir::Cache "${folder}/cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Etc::SourceList "${folder}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Acquire::Languages "none";
Acquire::Retries "2";
// A mirror may lag behind: an old index is as good to boot from, and is signed as well.
Acquire::Check-Valid-Until "false";
`;
}

/** Every version of a package that the suites have, newest first; `suite` leaves the others out. */
export async function versions(
  name: string,
  architecture: PackageVersion['architecture'],
  suite: string,
): Promise<PackageVersion[]> {
  await updateLists();
  const lines = (await apt('apt-cache', 'madison', `${name}:${architecture}`)).split('\n');
  return lines.flatMap((line) => {
    const [, version = '', source = ''] = line.split('|').map((part) => part.trim());
    const from = source.split(' ')[1]?.split('/')[0];
    return from === suite || from === `${suite}-security` ? [{ name, architecture, version }] : [];
  });
}

/** A package and everything it depends on, as apt would install them on a machine that has nothing. */
export async function withDependencies(
  name: string,
  architecture: PackageVersion['architecture'],
  suite: string,
): Promise<PackageVersion[]> {
  await updateLists();
  const simulated = ['install', '--simulate', '--no-install-recommends', '--target-release', suite];
  const stdout = await apt('apt-get', ...simulated, `${name}:${architecture}`);
  return [...stdout.matchAll(/^Inst ([^ :]+)(?::\w+)? \(([^ ]+) .*\[(\w+)\]\)/gm)].map(
    ([, dependency = '', version = '', its = '']) => ({
      name: dependency,
      // What is for all architectures is fetched as the one asked for.
      architecture: its === 'all' ? architecture : (its as PackageVersion['architecture']),
      version,
    }),
  );
}

/** Names of packages that match, as apt's search has it. */
export async function packageNames(pattern: string, architecture: PackageVersion['architecture']): Promise<string[]> {
  await updateLists();
  const stdout = await apt('apt-cache', 'search', '--names-only', pattern);
  return stdout
    .split('\n')
    .map((line) => line.split(' ')[0]?.split(':')[0] ?? '')
    .filter((name) => name.endsWith(architecture));
}

/**
 * Fetches a package and returns its path. A file that is there already is used where its hash is the index's; half a
 * download or a damaged one is fetched again.
 */
export async function download(wanted: PackageVersion): Promise<string> {
  await updateLists();
  const { name, architecture, version } = wanted;
  const id = `${name}:${architecture}=${version}`;
  const digest = /^SHA256: ([0-9a-f]{64})$/m.exec(await apt('apt-cache', 'show', id))?.[1];
  // As apt names it: the colon of an epoch is written %3a.
  const path = join(archives, `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`);
  if (sha256(path) === digest) return path;
  rmSync(path, { force: true });
  await apt('apt-get', 'download', id);
  if (sha256(path) !== digest) throw new Error(`${id} is not what the signed index says: it was not used`);
  return path;
}

function sha256(path: string): string | null {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
}
