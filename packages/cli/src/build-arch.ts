/** Machines by our name, with the name that libbpf's headers have for them, and Debian's for folders of headers. */
export const machines = {
  'x86-64': { target: 'x86', triple: 'x86_64-linux-gnu' },
  arm64: { target: 'arm64', triple: 'aarch64-linux-gnu' },
} as const;

export type BuildArch = keyof typeof machines;
export const buildArchs = Object.keys(machines) as readonly BuildArch[];

/** What programs are built for where nothing is said. */
export function ownArch(): BuildArch {
  return process.arch === 'arm64' ? 'arm64' : 'x86-64';
}
