import type { Machine } from '../model/machine.ts';
import { isRunning } from './services.ts';

export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly process: string;
  readonly pid: number;
}

/** What listens on TCP on a manager and on a worker. */
const manager: readonly (readonly [address: string, port: number, process: string])[] = [
  ['127.0.0.1', 1338, 'containerd'],
  ['127.0.0.1', 10248, 'kubelite'],
  ['127.0.0.1', 10249, 'kubelite'],
  ['127.0.0.1', 10256, 'kubelite'],
  ['*', 10250, 'kubelite'],
  ['*', 10257, 'kubelite'],
  ['*', 10259, 'kubelite'],
  ['*', 16443, 'kubelite'],
  ['*', 25000, 'cluster-agent'],
  ['0.0.0.0', 19001, 'k8s-dqlite'],
];
const onWorker = new Set([1338, 10248, 10249, 10250, 10256, 16443, 25000]);

export function listenersOf(machine: Machine, now: number): Listener[] {
  const rows: Listener[] = [
    { address: '0.0.0.0', port: 22, process: 'sshd', pid: 912 },
    { address: '127.0.0.53%lo', port: 53, process: 'systemd-resolve', pid: 640 },
  ];
  if (!isRunning(machine, now)) return rows;
  const worker = machine.microk8s?.worker ?? false;
  for (const [index, [address, port, process]] of manager.entries()) {
    if (!worker || onWorker.has(port)) rows.push({ address, port, process, pid: 3200 + index });
  }
  return rows;
}
