/** `coredns/coredns:1.12.3` is `docker.io/coredns/coredns:1.12.3`, as containerd names it (distribution/reference, "familiar" names). */
export function wholeReference(text: string): string {
  const [first = '', ...rest] = text.split('/');
  const host = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const named = host ? text : `docker.io/${rest.length === 0 ? `library/${text}` : text}`;
  const last = named.slice(named.lastIndexOf('/'));
  return /[:@]/.test(last) ? named : `${named}:latest`;
}

/** What can be a reference of an image with a tag or a digest; a bare name in the environment may be anything. */
const tagged = /^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)*(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;

/**
 * The images that objects of Kubernetes start: every `image`, and every variable of the environment whose name ends in IMAGE, by which
 * operators are told what to start. Whole references, each once, in order.
 */
export function imagesOf(objects: readonly unknown[]): string[] {
  const found = new Set<string>();
  for (const object of objects) collect(object, found);
  return [...found].toSorted();
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const entries = Object.entries(value);
  const own = Object.fromEntries(entries);
  if (typeof own['image'] === 'string' && own['image'] !== '') found.add(wholeReference(own['image']));
  if (typeof own['name'] === 'string' && /IMAGE$/.test(own['name']) && typeof own['value'] === 'string') {
    if (tagged.test(own['value'])) found.add(wholeReference(own['value']));
  }
  for (const [, inner] of entries) collect(inner, found);
}
