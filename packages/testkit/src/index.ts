export { Child } from './lab/child.ts';
export { type CliResult, cliMain, runCli } from './lab/cli.ts';
export { freePorts } from './lab/free-port.ts';
export { heldPrograms } from './lab/held-programs.ts';
export { Lab } from './lab/lab.ts';
export { type ProxyMode, TcpProxy } from './lab/tcp-proxy.ts';
export { until } from './lab/until.ts';
export { seed, seedEnvironment } from './seed.ts';
export { GetppidWorkload } from './workload/getppid-workload.ts';
