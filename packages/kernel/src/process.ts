// What an agent at rest needs of the kernel: it comes without libbpf, types and symbols, which are most of this package.
export { mapLargeBlocks } from './node/map-large-blocks.ts';
export { type PeerCredentials, peerCredentials } from './node/peer-credentials.ts';
export { releasePages } from './node/release-pages.ts';
