import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { stamp } from './stamp.mjs';
import { root, run, step } from './step.mjs';
import { pnpmBinary, toolchainEnv } from './toolchain.mjs';

/** The workspace's dependencies, as pnpm-lock.yaml pins them. */
export function installWorkspace() {
  const manifests = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests].filter((file) =>
    existsSync(join(root, file)),
  );
  const current = stamp('workspace', files);
  if (current.holds() && existsSync(join(root, 'node_modules/.modules.yaml'))) return;
  step('installing the workspace from npm', () =>
    run(pnpmBinary(), ['install', '--frozen-lockfile', '--reporter=append-only'], {
      env: { ...toolchainEnv(), CI: 'true' },
      advice: 'Is the npm registry reachable?',
    }),
  );
  current.set();
}

/** Generates or builds what changed: turbo compares the content of the sources with its cache. */
export function bringUpToDate(task) {
  step(task === 'build' ? 'building what changed' : 'generating code from proto/', () =>
    run(join(root, 'node_modules/.bin/turbo'), ['run', task, '--output-logs=errors-only'], {
      env: { ...toolchainEnv(), TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    }),
  );
}
