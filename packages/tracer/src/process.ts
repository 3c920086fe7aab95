// What an agent at rest needs: it comes without compiler and tracer.
export { mapLargeBlocks, type PeerCredentials, peerCredentials, releasePages } from '@bpfleet/kernel/process';
