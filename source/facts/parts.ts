import { cpuFacts, memoryFacts, timeFacts } from './hardware.ts';
import { kernelFacts } from './kernel.ts';
import { networkFacts } from './network.ts';
import { SectionProblem, type Sections } from './section.ts';
import { serviceFacts } from './services.ts';
import { microK8sFacts, packageFacts } from './software.ts';
import { storageFacts } from './storage.ts';
import { identityFacts, systemFacts } from './system.ts';

/** What a part gets beside the sections. */
interface Around {
  /** ms since 1970 by the clock here: just before the probe was sent, and when the node's clock answered. */
  readonly asked: number;
  readonly answered: number;
  /** Takes why a piece of the part could not be read. */
  readonly note: (piece: string, why: string) => void;
}

/** The parts of a node's facts, each made of sections of the probe. A part that cannot be read fails alone. */
const parts = {
  identity: identityFacts,
  system: systemFacts,
  cpu: cpuFacts,
  memory: memoryFacts,
  time: timeFacts,
  network: networkFacts,
  kernel: kernelFacts,
  services: serviceFacts,
  storage: storageFacts,
  packages: packageFacts,
  microk8s: microK8sFacts,
};
export type FactPart = keyof typeof parts;
type Values = { readonly [Part in FactPart]: ReturnType<(typeof parts)[Part]> };
export type PartsOfFacts = Partial<Values>;

const readers: { readonly [Part in FactPart]: (sections: Sections, around: Around) => Values[Part] } = parts;

/** The facts in the sections of a probe; pure. */
export function readFacts(
  sections: Sections,
  asked: number,
  answered: number,
): PartsOfFacts & { readonly problems: Readonly<Record<string, string>> } {
  const problems: Record<string, string> = {};
  const facts: { -readonly [Part in FactPart]?: Values[Part] } = {};
  const note = (piece: string, why: string) => {
    problems[piece] = why;
  };
  const readPart = <Part extends FactPart>(part: Part): void => {
    try {
      facts[part] = readers[part](sections, { asked, answered, note });
    } catch (error) {
      if (!(error instanceof SectionProblem)) throw error;
      note(part, error.message);
    }
  };
  for (const part of Object.keys(parts)) if (isPart(part)) readPart(part);
  return { ...facts, problems };
}

const isPart = (name: string): name is FactPart => Object.hasOwn(parts, name);
