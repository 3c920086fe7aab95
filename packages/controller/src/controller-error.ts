export type ControllerErrorCode =
  | 'invalid_config'
  | 'data_dir_unusable'
  | 'tools_unusable'
  | 'other_authority'
  | 'database_unavailable'
  | 'port_in_use'
  | 'address_unusable';

/** Why the controller did not start. The message is one sentence that names what to change. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError';
  readonly code: ControllerErrorCode;

  constructor(code: ControllerErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
