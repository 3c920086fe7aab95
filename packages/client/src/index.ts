export { ApiError } from './api-error.ts';
export type * from './api-types.ts';
export type { FollowOptions } from './follow.ts';
export type { Endpoint } from './http.ts';
export * from './rest-client.ts';
