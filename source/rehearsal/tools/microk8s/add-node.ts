import { said } from '../../../microk8s/messages.ts';
import { agentPort } from '../../../microk8s/node.ts';
import type { Machine } from '../../model/machine.ts';
import { hexOf, nextHex } from '../../model/random.ts';
import { fileAt, writePath } from '../../node/file-system.ts';
import { mainAddress } from '../../node/reach.ts';
import { tokenFile } from '../../node/services.ts';
import { answer, type Call, lastValue, optionsOf, refuse, type Steps, say } from '../call.ts';

const formats = ['pretty', 'short', 'token', 'token-check', 'json', 'yaml'];

/** First 12 hex digits of the digest of the machine's server certificate. */
export function fingerprint(machine: Machine): string {
  return hexOf(`server.crt/${machine.id}/${machine.microk8s?.cluster ?? ''}`, 12);
}

/** `microk8s add-node`: MicroK8s fact sheet, section 1.3. */
export function* addNode(call: Call): Steps {
  const options = optionsOf(call.words, ['-l', '--token-ttl', '-t', '--token', '--format']);
  const format = lastValue(options, '--format') ?? 'pretty';
  if (!formats.includes(format) || options.flags.size > 0) {
    return refuse(
      call,
      `usage: add_token.py [-h] [--token-ttl TOKEN_TTL] [--token TOKEN] [--format {${formats.join(',')}}]\nadd_token.py: error: argument --format: invalid choice: '${format}'`,
      2,
    );
  }
  const given = lastValue(options, '-t', '--token');
  if (given !== undefined && given.length < 32) return answer(call, said('tokenSize'));
  const seconds = Number(lastValue(options, '-l', '--token-ttl') ?? -1);
  yield 1_200;
  return call.change((machine, state, now) => {
    const token = given ?? nextHex(state, 32);
    const line = seconds > 0 ? `${token}|${Math.floor(now / 1000) + seconds}` : token;
    writePath(machine, tokenFile, `${fileAt(machine, tokenFile)?.content ?? ''}${line}\n`);
    return say(call, shown(machine, `${token}/${fingerprint(machine)}`, format));
  });
}

function shown(machine: Machine, secret: string, format: string): string {
  const addresses = machine.network.interfaces.flatMap((port) => port.addresses.map((own) => own.address));
  const urls = addresses.map((address) => `${address}:${agentPort}/${secret}`);
  const main = `${mainAddress(machine) ?? 'none'}:${agentPort}/${secret}`;
  switch (format) {
    case 'json':
      return JSON.stringify({ token: secret, urls }, undefined, 2);
    case 'yaml':
      return `token: ${secret}\nurls:\n${urls.map((url) => `- ${url}`).join('\n')}`;
    case 'token':
      return secret.split('/')[0] ?? '';
    case 'token-check':
      return secret;
    case 'short':
      return urls.map((url) => `microk8s join ${url}`).join('\n');
    default:
      return `From the node you wish to join to this cluster, run the following:
microk8s join ${main}

Use the '--worker' flag to join a node as a worker not running the control plane, eg:
microk8s join ${main} --worker

If the node you are adding is not reachable through the default interface you can use one of the following:
${urls.map((url) => `microk8s join ${url}`).join('\n')}`;
  }
}
