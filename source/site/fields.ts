import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { endOfNetworkProblem, hostAddressProblem } from './address-rules.ts';

const ipv4 = z
  .string()
  .refine((text) => ipaddr.IPv4.isValidFourPartDecimal(text), 'an IPv4 address such as 192.168.1.106');
/** An address that one machine can have: no loopback, multicast, link-local, broadcast or unspecified one. */
const hostAddress = ipv4.refine((text) => hostAddressProblem(text) === undefined, {
  error: ({ input }) => because('an address that a machine can have, such as 192.168.1.106', hostAddressProblem, input),
  abort: true,
});
const ipv4WithPrefix = z
  .string()
  .refine(
    (text) => ipaddr.IPv4.isValidCIDRFourPartDecimal(text) && isPrefixOfMachine(text),
    'an IPv4 address with its prefix, such as 192.168.1.106/24',
  )
  .refine((text) => !isPrefixOfMachine(text) || hostAddressProblem(text) === undefined, {
    error: ({ input }) =>
      because(
        'an address that a machine can have, with its prefix, such as 192.168.1.106/24',
        hostAddressProblem,
        input,
      ),
  })
  .refine((text) => !isPrefixOfMachine(text) || endOfNetworkProblem(text) === undefined, {
    error: ({ input }) => because('the address of a machine', endOfNetworkProblem, input),
  });
/** A network that no one else uses: pods need one address each, services at least the tenth. */
const ipv4Range = z
  .string()
  .refine(
    (text) => ipaddr.IPv4.isValidCIDRFourPartDecimal(text) && isNetworkAddress(text),
    'a network in prefix notation such as 10.244.0.0/16',
  )
  .refine((text) => Number(text.split('/')[1]) >= 8 && Number(text.split('/')[1]) <= 24, {
    error: 'a network of /8 to /24',
  });
/** A network of machines: at least two of them, and no default route. */
const ipv4Network = z
  .string()
  .refine(
    (text) =>
      ipaddr.IPv4.isValidCIDRFourPartDecimal(text) &&
      isNetworkAddress(text) &&
      Number(text.split('/')[1]) >= 8 &&
      Number(text.split('/')[1]) <= 30,
    'a network in prefix notation such as 10.20.0.0/24',
  );
/** A network of any size, down to one address: `10.0.9.4/32`. */
const anyIpv4Network = z
  .string()
  .refine(
    (text) => ipaddr.IPv4.isValidCIDRFourPartDecimal(text) && isNetworkAddress(text),
    'a network in prefix notation such as 10.0.9.0/24',
  );
/** RFC 1123 label, as Kubernetes names nodes: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const hostName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits and hyphens, at most 63, no hyphen at the ends (RFC 1123)',
  )
  .refine((name) => name !== 'localhost', 'a name of its own: localhost means every machine itself');
/** RFC 1035 section 2.3.4: a label has at most 63 characters, a name 253. */
const dnsName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/,
    'a DNS name such as spot.example.org, in lower case, with at most 63 characters between two dots',
  );
/** Helm and Kubernetes both read GB as Gi here: GB on screen means GiB. */
const gibibytes = z.number().int('a whole number of GB').min(1, 'at least 1 GB').max(1_000_000, 'at most 1000000 GB');
const volumeGroupName = z
  .string()
  .max(127)
  .regex(/^[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/, 'an LVM name: letters, digits and + _ . -')
  .refine((name) => name !== '.' && name !== '..', 'an LVM name');

/** Handed to ssh as an argument of its own: no blanks, and no hyphen first, which ssh would read as an option. */
const sshWord = z.string().regex(/^[^\s-]\S*$/, 'a word without blanks that does not begin with a hyphen');
const reach = z
  .string()
  .regex(/^[A-Za-z0-9_.:%[\]][A-Za-z0-9_.:%[\]-]*$/, 'an address or a host name, without prefix, user or port')
  .refine(
    (text) => !/^[\d.]+$/.test(text) || ipaddr.IPv4.isValidFourPartDecimal(text),
    'an IPv4 address or a host name',
  );
/** One line of plain text: it goes into values.yaml, labels and screens. */
const line = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'one line of text without control characters');
const kubernetesName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a Kubernetes name: lower-case letters, digits, hyphens and dots');

/** It is in arguments and files that others read: no login in it. */
const proxyUrl = z
  .string()
  .regex(/^https?:\/\/[A-Za-z0-9.-]+(:[1-9][0-9]{0,4})?\/?$/, 'http://HOST:PORT, without user and password');
/** One entry of NO_PROXY. */
const directName = z
  .string()
  .regex(/^[A-Za-z0-9.*:/_-]+$/, 'a name, a domain that begins with a dot, an address or a network');

/** RFC 1123 label: no dots, unlike most names of Kubernetes. */
const namespace = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'a namespace: lower-case letters, digits and hyphens, at most 63')
  .refine((name) => !/^kube-/.test(name), 'a namespace that is not one of Kubernetes’ own');

/** As it is in the name of an image: a host name or an address, with a port where it is not 443. */
const registryHost = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[1-9][0-9]{0,4})?$/, 'a host such as registry.example.org or 10.0.4.2:5000');
/** Handed to Helm as an argument and to the registry before a colon. */
const registryUser = z.string().regex(/^[^\s:-][^\s:]*$/, 'a name without blanks and colons, no hyphen first');
const registryPath = z
  .string()
  .regex(/^([A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*)?$/, 'a path such as docker-hub, or nothing');

/** Handed to the API server in a line of its file of arguments. */
const oneWord = z.string().regex(/^[^\s'"\\$`]+$/, 'one word without quotes');
const oidcIssuer = z.string().regex(/^https:\/\/[^\s'"\\$`?#]+$/, 'https://… without a query');

/** Linux allows 15 bytes, no slash and no blank: IFNAMSIZ in linux/if.h. */
const interfaceName = z.string().regex(/^[^\s/:]{1,15}$/, 'a network interface such as ens18');

/** The schema of single answers, so that a screen judges a field by the same rule as the file. */
export const fields = {
  ipv4,
  hostAddress,
  ipv4WithPrefix,
  ipv4Range,
  ipv4Network,
  anyIpv4Network,
  hostName,
  dnsName,
  gibibytes,
  volumeGroupName,
  reach,
  sshWord,
  interfaceName,
  line,
  kubernetesName,
  namespace,
  proxyUrl,
  directName,
  registryHost,
  registryUser,
  registryPath,
  oneWord,
  oidcIssuer,
};

/** What is wanted, and the sentence that the field and preflight say too. */
function because(wanted: string, problem: (text: string) => string | undefined, input: unknown): string {
  const sentence = typeof input === 'string' ? problem(input) : undefined;
  return sentence === undefined ? wanted : `${wanted}: ${sentence}`;
}

function isPrefixOfMachine(text: string): boolean {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(text) && ipaddr.IPv4.parseCIDR(text)[1] > 0;
}

function isNetworkAddress(text: string): boolean {
  return ipaddr.IPv4.networkAddressFromCIDR(text).toString() === text.split('/')[0];
}
