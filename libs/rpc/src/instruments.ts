import type { Metrics } from '@conch/telemetry';

/** Observes one finished call. */
export type ObserveCall = (method: string, transport: 'nats' | 'grpc', outcome: string, seconds: number) => void;

/** Seconds that calls took, by method, door and outcome (`ok` or the error's kind). */
export function observeCalls(metrics: Metrics): ObserveCall {
  const histogram = metrics.histogram(
    'rpc_server_duration_seconds',
    'Seconds from a call to its answer.',
    ['method', 'transport', 'outcome'],
    [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 120],
  );
  return (method, transport, outcome, seconds) => histogram.observe({ method, transport, outcome }, seconds);
}
