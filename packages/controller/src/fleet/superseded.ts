import { RpcError } from '@bpfleet/contracts';

/** What a connection says is refused: the node has a newer one, maybe to another controller. */
export function superseded(): RpcError {
  return new RpcError('ABORTED', 'a newer connection of this node took over');
}
