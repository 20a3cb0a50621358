import { ports } from '../../microk8s/node.ts';
import type { Machine } from '../model/machine.ts';
import { isRunning } from './services.ts';

export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly process: string;
  readonly pid: number;
}

export function listenersOf(machine: Machine, now: number): Listener[] {
  const rows: Listener[] = [
    { address: '0.0.0.0', port: 22, process: 'sshd', pid: 912 },
    { address: '127.0.0.53%lo', port: 53, process: 'systemd-resolve', pid: 640 },
  ];
  if (!isRunning(machine, now)) return rows;
  const worker = machine.microk8s?.worker ?? false;
  for (const [index, { port, on, process, listens: address }] of ports.entries()) {
    if (process === undefined || address === undefined || (worker && on === 'manager')) continue;
    rows.push({ address, port, process, pid: 3200 + index });
  }
  return rows;
}
