import { getLibbpf } from '../ffi/libbpf.ts';
import { errnoError } from '../kernel-error.ts';
import type { Link } from './link.ts';

/** Of programs of maps of sockets: `enum bpf_attach_type` (linux/bpf.h). `sk_skb/verdict` needs 5.13. */
const ATTACH_TYPES = {
  'sk_skb/stream_parser': 4,
  'sk_skb/stream_verdict': 5,
  'sk_skb/verdict': 38,
  sk_msg: 7,
} as const;

export type SocketMapHook = keyof typeof ATTACH_TYPES;

/** The hook of a section; null where it is of another kind. */
export function socketMapHook(section: string): SocketMapHook | null {
  return Object.hasOwn(ATTACH_TYPES, section) ? (section as SocketMapHook) : null;
}

/**
 * Attaches a program to the sockets of a SOCKMAP or SOCKHASH. It ends with the map: who shares a map with others leaves it there.
 * Throws KernelError.
 */
export function attachToSockets(programFd: number, mapFd: number, hook: SocketMapHook): Link {
  const type = ATTACH_TYPES[hook];
  const result = getLibbpf().bpf_prog_attach(programFd, mapFd, type, 0);
  if (result < 0) throw errnoError(`attach ${hook} to a map of sockets`, result);
  let attached = true;
  const detach = () => {
    if (attached) getLibbpf().bpf_prog_detach2(programFd, mapFd, type);
    attached = false;
  };
  return { detach, close: detach };
}
