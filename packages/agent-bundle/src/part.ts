import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Arch } from './arch.ts';

/** An npm package of one architecture, with the digest that the workspace's lockfiles hold. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** As npm writes it: `sha512-` and base64. */
  readonly integrity: string;
  /** The file of it that goes into the bundle. */
  readonly file: string;
}

interface ToolchainLock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string } | undefined>>;
}

interface WorkspaceLock {
  readonly packages: Readonly<Record<string, { readonly resolution: { readonly integrity: string } }>>;
}

const root = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** The Node that runs the workspace: deploy/toolchain pins both architectures. */
export function nodePart(arch: Arch): Part {
  const name = `node-linux-${arch}`;
  const locked = (JSON.parse(read('deploy/toolchain/package-lock.json')) as ToolchainLock).packages[
    `node_modules/${name}`
  ];
  if (!locked) throw new Error(`deploy/toolchain/package-lock.json does not pin ${name}`);
  return { name, version: locked.version, integrity: locked.integrity, file: 'bin/node' };
}

/** koffi's library: pnpm-lock.yaml pins it for every platform. */
export function koffiPart(arch: Arch): Part {
  const name = `@koromix/koffi-linux-${arch}`;
  const { packages } = parse(read('pnpm-lock.yaml')) as WorkspaceLock;
  const found = Object.entries(packages).filter(([id]) => id.startsWith(`${name}@`));
  const [entry] = found;
  if (!entry || found.length > 1) throw new Error(`pnpm-lock.yaml pins ${found.length} versions of ${name}, not one`);
  const [id, { resolution }] = entry;
  return {
    name,
    version: id.slice(name.length + 1),
    integrity: resolution.integrity,
    file: `linux_${arch}/koffi.node`,
  };
}
