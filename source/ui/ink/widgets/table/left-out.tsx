import type { ReactNode } from 'react';
import { Line } from '../line.tsx';
import { leftOut, type Shown } from './window.ts';

/** The line under a list that says how many of its rows are out of sight; nothing where all are shown. */
export function LeftOut({ shown }: { readonly shown: Shown }): ReactNode {
  const words = leftOut(shown);
  return words === undefined ? null : <Line as="quiet" text={`    ${words}`} />;
}
