export { type ControllerConfig, type Endpoint, parseControllerConfig } from './config/controller-config.ts';
export { ControllerError, type ControllerErrorCode } from './controller-error.ts';
export { type RunningController, startController } from './start-controller.ts';
