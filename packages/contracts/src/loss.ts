import { type LossCounts, noLoss } from '@bpfleet/aggregate';
import { create } from '@bufbuild/protobuf';
import { type LossCounts as LossCountsMessage, LossCountsSchema } from './gen/bpfleet/trace/v1/result_pb.ts';

export function encodeLoss(loss: LossCounts): LossCountsMessage {
  return create(LossCountsSchema, loss);
}

/** An absent message means that nothing was lost. */
export function decodeLoss(message: LossCountsMessage | undefined): LossCounts {
  if (message === undefined) return noLoss();
  const { kernel, sampledOut, truncated, evicted, mapFull, readFailed } = message;
  return { kernel, sampledOut, truncated, evicted, mapFull, readFailed };
}
