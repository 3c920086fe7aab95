/** Architectures as Node and npm name them. */
export const archs = ['x64', 'arm64'] as const;
export type Arch = (typeof archs)[number];
