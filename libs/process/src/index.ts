export { type Foundations, type Part, ServiceProcess, type ServiceProcessOptions } from './service-process.js';
