/** Who calls the node's service. */
export type Caller =
  /** Over the unix socket, as the kernel tells it of the process that connected. */
  | { readonly kind: 'process'; readonly uid: number; readonly gid: number; readonly pid: number }
  /** Over TCP, by the name in its certificate. */
  | { readonly kind: 'name'; readonly name: string };

export function callerText(caller: Caller): string {
  return caller.kind === 'process' ? `uid ${caller.uid}` : `name ${caller.name}`;
}

/** Whether a caller may end what another has loaded: its own, and root all of it. */
export function mayEnd(caller: Caller, owner: Caller): boolean {
  if (caller.kind === 'name') return owner.kind === 'name' && owner.name === caller.name;
  return caller.uid === 0 || (owner.kind === 'process' && owner.uid === caller.uid);
}
