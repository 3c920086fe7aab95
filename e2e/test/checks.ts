/** What is checked without running anything: name, and the command of node_modules/.bin. */
export const checks: readonly { readonly name: string; readonly command: readonly [string, ...string[]] }[] = [
  { name: 'formatting and lint (biome)', command: ['biome', 'ci', '--error-on-warnings', '--colors=off'] },
  { name: 'types (tsc)', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'promises (eslint)', command: ['eslint'] },
  {
    name: 'import rule (dependency-cruiser)',
    command: ['depcruise', 'packages', '--config', '.dependency-cruiser.mjs'],
  },
  { name: 'dead code and dependencies (knip)', command: ['knip', '--no-progress'] },
  { name: 'protos (buf lint)', command: ['buf', 'lint', 'proto'] },
];
