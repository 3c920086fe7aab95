import { spawnSync } from 'node:child_process';
import { run, SetupError, step } from './step.mjs';

/** Installs what dpkg does not list as installed. */
export function installDebianPackages(names) {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return;
  if (spawnSync('apt-get', ['--version']).status !== 0)
    throw new SetupError(
      `Please install ${missing.join(', ')}: this set-up can only do so on Debian and its relatives.`,
    );
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const advice = 'Is the Debian mirror reachable?';
  step(`installing ${missing.join(', ')} from Debian`, () => {
    run('apt-get', ['update', '-q'], { advice, env });
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { advice, env });
  });
}

function isInstalled(name) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own syntax
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return status === 0 && stdout.endsWith(' installed');
}
