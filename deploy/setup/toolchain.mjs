import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stamp } from './stamp.mjs';
import { root, run, step } from './step.mjs';

const folder = join(root, 'deploy/toolchain');

/** The pinned Node, whatever Node runs this file. */
export const nodeBinary = () => join(folder, `node_modules/node-linux-${process.arch}/bin/node`);
/** pnpm is a native program, which npm installs beside its wrapper. */
export const pnpmBinary = () => join(folder, `node_modules/@pnpm/exe.linux-${process.arch}/pnpm`);

/** Puts the pinned Node and pnpm first on the PATH of what set-up starts. */
export const toolchainEnv = () => ({
  PATH: [join(nodeBinary(), '..'), join(pnpmBinary(), '..'), process.env.PATH].join(':'),
});

/** Node and pnpm at the versions of deploy/toolchain/package-lock.json, from npm. */
export function installToolchain() {
  const current = stamp('toolchain', ['deploy/toolchain/package-lock.json']);
  if (current.holds() && existsSync(nodeBinary()) && existsSync(pnpmBinary())) return;
  step('installing the pinned Node and pnpm from npm', () =>
    run('npm', ['ci', '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'], {
      cwd: folder,
      advice: 'Is the npm registry reachable?',
    }),
  );
  current.set();
}
