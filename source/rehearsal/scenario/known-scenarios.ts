import type { Scenario } from './schema.ts';

/** The text of a scenario's file, and what it says. */
export interface KnownScenario {
  readonly text: string;
  readonly scenario: Scenario;
}

/** Of the scenarios that the program was built with: while their files are as they were, neither YAML nor schema is needed. Empty when run from source. */
export const knownScenarios: readonly KnownScenario[] = [];
