import type { DescService, MessageInitShape, MessageShape } from '@bpfleet/contracts';
import type { Caller } from '../access/caller.ts';

/** One service of `control.v1`: what each of its methods does for a caller who may do it. Throws Problem. */
export type ControlMethods<S extends DescService> = {
  readonly [M in keyof S['method']]: (
    request: MessageShape<S['method'][M]['input']>,
    caller: Caller,
  ) => Promise<MessageInitShape<S['method'][M]['output']>>;
};

export interface ControlPart<S extends DescService> {
  readonly service: S;
  readonly methods: ControlMethods<S>;
}
