import { defined } from '../../text/defined.ts';
import type { Machine, Network } from '../model/machine.ts';
import type { Netplan } from './netplan.ts';

/** The network as the files make it: netplan apply, and every boot. */
export function applyNetplan(machine: Machine, netplan: Netplan): void {
  const routes: Network['routes'] = [];
  const nameservers: string[] = [];
  const search: string[] = [];
  for (const port of machine.network.interfaces) {
    const wanted = netplan.interfaces.get(port.name);
    port.addresses = [];
    if (wanted === undefined) continue;
    const { lease } = machine.hardware;
    if (wanted.dhcp && port === machine.network.interfaces[0]) {
      port.addresses.push({ address: lease.address, prefix: lease.prefix, dynamic: true });
      routes.push({ to: 'default', via: lease.gateway, device: port.name, dynamic: true });
      nameservers.push(...lease.nameservers);
    }
    for (const text of wanted.addresses) {
      const [address = '', prefix = '32'] = text.split('/');
      const known = port.addresses.some((own) => own.address === address);
      if (!known && !address.includes(':')) port.addresses.push({ address, prefix: Number(prefix), dynamic: false });
    }
    for (const { to, via } of wanted.routes)
      routes.push({ to, ...defined({ via }), device: port.name, dynamic: false });
    nameservers.push(...wanted.nameservers);
    search.push(...wanted.search);
  }
  machine.network.routes = routes;
  machine.network.nameservers = [...new Set(nameservers)];
  machine.network.search = [...new Set(search)];
}
