import type { RunEventBody } from './event.ts';

/** What is written in place of a secret. */
export const hidden = '[hidden]';

/** Shorter ones hide only where they are alone: replacing every `a` would tell more than it hides. */
const shortestAnywhere = 4;

/** Hides secrets in text, in every form in which tools print them. */
export interface Mask {
  /** Hides this one too from now on. */
  add(secret: string): void;
  text(text: string): string;
}

export function createMask(secrets: readonly string[]): Mask {
  const forms = new Set<string>();
  let sorted: readonly string[] = [];
  const add = (secret: string) => {
    for (const form of formsOf(secret)) forms.add(form);
    sorted = [...forms];
  };
  for (const secret of secrets) add(secret);
  return { add, text: (text) => hideAll(text, sorted) };
}

/** The texts under which one secret shows up: itself, its lines, quoted for JSON, shell and URLs, and in base64. */
function formsOf(secret: string): Set<string> {
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= shortestAnywhere);
  const plain = [secret, secret.trim(), ...lines].filter((text) => text !== '');
  return new Set(plain.flatMap((text) => [text, ...quoted(text), ...base64Forms(text), hex(text)]));
}

function quoted(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const url = encodeURIComponent(text.toWellFormed());
  return [
    json,
    // A JSON text that is inside another JSON text, as kubectl and Helm print it.
    JSON.stringify(json).slice(1, -1),
    url,
    url.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
    new URLSearchParams([['', text]]).toString().slice(1),
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll("'", "''"),
  ];
}

/**
 * Base64 as a whole, and the part of it that is the same at each of the three places where the secret can begin inside a longer text
 * (`user:password` in a header, a field of a Kubernetes Secret). Both alphabets of RFC 4648.
 */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const whole = [bytes.toString('base64'), bytes.toString('base64').replace(/=+$/, '')];
  const inside = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
  // A short stretch would hit harmless texts.
  const forms = [...whole, ...inside.filter((form) => form.length >= 6)];
  return [...forms, ...forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');

/** Overlapping finds become one, so that no half of a secret stays beside its mark. */
function hideAll(text: string, forms: readonly string[]): string {
  const found = forms.flatMap((form) => places(text, form)).sort((one, other) => one.from - other.from);
  let result = '';
  let end = 0;
  for (const place of found) {
    if (place.from >= end) result += text.slice(end, place.from) + hidden;
    end = Math.max(end, place.to);
  }
  return result + text.slice(end);
}

function places(text: string, form: string): { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let from = text.indexOf(form); from !== -1; from = text.indexOf(form, from + 1)) {
    const to = from + form.length;
    if (form.length >= shortestAnywhere || standsAlone(text, from, to)) found.push({ from, to });
  }
  return found;
}

const standsAlone = (text: string, from: number, to: number): boolean =>
  !/[\p{L}\p{N}]/u.test(text.charAt(from - 1)) && !/[\p{L}\p{N}]/u.test(text.charAt(to));

/** Hides secrets in all free text of an event. Ids, node names and paths of steps stay: they come from the plan, which holds no secret. */
export function maskEvent(event: RunEventBody, mask: Mask): RunEventBody {
  const all = (texts: readonly string[]) => texts.map(mask.text);
  switch (event.type) {
    case 'command':
      return { ...event, command: all(event.command) };
    case 'line':
    case 'progress':
      return { ...event, text: mask.text(event.text) };
    case 'waiting':
      return { ...event, for: mask.text(event.for), seen: mask.text(event.seen) };
    case 'file-written':
      return maskFile(event, mask);
    case 'remembered':
      return { ...event, value: mask.text(event.value) };
    case 'step-done':
    case 'step-undone':
    case 'undo-failed':
      return { ...event, seen: mask.text(event.seen) };
    case 'step-failed':
      return {
        ...event,
        tried: mask.text(event.tried),
        seen: mask.text(event.seen),
        causes: all(event.causes),
        next: all(event.next),
      };
    case 'run-paused':
    case 'run-ended':
      return { ...event, why: mask.text(event.why) };
    default:
      return event;
  }
}

/** A text with a hole in it is not a text to restore from: then none is kept, and the file counts as secret. */
function maskFile(event: Extract<RunEventBody, { type: 'file-written' }>, mask: Mask): RunEventBody {
  const { before, ...rest } = event;
  if (before === undefined) return event;
  if (event.secret || mask.text(before) !== before) return { ...rest, secret: true };
  return event;
}
