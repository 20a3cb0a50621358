// What a customer's network has at 10.78.0.1: a DHCP server that reserves each node its address, and a name server.
// Runs in the hub while the lab is up: `ip netns exec HUB node test/lab/gateway.ts`, started by up().
import { createSocket, type RemoteInfo } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { address, at, gateway, hardwareAddress } from './place.ts';

const octets = (dotted: string) => Buffer.from(dotted.split('.').map(Number));
const option = (code: number, value: Buffer) => Buffer.concat([Buffer.from([code, value.length]), value]);
const cookie = Buffer.from([99, 130, 83, 99]);

const dhcp = createSocket({ type: 'udp4', reuseAddr: true });
dhcp.on('message', (asked) => {
  const kind = optionOf(asked, 53)?.[0];
  const hardware = [...asked.subarray(28, 34)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
  const n = asked[33] ?? 0;
  if (hardware !== hardwareAddress(n) || (kind !== 1 && kind !== 3)) return;
  const answer = Buffer.alloc(240);
  asked.copy(answer, 0, 0, 44); // type, transaction, hardware address
  answer[0] = 2;
  octets(address(n)).copy(answer, 16);
  octets(gateway).copy(answer, 20);
  cookie.copy(answer, 236);
  const lease = Buffer.alloc(4);
  lease.writeUInt32BE(3600);
  const options = [
    option(53, Buffer.from([kind === 1 ? 2 : 5])),
    option(54, octets(gateway)),
    option(51, lease),
  ].concat([
    option(1, octets('255.255.0.0')),
    option(3, octets(gateway)),
    option(6, octets(gateway)),
    Buffer.from([255]),
  ]);
  dhcp.send(Buffer.concat([answer, ...options]), 68, '255.255.255.255');
});
dhcp.bind(67, '0.0.0.0', () => dhcp.setBroadcast(true));

function optionOf(message: Buffer, wanted: number): Buffer | undefined {
  for (let place = 240; place < message.length && message[place] !== 255; ) {
    const length = message[place + 1] ?? 0;
    if (message[place] === wanted) return message.subarray(place + 2, place + 2 + length);
    place += message[place] === 0 ? 1 : 2 + length;
  }
  return undefined;
}

/** Names that a test wants answered: {"cluster.example": "10.78.0.200"} in nodes/names.json. Every other name does not exist. */
function known(): Record<string, string> {
  const file = at('nodes', 'names.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

const dns = createSocket('udp4');
dns.on('message', (asked: Buffer, from: RemoteInfo) => {
  const labels: string[] = [];
  let place = 12;
  while (asked[place]) {
    const length = asked[place] ?? 0;
    labels.push(asked.toString('latin1', place + 1, place + 1 + length));
    place += length + 1;
  }
  const question = asked.subarray(12, place + 5);
  const found = known()[labels.join('.').toLowerCase()];
  const wantsAddress = asked.readUInt16BE(place + 1) === 1;
  const head = Buffer.alloc(12);
  asked.copy(head, 0, 0, 2);
  head.writeUInt16BE(found ? 0x8580 : 0x8583, 2); // an answer with authority; or: no such name
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(found && wantsAddress ? 1 : 0, 6);
  const record =
    found && wantsAddress
      ? Buffer.concat([Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]), octets(found)])
      : Buffer.alloc(0);
  dns.send(Buffer.concat([head, question, record]), from.port, from.address);
});
dns.bind(53, gateway);
