import { WorkloadProcess } from './workload-process.ts';

/** Makes getppid(2) calls. */
export class GetppidWorkload extends WorkloadProcess {
  static async start(): Promise<GetppidWorkload> {
    const workload = new GetppidWorkload(...WorkloadProcess.spawn({ main: 'getppid-main' }));
    await workload.nextCount();
    return workload;
  }
}
