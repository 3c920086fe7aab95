import type { GuestKind } from '../guests.ts';
import { debianArchitecture, downloadEach, withDependencies } from './apt.ts';
import { extracted } from './extract.ts';

/** What tools of the library look into: a JVM, Node, PostgreSQL, MariaDB and its client. */
const services = [
  'openjdk-17-jre-headless',
  'nodejs',
  'postgresql-15',
  'mariadb-server-core',
  'mariadb-client-core',
] as const;

/** What they depend on by name and do without: compilers of queries, Perl, sound, fonts, printers, and what only an installation needs. */
const doneWithout =
  /^(libllvm|libz3|perl|libperl|locales|libc-l10n|fonts-|ca-cert|usrmerge|dpkg|tar$|libasound|libcups|libavahi)/;

/** Folders of the unpacked packages. */
export async function fetchServices({ arch }: GuestKind): Promise<string[]> {
  const architecture = debianArchitecture(arch);
  const all = await withDependencies(services, architecture, 'bookworm');
  const wanted = all.filter(
    (each) => [architecture, 'all'].includes(each.architecture) && !doneWithout.test(each.name),
  );
  return Promise.all((await downloadEach(wanted)).map(extracted));
}
