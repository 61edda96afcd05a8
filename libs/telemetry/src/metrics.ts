import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** A service's Prometheus metrics; each is made once by name and handed out again afterwards. */
export class Metrics {
  readonly registry = new Registry();

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
  }

  counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return this.once(name, () => new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] }));
  }

  gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return this.once(name, () => new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] }));
  }

  /** Buckets are upper bounds in the metric's own unit. */
  histogram(name: string, help: string, labelNames: readonly string[], buckets: readonly number[]): Histogram {
    return this.once(name, () => new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [this.registry] }));
  }

  private once<M>(name: string, make: () => M): M {
    const existing: unknown = this.registry.getSingleMetric(name);
    return existing === undefined ? make() : (existing as M);
  }
}

export function createMetrics(service: string): Metrics {
  return new Metrics(service);
}
