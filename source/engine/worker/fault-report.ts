import * as z from 'zod';
import { exitCode, Fault } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { asFileFault } from '../../host/file-fault.ts';

const codes = Object.values(exitCode);

const reportSchema = z.object({
  fault: z.object({
    what: z.string(),
    where: z.string().exactOptional(),
    why: z.string().exactOptional(),
    next: z.array(z.string()),
    exitCode: z.literal(codes),
  }),
});

/** One line for `run.log`, from which the caller that started the process learns why it did not begin. */
export function faultReport(thrown: unknown): string {
  const error = asFileFault(thrown);
  const fault = error instanceof Fault ? error : new Fault({ what: messageOf(error), exitCode: exitCode.ourFault });
  const { message, where, why, next, exitCode: code } = fault;
  return JSON.stringify({ fault: { what: message, where, why, next, exitCode: code } });
}

/** The last such line of a log, as a fault again. */
export function readReport(log: string): Fault | undefined {
  const line = log.split('\n').findLast((text) => text.startsWith('{"fault":'));
  const report = line === undefined ? undefined : reportSchema.safeParse(JSON.parse(line));
  return report?.success ? new Fault(report.data.fault) : undefined;
}
