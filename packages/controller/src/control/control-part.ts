import type { DescService, MessageInitShape, MessageShape } from '@bpfleet/contracts';
import type { Caller } from '../access/caller.ts';

type Method = DescService['method'][string];
type Request<M extends Method> = MessageShape<M['input']>;
type Response<M extends Method> = MessageInitShape<M['output']>;

/** `signal` aborts when the caller of a stream has gone. */
type ControlMethod<M extends Method> = M['methodKind'] extends 'server_streaming'
  ? (request: Request<M>, caller: Caller, signal: AbortSignal) => AsyncGenerator<Response<M>, void, void>
  : (request: Request<M>, caller: Caller) => Promise<Response<M>>;

/** One service of `control.v1`: what each of its methods does for a caller who may do it. Throws Problem. */
export type ControlMethods<S extends DescService> = {
  readonly [M in keyof S['method']]: ControlMethod<S['method'][M]>;
};

export interface ControlPart<S extends DescService> {
  readonly service: S;
  readonly methods: ControlMethods<S>;
}
