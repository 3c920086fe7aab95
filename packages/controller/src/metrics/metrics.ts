import { Inject, Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { ConnectedAgents } from '../gateway/connected-agents.ts';
import { GatewayCounters } from '../gateway/gateway-counters.ts';
import { ResultPartitions } from '../results/result-partitions.ts';

/** Seconds: a call that only reads takes milliseconds, one that waits for nodes takes seconds. */
const seconds = [0.005, 0.02, 0.1, 0.5, 2, 10];

/** What this controller tells Prometheus. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private readonly rest = this.duration('bpfleet_rest_request_seconds', 'Requests of the REST API', [
    'operation',
    'status',
  ]);
  private readonly grpc = this.duration('bpfleet_grpc_call_seconds', 'Calls of the gRPC API', ['method', 'code']);

  constructor(
    @Inject(DataSource) database: DataSource,
    @Inject(ConnectedAgents) agents: ConnectedAgents,
    @Inject(GatewayCounters) counters: GatewayCounters,
    @Inject(ResultPartitions) partitions: ResultPartitions,
  ) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'bpfleet_' });
    new Gauge({
      name: 'bpfleet_agents_connected',
      help: 'Agents connected to this controller',
      registers,
      collect() {
        this.set(agents.count);
      },
    });
    new Counter({
      name: 'bpfleet_frames_total',
      help: 'Frames that agents sent to this controller, by what became of them',
      labelNames: ['outcome'],
      registers,
      collect() {
        this.reset();
        this.inc({ outcome: 'stored' }, counters.stored);
        this.inc({ outcome: 'duplicate' }, counters.duplicate);
        this.inc({ outcome: 'refused' }, counters.refused);
      },
    });
    new Gauge({
      name: 'bpfleet_sessions_unfinished',
      help: 'Sessions of the fleet that have not ended',
      registers,
      async collect() {
        const [row]: { count: number }[] = await database.query(
          'select count(*)::int as count from session where ended_at is null',
        );
        this.set(row?.count ?? 0);
      },
    });
    new Gauge({
      name: 'bpfleet_results_bytes',
      help: 'Frames and events of the fleet on disk, with their indexes',
      registers,
      async collect() {
        this.set((await partitions.list()).reduce((sum, { bytes }) => sum + bytes, 0));
      },
    });
  }

  restRequest(operation: string, status: number, took: number): void {
    this.rest.observe({ operation, status: String(status) }, took);
  }

  grpcCall(method: string, code: string, took: number): void {
    this.grpc.observe({ method, code }, took);
  }

  /** In Prometheus's text format, and the media type of it. */
  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }

  private duration<L extends string>(name: string, help: string, labelNames: L[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets: seconds, registers: [this.registry] });
  }
}
