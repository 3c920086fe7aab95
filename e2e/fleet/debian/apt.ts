import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { GuestKind } from '../guests.ts';
import { fleetState } from '../state.ts';

const execute = promisify(execFile);

/** Where guests' packages come from: for libraries bookworm, as on the host; for kernels each its own suite. */
const sources = [
  ['debian', 'bookworm', 'bookworm-backports', 'bullseye', 'sid'],
  ['debian-security', 'bookworm-security', 'bullseye-security'],
] as const;

const folder = join(fleetState, 'apt');
const archives = join(folder, 'archives');

/** A machine's architecture as Debian names it. */
export type DebianArchitecture = 'amd64' | 'arm64';

/** As Debian names the architecture of a guest. */
export function debianArchitecture(arch: GuestKind['arch']): DebianArchitecture {
  return arch === 'x86-64' ? 'amd64' : arch;
}

export interface PackageVersion {
  readonly name: string;
  readonly architecture: DebianArchitecture | 'all';
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

/** Every version of a package that a suite has, newest first. */
export async function versions(
  name: string,
  architecture: DebianArchitecture,
  suite: string,
): Promise<PackageVersion[]> {
  return (await versionsOfEach([name], architecture, suite)).get(name) ?? [];
}

/** versions() of many packages at once: apt reads its whole index for each question. A name that the suite has not is left out. */
export async function versionsOfEach(
  names: readonly string[],
  architecture: DebianArchitecture,
  suite: string,
): Promise<Map<string, PackageVersion[]>> {
  await updateLists();
  const lines = (await apt('apt-cache', 'madison', ...names.map((name) => `${name}:${architecture}`))).split('\n');
  const found = lines.flatMap((line): PackageVersion[] => {
    const [name = '', version = '', source = ''] = line.split('|').map((part) => part.trim());
    const from = source.split(' ')[1]?.split('/')[0];
    const isWanted = from === suite || from === `${suite}-security`;
    return isWanted ? [{ name: name.replace(/:.*/, ''), architecture, version }] : [];
  });
  return Map.groupBy(found, ({ name }) => name);
}

/** Packages and everything they depend on, as apt would install them on a machine that has nothing. */
export async function withDependencies(
  names: readonly string[],
  architecture: DebianArchitecture,
  suite: string,
): Promise<PackageVersion[]> {
  await updateLists();
  // Seen from there: what is good for every architecture is then of its own too.
  const simulated = [
    '-o',
    `APT::Architecture=${architecture}`,
    'install',
    '--simulate',
    '--no-install-recommends',
    '--target-release',
    suite,
  ];
  const stdout = await apt('apt-get', ...simulated, ...names.map((name) => `${name}:${architecture}`));
  return [...stdout.matchAll(/^Inst ([^ :]+)(?::\w+)? \(([^ ]+) .*\[(\w+)\]\)/gm)].map(
    ([, dependency = '', version = '', its = '']) => ({
      name: dependency,
      architecture: its as PackageVersion['architecture'],
      version,
    }),
  );
}

/** Names of packages that match, as apt's search has it. */
export async function packageNames(pattern: string, architecture: DebianArchitecture): Promise<string[]> {
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
  const [path] = await downloadEach([wanted]);
  return path ?? '';
}

/** download() of many packages at once, in their order. */
export async function downloadEach(wanted: readonly PackageVersion[]): Promise<string[]> {
  await updateLists();
  const digests = await digestsOf(wanted);
  const missing = wanted.filter((each) => sha256(archiveOf(each)) !== digests.get(idOf(each)));
  for (const each of missing) rmSync(archiveOf(each), { force: true });
  if (missing.length > 0) await apt('apt-get', 'download', ...missing.map(idOf));
  const wrong = missing.find((each) => sha256(archiveOf(each)) !== digests.get(idOf(each)));
  if (wrong !== undefined) throw new Error(`${idOf(wrong)} is not what the signed index says: it was not used`);
  return wanted.map(archiveOf);
}

/** What the signed index says of packages, by idOf(). */
async function digestsOf(wanted: readonly PackageVersion[]): Promise<Map<string, string>> {
  const stanzas = (await apt('apt-cache', 'show', ...wanted.map(idOf))).split('\n\n');
  const field = (stanza: string, name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(stanza)?.[1] ?? '';
  return new Map(
    wanted.flatMap((each) => {
      const stanza = stanzas.find(
        (one) => field(one, 'Package') === each.name && field(one, 'Version') === each.version && isFor(one, each),
      );
      return stanza === undefined ? [] : [[idOf(each), field(stanza, 'SHA256')]];
    }),
  );

  function isFor(stanza: string, { architecture }: PackageVersion): boolean {
    return [architecture, 'all'].includes(field(stanza, 'Architecture'));
  }
}

/** As apt's commands take it: what is for all architectures is the same under each. */
function idOf({ name, architecture, version }: PackageVersion): string {
  return architecture === 'all' ? `${name}=${version}` : `${name}:${architecture}=${version}`;
}

/** As apt names it: the colon of an epoch is written %3a. */
function archiveOf({ name, architecture, version }: PackageVersion): string {
  return join(archives, `${name}_${version.replaceAll(':', '%3a')}_${architecture}.deb`);
}

function sha256(path: string): string | null {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
}
